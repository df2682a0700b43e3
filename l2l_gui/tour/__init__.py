"""The scripted tour of everything, with screenshots."""
