"""The Learn workspace: the run as it goes."""
