"""What several panels draw with: projected 3-D, axes, keys, pointing."""
