"""The delay stretched and shortened: whether the decision lasts."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem, config = session[52], session.config
for delay_ms in (500.0, 1000.0, 2000.0, 4000.0):
    network = l2l.Network(problem.weights, config.replace(delay_ms=delay_ms))
    outputs = l2l.simulate(network, problem.stimuli).outputs[:, -1]
    right = np.round(outputs[[0, 1], [0, 1]], 3)
    print(f"delay {delay_ms:.0f} ms: probability of the right response {right}")
