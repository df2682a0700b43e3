"""Drive a network with an input of your own: a stimulus that fades during the sample."""

import numpy as np

import l2l_engine as l2l

with l2l.load_example() as session:
    problem, config = session[52], session.config
inputs = np.zeros((2, config.steps, config.inputs), np.float32)
fading = np.linspace(1, 0, config.sample_steps)
inputs[:, : config.sample_steps, :-1] = fading[:, None] * problem.stimuli[:, None]
inputs[:, : config.go_step, -1] = config.stimulus_channels**-0.5  # fixation
outputs = l2l.simulate(problem.network, inputs=inputs).outputs
print("responses at the end of the trial:", outputs[:, -1].argmax(axis=-1))
