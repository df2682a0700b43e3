"""Networks small enough to train in no time, for tests of what happens around training."""

from pathlib import Path

from l2l_engine.config import RunConfig
from l2l_engine.run import Run

TINY = {
    "units": 10,
    "sample_ms": 10,
    "delay_ms": 10,
    "response_ms": 20,
    "mask_ms": 4,
    "dt": 2.0,
    "tau": 20.0,
    "penalised_singular_values": 3,
    "criterion_trials": 5,
    "max_trials": 10,
}
"""Parameters of RunConfig. A problem fails after ten trials, so a run is as long as its problems."""

SHORT = RunConfig(
    units=16,
    sample_ms=20,
    delay_ms=20,
    response_ms=40,
    mask_ms=10,
    dt=2.0,
    tau=20.0,
    criterion_trials=5,
    max_trials=12,
    baseline_problems=2,
    problems=5,
    criterion_loss=0.9,
)
"""Some problems are learned within twelve trials and some are not: for what a run does in between."""


def finish(run: Run) -> Path:
    """Train a run to its end; the session."""
    with run:
        while not run.finished:
            run.step()
    return run.path
