"""Principal components of one problem's trajectories: how many dimensions they take."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem = session[52]
states = l2l.simulate(problem.network, problem.stimuli).states
flat = states.reshape(-1, states.shape[-1])
flat = flat - flat.mean(axis=0)
variance = np.linalg.svd(flat, compute_uv=False) ** 2
print("variance explained by the first five:", (variance / variance.sum())[:5].round(3))
print("participation ratio:", round(variance.sum() ** 2 / (variance**2).sum(), 2))
