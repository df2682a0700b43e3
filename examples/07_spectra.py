"""Eigenvalues of the recurrent weights as problems are learned."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    recurrent = session.weights([0, 10, 50, 100]).recurrent
for index, eigenvalues in zip((0, 10, 50, 100), np.linalg.eigvals(recurrent), strict=True):
    print(f"after problem {index}: spectral radius {np.abs(eigenvalues).max():.3f}")
