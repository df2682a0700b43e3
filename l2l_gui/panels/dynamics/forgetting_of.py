"""The networks of a run tried on its problems, evenly spaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine.analysis.forgetting import Forgetting, forgetting
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column

STRIDES = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
MOST = 41
"""Problems, and networks, tried at most: some 4 s of work."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Performance of networks on problems, both every ``stride`` from the first."""

    numbers: NDArray[np.intp]  # (K,) of the problems, which are also those of the networks
    stride: int
    found: Forgetting

    @property
    def side(self) -> int:
        """Squares along each axis, with those whose network was not saved."""
        return int((self.numbers[-1] - self.numbers[0]) // self.stride + 1)

    @property
    def rect(self) -> QRectF:
        """Where the squares lie, centred on their problems."""
        start, size = float(self.numbers[0] - self.stride / 2), float(self.stride * self.side)
        return QRectF(start, start, size, size)

    @property
    def squares(self) -> tuple[Column, ...]:
        """One row a problem and network."""
        count = len(self.numbers)
        return (
            Column("problem tried", np.repeat(self.numbers, count)),
            Column("network after problem", np.tile(self.numbers, count)),
            Column("loss", self.found.loss.ravel(), "nats"),
            Column("accuracy", self.found.accuracy.ravel()),
        )

    @property
    def transfer(self) -> tuple[Column, ...]:
        """One row a problem."""
        return (
            Column("problem", self.numbers),
            Column("backward transfer", self.found.backward_transfer),
        )

    def whole(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A matrix with gaps, NaN, for problems whose network was not saved."""
        rows = (self.numbers - self.numbers[0]) // self.stride
        found = np.full((self.side, self.side), np.nan)
        found[np.ix_(rows, rows)] = values
        return found

    def square(self, x: float, y: float) -> tuple[int, int] | None:
        """Indices of the problem tried and of the network whose square holds a place."""
        row, column = self.nearest(y), self.nearest(x)
        return None if row is None or column is None else (row, column)

    def words(self, row: int, column: int) -> str:
        """A square for a tip."""
        loss, accuracy = self.found.loss[row, column], self.found.accuracy[row, column]
        return (
            f"Problem {self.numbers[row]} with the network after problem "
            f"{self.numbers[column]}:\nloss {loss:.3g} nats, {accuracy:.0%} right"
        )

    def nearest(self, place: float) -> int | None:
        """Index of the problem whose square holds a place on either axis."""
        index = int(np.abs(self.numbers - place).argmin())
        return index if abs(self.numbers[index] - place) <= self.stride / 2 else None


def tried(problems: int) -> tuple[int, NDArray[np.intp]]:
    """The stride and the numbers of the problems tried in a run of so many."""
    stride = next((step for step in STRIDES if problems <= step * MOST), STRIDES[-1])
    return stride, np.arange(1, problems + 1, stride)


def matrix_of(session: OpenSession, problems: int, progress: Progress | None = None) -> Matrix:
    """Try every chosen network on every chosen problem, noise off."""
    stride, numbers = tried(problems)
    reader = session.reader(problems)
    weights = reader.weights(numbers - 1)
    saved = np.isfinite(weights.output_bias).all(axis=1)
    if not saved.any():
        raise L2LError(f"{session.path.name} holds no saved network: open another session.")
    numbers = numbers[saved]
    found = forgetting(
        weights[saved], reader.stimuli[numbers - 1], session.config, progress=progress
    )
    return Matrix(numbers, stride, found)
