"""The Figures workspace: the figures of the paper."""
