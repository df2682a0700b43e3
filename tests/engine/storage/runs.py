"""Made-up runs whose every row can be told from its number."""

import numpy as np

from l2l_engine import network
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.training.records import ProblemRecord, TrialRecord

SMALL = RunConfig(units=12, penalised_singular_values=4)
TRIALS = 7  # of each problem


def weights_of(problem: int, config: RunConfig = SMALL) -> NetworkWeights:
    return network.initial_weights(np.random.RandomState(problem), config)


def trial(row: int, config: RunConfig = SMALL) -> TrialRecord:
    return TrialRecord(
        problem=row // TRIALS,
        stimulus=np.full(config.batch_size, row % 2, np.int8),
        task_loss=row + 0.5,
        regularisation_cost=row + 0.25,
        mean_square_rate=row + 0.125,
        largest_rate=float(row),
        correct=float(row % 3 == 0),
    )


def problem(index: int, config: RunConfig = SMALL) -> ProblemRecord:
    return ProblemRecord(
        index=index,
        stimuli=np.full((2, config.stimulus_channels), index, np.float32),
        first_trial=index * TRIALS,
        trials_to_criterion=index + 1.0,
        weights=weights_of(index, config),
        singular_values=np.full(config.units, index + 0.1),
        input_norm=index + 0.2,
        output_norm=index + 0.3,
        recurrent_norm=index + 0.4,
        top_singular_norm=index + 0.5,
        mean_square_rate=index + 0.6,
        largest_rate=index + 0.7,
    )


def state(trials: int, problems: int) -> dict[str, np.ndarray]:
    """A checkpoint large enough to be torn."""
    return {
        "trials": np.array(trials),
        "problems": np.array(problems),
        "adam/first": np.full(20_000, trials, np.float32),
    }


def write(writer, problems: int, start: int = 0) -> None:
    """Whole problems ``start`` to ``problems``."""
    for index in range(start, problems):
        for row in range(index * TRIALS, (index + 1) * TRIALS):
            writer.add_trial(trial(row))
        writer.add_problem(problem(index))
