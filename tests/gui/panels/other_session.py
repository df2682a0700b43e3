"""Sessions unlike the shipped one: few units, other timing, networks that learned nothing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection
from pathlib import Path

import numpy as np

from l2l_engine import network
from l2l_engine.config import Activation, RunConfig
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

LONG = SHORT.replace(
    units=40,
    activation=Activation.TANH,
    dt=5.0,
    tau_noise=5.0,
    sample_ms=700.0,
    delay_ms=1300.0,
    response_ms=800.0,
    criterion_trials=20,
)
"""Rates of both signs, and a trial longer than the published one."""
FAILED, UNSAVED = {1, 4}, {2, 6}
"""Problems (0-based) of the session with gaps that were not learned, and whose network is lost."""


def write_short(path: Path) -> Path:
    """Write a session of the short trial; nothing is trained."""
    return _write(path, SHORT)


def write_gaps(path: Path) -> Path:
    """Write a session of the long trial, as one imported from files of which some are missing."""
    return _write(path, LONG, FAILED, UNSAVED)


def _write(
    path: Path,
    config: RunConfig,
    failed: Collection[int] = (),
    unsaved: Collection[int] = (),
) -> Path:
    random = np.random.RandomState(5)
    with SessionWriter.create(path, config, network.initial_weights(random, config)) as writer:
        for index in range(PROBLEMS):
            for row in range(TRIALS):
                writer.add_trial(_trial(config, index, row))
            problem = _problem(config, index, random)
            if index in failed:
                problem = dataclasses.replace(problem, trials_to_criterion=math.nan)
            if index in unsaved:
                lost = problem.weights.map(lambda weights: np.full_like(weights, np.nan))
                problem = dataclasses.replace(problem, weights=lost)
            writer.add_problem(problem)
    return path


def _trial(config: RunConfig, index: int, row: int) -> TrialRecord:
    return TrialRecord(
        problem=index,
        stimulus=np.full(config.batch_size, row % 2, np.int8),
        task_loss=1.0 / (1 + row),
        regularisation_cost=0.1,
        mean_square_rate=0.5,
        largest_rate=2.0,
        correct=float(row > 3),
    )


def _problem(config: RunConfig, index: int, random: np.random.RandomState) -> ProblemRecord:
    stimuli = random.standard_normal((2, config.stimulus_channels))
    return ProblemRecord(
        index=index,
        stimuli=(stimuli / np.linalg.norm(stimuli, axis=1, keepdims=True)).astype(np.float32),
        first_trial=index * TRIALS,
        trials_to_criterion=float(TRIALS - SHORT.criterion_trials + index),
        weights=network.initial_weights(random, config),
        singular_values=np.ones(config.units),
        input_norm=1.0,
        output_norm=1.0,
        recurrent_norm=1.0,
        top_singular_norm=1.0,
        mean_square_rate=0.5,
        largest_rate=2.0,
    )
