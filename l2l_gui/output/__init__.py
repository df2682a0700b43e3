"""Pictures, numbers and movies as files."""
