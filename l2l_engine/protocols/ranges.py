"""Limits on a stage's values that hold whatever comes before it and whatever the run's parameters."""

from __future__ import annotations

import math

import numpy as np

from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.protocols.stage import MOST_PROBLEMS, Place, ProtocolError
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Projected,
    Replay,
    Similar,
    Subspace,
)
from l2l_engine.training.records import LABEL_BYTES

_MOST_TRIALS = 10_000_000


def check(place: Place) -> None:
    """Raise ProtocolError where a value is out of range."""
    for part in (_problem, _until, _mixture, _plastic, _rule, _readout):
        part(place)


def check_size(place: Place) -> None:
    """Raise ProtocolError where a stage has no problems or too many, or a label too long to keep."""
    count, label = place.stage.count, place.stage.plan.label
    if not 1 <= count <= MOST_PROBLEMS:
        raise place.refused("count", count, f"from 1 to {MOST_PROBLEMS}")
    if len(label.encode()) > LABEL_BYTES or "\0" in label:
        raise ProtocolError(
            f"Stage {place.number}: the label must have at most {LABEL_BYTES} bytes and no null "
            "character.",
            stage=place.number,
            field="label",
        )


def _problem(place: Place) -> None:
    problem = place.stage.plan.problem
    if isinstance(problem, Similar) and not 0.0 <= problem.overlap <= 1.0:
        raise place.refused("problem", problem.overlap, "from 0 to 1", "overlap")
    if not isinstance(problem, Own):
        return
    rows = np.asarray(problem.stimuli, np.float64) if _even(problem) else None
    if rows is None or rows.shape[0] != 2 or not np.isfinite(rows).all():
        raise place.refused(
            "problem", "these", "two vectors of as many finite numbers", "own stimuli"
        )
    if not (np.linalg.norm(rows, axis=1) > 0).all():
        raise place.refused("problem", "a vector of zeros", "of some length", "own stimuli")


def _even(problem: Own) -> bool:
    return len(problem.stimuli) == 2 and len({len(row) for row in problem.stimuli}) == 1


def _until(place: Place) -> None:
    until = place.stage.plan.until
    if until.trials is not None and not 1 <= until.trials <= _MOST_TRIALS:
        raise place.refused("until", until.trials, f"from 1 to {_MOST_TRIALS}", "trials")
    if not until.criterion and until.trials is None:
        raise place.refused("until", "never", "the criterion, a number of trials, or both")


def _mixture(place: Place) -> None:
    mixture = place.stage.plan.mixture
    if isinstance(mixture, Interleaved) and not mixture.problems:
        raise place.refused("mixture", "nothing", "the problems to interleave")
    if isinstance(mixture, Replay) and not 0.0 < mixture.share < 1.0:
        raise place.refused("mixture", mixture.share, "between 0 and 1", "replay share")


def _plastic(place: Place) -> None:
    plastic = place.stage.plan.plastic
    unknown = [name for name in plastic if name not in WEIGHT_NAMES]
    if unknown or not plastic:
        value = unknown[0] if unknown else "nothing"
        raise place.refused("plastic", value, f"some of {', '.join(WEIGHT_NAMES)}")


def _rule(place: Place) -> None:
    match place.stage.plan.rule:
        case LowRank(rank=rank) if rank < 1:
            raise place.refused("rule", rank, "at least 1", "rank")
        case Elastic(strength=strength) if not (0.0 <= strength < math.inf):
            raise place.refused("rule", strength, "at least 0", "elastic strength")
        case Orthogonal(regularisation=alpha) if not (0.0 < alpha < math.inf):
            raise place.refused("rule", alpha, "above 0", "orthogonal regularisation")
        case Projected(subspace=Subspace.PAST, dimensions=None):
            raise place.refused(
                "rule", "nothing", "given for the past's subspace", "rule dimensions"
            )
        case Projected(dimensions=int(size)) if size < 1:
            raise place.refused("rule", size, "at least 1", "rule dimensions")


def _readout(place: Place) -> None:
    readout = place.stage.plan.readout
    k, permutation = readout.dimensions, readout.permutation
    if k is not None and k < 1:
        raise place.refused("readout", k, "at least 1", "readout dimensions")
    if permutation is None:
        return
    if sorted(permutation) != list(range(len(permutation))):
        given = [target + 1 for target in permutation]
        raise place.refused("readout", given, "each direction once, from 1", "permutation")
    if k not in (None, len(permutation)):
        raise place.refused(
            "readout", f"of {len(permutation)}", f"of {k} directions", "permutation"
        )
