"""Decode the stimulus from noisy states at each time of the trial, on held-out trials."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem = session[20]
labels = np.repeat([0, 1], 20)  # 20 trials of each stimulus
activity = l2l.simulate(problem.network, problem.stimuli[labels], noise=1)
times, accuracy = l2l.decode(activity, labels, every_ms=100)
for time, share in zip(times, accuracy, strict=True):
    print(f"{time:6.0f} ms: {share:.0%} correct")
