"""Learning curves of the networks that come with the program, seed by seed."""

import numpy as np

from l2l_engine import figures, shipped

sources = figures.load([shipped.data(shipped.RESULTS)])  # networks, and tables of studies
for network in figures.networks(sources):
    if network.config.run_type.value == "Full":
        counts = network.trials_to_criterion
        early, late = np.nanmean(counts[1:51]), np.nanmean(counts[-50:])
        print(f"seed {network.config.seed}: problems 2-51 {early:6.1f} trials, last 50 {late:5.1f}")
