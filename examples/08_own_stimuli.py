"""How a trained network answers to stimuli between the two it has learned."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem = session[52]
mixture = np.linspace(0, 1, 9)[:, None]
stimuli = (1 - mixture) * problem.stimuli[0] + mixture * problem.stimuli[1]
stimuli /= np.linalg.norm(stimuli, axis=1, keepdims=True)
outputs = l2l.simulate(problem.network, stimuli).outputs[:, -1]
for part, response in zip(mixture[:, 0], outputs[:, 1], strict=True):
    print(f"{part:.0%} of stimulus 1: response 1 with probability {response:.2f}")
