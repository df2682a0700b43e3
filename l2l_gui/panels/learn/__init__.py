"""The Learn workspace: the run as it progresses."""
