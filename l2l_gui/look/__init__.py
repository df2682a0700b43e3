"""Theme, palette, icons, and where the shipped resources are."""
