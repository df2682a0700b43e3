"""The command-line programs; each is a thin layer over the engine."""
