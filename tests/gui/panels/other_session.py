"""A session unlike the shipped one: few units, short trials, networks that learned nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from l2l_engine import network
from l2l_engine.config import RunConfig
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord, TrialRecord

SHORT = RunConfig(
    units=24,
    penalised_singular_values=4,
    sample_ms=200.0,
    delay_ms=300.0,
    response_ms=400.0,
    criterion_trials=5,
)
PROBLEMS, TRIALS = 7, 12


def write_short(path: Path) -> Path:
    """Write the session; nothing is trained."""
    random = np.random.RandomState(5)
    with SessionWriter.create(path, SHORT, network.initial_weights(random, SHORT)) as writer:
        for index in range(PROBLEMS):
            for row in range(TRIALS):
                writer.add_trial(_trial(index, row))
            writer.add_problem(_problem(index, random))
    return path


def _trial(index: int, row: int) -> TrialRecord:
    return TrialRecord(
        problem=index,
        stimulus=np.full(SHORT.batch_size, row % 2, np.int8),
        task_loss=1.0 / (1 + row),
        regularisation_cost=0.1,
        mean_square_rate=0.5,
        largest_rate=2.0,
        correct=float(row > 3),
    )


def _problem(index: int, random: np.random.RandomState) -> ProblemRecord:
    stimuli = random.standard_normal((2, SHORT.stimulus_channels))
    return ProblemRecord(
        index=index,
        stimuli=(stimuli / np.linalg.norm(stimuli, axis=1, keepdims=True)).astype(np.float32),
        first_trial=index * TRIALS,
        trials_to_criterion=float(TRIALS - SHORT.criterion_trials + index),
        weights=network.initial_weights(random, SHORT),
        singular_values=np.ones(SHORT.units),
        input_norm=1.0,
        output_norm=1.0,
        recurrent_norm=1.0,
        top_singular_norm=1.0,
        mean_square_rate=0.5,
        largest_rate=2.0,
    )
