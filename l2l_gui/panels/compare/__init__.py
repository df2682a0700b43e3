"""The Compare workspace: several sessions side by side."""
