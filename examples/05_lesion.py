"""Silence the outgoing weights of each unit in turn; see which units the decision needs."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem = session[52]
arrays = {name: array.copy() for name, array in problem.weights.arrays().items()}
right = []
for unit in range(20):
    lesioned = {name: array.copy() for name, array in arrays.items()}
    lesioned["recurrent"][unit] = 0.0
    lesioned["output"][unit] = 0.0
    weights = type(problem.weights).from_arrays(lesioned)
    network = l2l.Network(weights, problem.config)
    outputs = l2l.simulate(network, problem.stimuli).outputs[:, -1]
    right.append(outputs[[0, 1], [0, 1]].mean())
print("probability of the right response without unit 0, 1, ...:", np.round(right, 2))
