"""What the 3-D plots of a group's trajectories show: families, marks, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtGui import QColor

from l2l_engine import task
from l2l_engine.recipes import trajectories
from l2l_gui.look.theme import theme
from l2l_gui.panels.columns import Column
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.plotting.legend import DOT, LINE, SQUARE, TRIANGLE, Sign
from l2l_gui.plotting.legend import THICK as THICK_LINE
from l2l_gui.plotting.projected_plot import Family, Markers

PARTS = {
    "mean_decision": "Mean decision",
    "residual_decision": "Residual decision",
    "stimulus": "Stimulus",
}
AXES = {"mean_decision": "decision", "residual_decision": "decision", "stimulus": "stimulus"}
DIMENSIONS = 3
MOST_DRAWN = 50
"""Problems drawn at most; more cannot be told apart and turn slowly."""
BINS = 5
THIN, THICK = 1.0, 4.0
MUTED = 150  # the grey, of 255
EVENTS = (
    ("sample", "start", "o", DOT),
    ("delay", "stimulus off", "s", SQUARE),
    ("response", "go", "t", TRIANGLE),
)
"""Epoch that begins, its mark's meaning, its symbol in a plot and in a legend."""


@dataclass(frozen=True)
class Drawing:
    """Families and markers for a ProjectedPlot; ``owners`` the problem of each trajectory."""

    families: list[Family]
    owners: list[NDArray[np.intp]]
    markers: list[Markers]
    signs: list[Sign]

    def problem(self, family: int, index: int) -> int | None:
        """Whose a trajectory is; None for none."""
        if 0 <= family < len(self.owners) and 0 <= index < len(self.owners[family]):
            return int(self.owners[family][index])
        return None


def drawn_rows(group: GroupTrajectories, most: int = MOST_DRAWN) -> NDArray[np.intp]:
    """Places of the problems drawn, evenly spread over the group."""
    count = len(group.numbers)
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def points(group: GroupTrajectories, part: str) -> NDArray[np.float32]:
    """A part's trajectories along its first three components, (K, M, T, 3); M = 1 for the mean."""
    values = group.part(part)
    if part == "mean_decision":
        values = values[:, None]
    missing = max(0, DIMENSIONS - values.shape[-1])
    return np.pad(values, [(0, 0)] * 3 + [(0, missing)])[..., :DIMENSIONS]


def draw(
    group: GroupTrajectories,
    part: str,
    *,
    selected: int | None,
    stimulus: int | None,
    by_number: bool = False,
) -> Drawing:
    """A part of a group's trajectories, the selected problem's thick.

    Parameters
    ----------
    stimulus : 0, 1, or None for both; the mean has none
    by_number : colour by the problem's number instead of the stimulus
    """
    everything = points(group, part)
    trials = range(everything.shape[1])
    if part != "mean_decision" and stimulus is not None:
        trials = range(stimulus, stimulus + 1)
    rows = drawn_rows(group)
    chosen = group.row(selected)
    numbers = np.asarray(group.numbers)
    families: list[Family] = []
    owners: list[NDArray[np.intp]] = []
    signs: list[Sign] = []

    def add(places: NDArray[np.intp], trial: int, colour: str, width: float, name: str) -> None:
        if len(places):
            families.append(Family(everything[places, trial], colour, width))
            owners.append(numbers[places])
            signs.append(Sign(LINE if width == THIN else THICK_LINE, colour, name))

    for trial in trials:
        plain = "decision" if part == "mean_decision" else f"stimulus{trial}"
        if by_number:
            for places, colour, words in _bins(group, rows):
                add(places, trial, colour, THIN, words)
        else:
            name = "mean of both stimuli" if part == "mean_decision" else f"stimulus {trial}"
            add(rows, trial, plain if chosen is None else muted(plain), THIN, name)
        if chosen is not None:
            colour = "text" if by_number else plain
            add(np.array([chosen]), trial, colour, THICK, f"problem {selected}")
    return Drawing(families, owners, _events(group, everything[:, trials], rows, chosen), signs)


def muted(name: str) -> str:
    """A theme colour half-way to grey: what stands behind the selected one, in either theme."""
    colour = theme.color(name)
    return QColor(*((part + MUTED) // 2 for part in colour.getRgb()[:3])).name()


def legend(drawings: Iterable[Drawing]) -> list[Sign]:
    """One legend for several drawings: every line once, then the events."""
    lines = dict.fromkeys(sign for drawing in drawings for sign in drawing.signs)
    plain = [sign for sign in lines if sign.mark == LINE]
    thick = [sign for sign in lines if sign.mark != LINE][:1]
    thick = [sign._replace(colour="text") for sign in thick]
    return [*plain, *thick, *(Sign(mark, "text", name) for _, name, _, mark in EVENTS)]


def columns(
    group: GroupTrajectories,
    parts: Iterable[str],
    *,
    selected: int | None,
    stimulus: int | None,
) -> tuple[Column, ...]:
    """A row for every point drawn of some parts: the part, problem, stimulus, time and place."""
    places = trajectories.drawn(group.numbers, selected)
    values = {part: group.part(part)[places] for part in parts}
    numbers = np.array(group.numbers)[places]
    return as_columns(trajectories.tidy(values, group.times, numbers, stimulus))


def as_columns(found: Mapping[str, NDArray[Any]]) -> tuple[Column, ...]:
    """Columns of values headed with their units."""
    headings = (name.removesuffix(")").partition(" (") for name in found)
    return tuple(
        Column(name, values, unit)
        for (name, _, unit), values in zip(headings, found.values(), strict=True)
    )


def _bins(
    group: GroupTrajectories, rows: NDArray[np.intp]
) -> list[tuple[NDArray[np.intp], str, str]]:
    """Places by the problem's number, from early to late, with a colour and words."""
    colours = pg.colormap.get("plasma").map(np.linspace(0.3, 0.8, BINS), mode="qcolor")
    parts = [part for part in np.array_split(rows, BINS) if len(part)]
    return [
        (part, colour.name(), f"{group.numbers[part[0]]}–{group.numbers[part[-1]]}")
        for part, colour in zip(parts, colours, strict=False)
    ]


def _events(
    group: GroupTrajectories,
    shown: NDArray[np.float32],
    rows: NDArray[np.intp],
    chosen: int | None,
) -> list[Markers]:
    """Start, stimulus off and go: large on the selected problem, else small on all."""
    places = rows if chosen is None else np.array([chosen])
    size = 4.0 if chosen is None else 9.0
    starts = {epoch.name: epoch.start for epoch in task.epochs(group.config)}
    return [
        Markers(
            shown[places][:, :, group.step(starts[epoch])].reshape(-1, DIMENSIONS),
            "text",
            symbol,
            size,
        )
        for epoch, _, symbol, _ in EVENTS
    ]


def axis_names(part: str, short: bool = False) -> tuple[str, str, str]:
    """The three axes of a part's plot."""
    word = AXES[part][0].upper() if short else f"{AXES[part]} "
    return f"{word}1", f"{word}2", f"{word}3"
