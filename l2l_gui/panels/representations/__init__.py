"""The Representations workspace: trajectories and subspaces."""
