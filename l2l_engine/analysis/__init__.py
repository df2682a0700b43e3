"""Analyses: pure functions of weights and trajectories, NumPy and SciPy, float64."""
