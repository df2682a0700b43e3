"""What is selected, open and remembered; no widget."""
