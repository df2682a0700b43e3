"""Decode the stimulus from noisy states at each time: difference of means, held-out trials."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem = session[20]
shown = np.repeat(problem.stimuli, 20, axis=0)  # 20 trials of each stimulus
label = np.repeat([0, 1], 20)
activity = l2l.simulate(problem.network, shown, noise=1)
train = np.tile([True, False], 20)
for time in (1, 250, 1000, 1499, 1999):
    states = activity.states[:, time]
    means = [states[train & (label == k)].mean(axis=0) for k in (0, 1)]
    axis, middle = means[1] - means[0], (means[0] + means[1]) / 2
    correct = ((states[~train] - middle) @ axis > 0) == label[~train]
    print(f"{activity.times[time]:6.0f} ms: {correct.mean():.0%} correct")
