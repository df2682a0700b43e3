"""The main window: wiring only."""
