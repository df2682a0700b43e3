"""The authors' published results files: figures 1, 5, 6 and 7 without a network.

``f5And6_seed_K.mat`` holds one network's trials to criterion and vector-field changes,
``f1_perfFit.mat`` ten networks' fits, ``f5And6_All.mat`` their correlations, ``f7.mat`` their
accumulated changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import change_table
from l2l_engine.config import RunConfig
from l2l_engine.figures.changes import Changes
from l2l_engine.figures.needs import GROUP
from l2l_engine.storage.plain_files import read_plain, reason
from l2l_engine.storage.published.names import PublishedError
from l2l_engine.storage.published.source import LARGEST_FILE, mat_variables

Float64 = NDArray[np.float64]

_SEED = re.compile(r"f5And6_seed_(\d+)\.mat")
_SIGNED = change_table.COLUMNS.index("weight_perpendicular")  # published with a minus sign
_FITS, _CORRELATIONS, _ACCUMULATION = "f1_perfFit.mat", "f5And6_All.mat", "f7.mat"
_COMPONENTS = 2  # parallel, perpendicular


@dataclass(frozen=True, slots=True, eq=False)
class PublishedNetwork:
    """A published network: its counts and its vector-field changes, problems 2 on.

    ``trials_to_criterion`` has a place for problem 1, which was not published: NaN.
    """

    path: Path
    name: str
    config: RunConfig
    trials_to_criterion: Float64
    changes: Changes

    @property
    def failed(self) -> int:
        """Problems not learned."""
        return int(np.isnan(self.trials_to_criterion[1:]).sum())


@dataclass(frozen=True, slots=True, eq=False)
class PublishedFits:
    """Fits to the published networks' counts, each (n,): a exp(-n / time constant) + asymptote."""

    path: Path
    amplitudes: Float64
    time_constants: Float64
    asymptotes: Float64


@dataclass(frozen=True, slots=True, eq=False)
class PublishedCorrelations:
    """Correlations (n, 3) of the published networks' counts with |W|, |S| and |dW_rec|."""

    path: Path
    correlations: Float64


@dataclass(frozen=True, slots=True, eq=False)
class PublishedAccumulation:
    """Cumulative vector-field changes of the published networks, problems 2 to P + 1.

    R networks, I intervals of 250 ms. ``change[r, i, p, l]`` is the mean absolute change of the vector
    field from problem q to problem p + 2, along the latter's perpendicular weight-driven change, where
    q lies l + 1 problems before it: the last axis is the lag from 1, not q itself. It is NaN where
    there is no such q. ``suppression[c, r, i, p]`` is the sign-corrected difference between the change
    since problem 1 and the weight-driven change, along the parallel (c = 0) and the perpendicular
    component (c = 1).
    """

    path: Path
    change: Float64  # (R, I, P, P)
    suppression: Float64  # (2, R, I, P)

    @property
    def networks(self) -> int:
        """How many networks, R."""
        return len(self.change)


Published = PublishedNetwork | PublishedFits | PublishedCorrelations | PublishedAccumulation


def is_processed(path: Path) -> bool:
    """Whether a file is named like one of the published results files."""
    return (
        path.name in (_FITS, _CORRELATIONS, _ACCUMULATION) or _SEED.fullmatch(path.name) is not None
    )


def read_processed(path: Path) -> Published:
    """Read one of the published results files.

    Raises
    ------
    PublishedError
        When it is none, damaged, or lacks a variable.
    """
    if path.name == _FITS:
        found = _variables(path, {"SC": (None,), "TC": (None,), "AS": (None,)})
        return PublishedFits(path, found["SC"], found["TC"], found["AS"])
    if path.name == _CORRELATIONS:
        return PublishedCorrelations(path, _variables(path, {"corrs": (None, 3)})["corrs"])
    if path.name == _ACCUMULATION:
        return _accumulation(path)
    matched = _SEED.fullmatch(path.name)
    if matched is None:
        raise PublishedError(
            f"{path} is none of the published results files figures can be made from "
            f"({_FITS}, f5And6_seed_K.mat, {_CORRELATIONS}, {_ACCUMULATION}): choose one of them."
        )
    return _network(path, int(matched[1]))


def _accumulation(path: Path) -> PublishedAccumulation:
    found = _variables(path, {"cVFC_mag": (None,) * 4, "cVFC_sup": (_COMPONENTS, None, None, None)})
    change, suppression = found["cVFC_mag"], found["cVFC_sup"]
    if change.shape[2] != change.shape[3] or suppression.shape[1:] != change.shape[:3]:
        raise PublishedError(
            f"{path}: cVFC_mag has the shape {change.shape} and cVFC_sup {suppression.shape}, which do "
            "not fit together: download it again."
        )
    return PublishedAccumulation(path, change, suppression)


def _network(path: Path, seed: int) -> PublishedNetwork:
    found = _variables(path, {"C": (None,), "VFC": (None, len(change_table.COLUMNS))})
    counts, table = found["C"], found["VFC"].copy()
    table[:, _SIGNED] *= -1
    groups = -(-len(table) // GROUP)
    wanted: dict[str, tuple[int | None, ...]] = {
        "dims_SingProb_sum": (groups, 2, 2),
        "dimsT_SingProb_sum": (groups,),
        "dims_SingEp": (groups, 2, 2),
        "dimsT_SingEp": (groups,),
    }
    dims = _variables(path, wanted)
    if len(counts) != len(table):
        raise PublishedError(
            f"{path}: C has {len(counts)} rows and VFC {len(table)}: download it again."
        )

    def columns(parts: Float64, total: Float64) -> Float64:
        return np.stack([parts[:, 0, 0], parts[:, 0, 1], parts[:, 1, 0], total], axis=1)

    changes = Changes(
        counts=counts,
        table=table,
        within=columns(dims["dims_SingProb_sum"], dims["dimsT_SingProb_sum"]),
        across=columns(dims["dims_SingEp"], dims["dimsT_SingEp"]),
    )
    first_unknown = np.concatenate([[np.nan], counts])
    config = RunConfig(seed=seed, problems=len(first_unknown))
    return PublishedNetwork(path, f"published seed {seed}", config, first_unknown, changes)


def _variables(path: Path, wanted: dict[str, tuple[int | None, ...]]) -> dict[str, Float64]:
    """Variables of these shapes, float64; a vector may lie or stand."""
    try:
        content = read_plain(path, LARGEST_FILE)
    except OSError as error:
        raise PublishedError(f"{path} cannot be opened ({reason(error)}): check it.") from error
    arrays = mat_variables(content, str(path), wanted.__contains__)
    checked: dict[str, Float64] = {}
    for name, shape in wanted.items():
        if name not in arrays:
            raise PublishedError(f"{path} lacks the variable {name}: download it again.")
        array = np.asarray(arrays[name], np.float64)
        if len(shape) == 1:
            array = array.ravel()
        fits = array.ndim == len(shape) and all(
            want in (None, have) for want, have in zip(shape, array.shape, strict=True)
        )
        if not fits or not array.size:
            raise PublishedError(f"{path}: {name} has the shape {array.shape}: download it again.")
        checked[name] = array
    return checked
