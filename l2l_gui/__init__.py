"""The window: everything a person sees; it uses the engine and never trains on its own thread."""
