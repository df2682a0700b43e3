"""The window: everything the user sees; it uses the engine and never trains on its own thread."""
