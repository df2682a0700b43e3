"""Trajectories of a group of problems in its decision and stimulus subspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Table, Tables
from l2l_engine.recipes.sampling import evenly, steps_drawn
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.figure import Figure

PARTS = {
    "mean_decision": ("mean decision", "decision"),
    "residual_decision": ("residual decision", "decision"),
    "stimulus": ("stimulus", "stimulus"),
}
MOST_DRAWN = 50  # problems; more cannot be told apart
AXES = 3


def tidy(
    parts: Mapping[str, NDArray[np.floating]],
    times: NDArray[np.float64],
    problems: NDArray[np.intp],
    stimulus: int | None,
) -> Table:
    """What is drawn, a row a point: part, problem, stimulus, time and three coordinates.

    Parameters
    ----------
    parts : mapping of str to (K, T, n) or (K, M, T, n)
        Coordinates by part; those without a stimulus have no second axis.
    times : (T,)
        Milliseconds.
    problems : (K,)
        Their numbers.
    stimulus : 0, 1 or None for both
    """
    rows: dict[str, list[NDArray[np.generic]]] = {}
    some = evenly(len(times))

    def add(name: str, k: str, coordinates: NDArray[np.floating]) -> None:
        kept = coordinates[:, some]
        count = kept.shape[0] * kept.shape[1]
        missing = max(0, AXES - kept.shape[-1])
        points = np.pad(kept, [(0, 0)] * 2 + [(0, missing)])[..., :AXES].reshape(-1, AXES)
        given = {
            "part": np.repeat(name, count),
            "problem": np.repeat(problems, len(some)),
            "stimulus": np.repeat(k, count),
            "time (ms)": np.tile(times[some], len(problems)),
        }
        axes = {f"component {axis + 1} (a.u.)": points[:, axis] for axis in range(AXES)}
        for column, values in (given | axes).items():
            rows.setdefault(column, []).append(values)

    for part, values in parts.items():
        if values.ndim == 3:
            add(_name(part), "both", values)
            continue
        for k in range(values.shape[1]) if stimulus is None else (stimulus,):
            add(_name(part), str(k), values[:, k])
    return {name: np.concatenate(some_rows) for name, some_rows in rows.items()}


def _name(part: str) -> str:
    return PARTS[part][0] if part in PARTS else part


def drawn(numbers: Iterable[int], selected: int | None) -> NDArray[np.intp]:
    """Places of the problems drawn: evenly spread over a group, and the selected one."""
    every = list(numbers)
    places = evenly(len(every), MOST_DRAWN)
    return np.union1d(places, [every.index(selected)]) if selected in every else places


def numbers(
    session: Session,
    *,
    group: tuple[int, int],
    problems: int,
    problem: int | None = None,
    stimulus: int | None = None,
    part: str = "all",
    basis: str = "OWN",
) -> Tables:
    """A row for every point drawn."""
    there, found = groups.represented(session, group, basis, problems)
    steps, times = steps_drawn(session.config)
    places = drawn(there, problem)
    parts = {
        name: getattr(found.coordinates, name)[places][..., steps, :].astype(np.float32)
        for name in PARTS
        if part in ("all", name)
    }
    return {"trajectories": tidy(parts, times, np.array(there)[places], stimulus)}


def lines(table: Table, name: str) -> dict[tuple[str, int], NDArray[np.floating]]:
    """The trajectories (T, 3) of a part, by stimulus and problem."""
    own = np.asarray(table["part"]) == name
    points = np.stack([table[f"component {axis + 1} (a.u.)"][own] for axis in range(AXES)], axis=1)
    keys = list(zip(table["stimulus"][own].tolist(), table["problem"][own].tolist(), strict=True))
    starts = [at for at, key in enumerate(keys) if at == 0 or key != keys[at - 1]]
    return {keys[at]: line for at, line in zip(starts, np.split(points, starts[1:]), strict=True)}


def picture(
    figure: Figure,
    tables: Tables,
    *,
    problem: int | None = None,
    camera: Mapping[str, float] | None = None,
    short: bool = False,
) -> None:
    """The parts side by side: every problem thin, their mean and the selected one bold."""
    table = tables["trajectories"]
    shown = [words for words in PARTS.values() if (np.asarray(table["part"]) == words[0]).any()]
    for place, (name, axis) in enumerate(shown, start=1):
        names = [
            f"{axis[0].upper() if short else axis + ' '}{number}" for number in range(1, AXES + 1)
        ]
        axes = drawing.space(figure, (1, len(shown), place), names, camera or {})
        draw(axes, lines(table, name), problem)
        axes.set_title(name.capitalize())


def draw(
    axes: object, found: dict[tuple[str, int], NDArray[np.floating]], problem: int | None
) -> None:
    """Trajectories of a part in axes of three dimensions."""
    colours = {"both": drawing.GREEN, "0": drawing.STIMULUS[0], "1": drawing.STIMULUS[1]}
    for stimulus in dict.fromkeys(k for k, _ in found):
        own = {number: line for (k, number), line in found.items() if k == stimulus}
        others = [line for number, line in own.items() if number != problem]
        colour = colours[stimulus]
        drawing.paths(axes, others, colour, width=0.4, alpha=0.45)
        mean = np.mean(list(own.values()), axis=0)
        drawing.paths(axes, [mean], colour, width=1.8)
        if problem in own:
            drawing.paths(axes, [own[problem]], "C0", width=1.2)
