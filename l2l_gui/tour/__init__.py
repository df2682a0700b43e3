"""The scripted use of everything, with pictures."""
