"""Any analysis that has a record, of one session or several; ``l2l-analyse --list`` names them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from l2l_engine.analysis import registry, running
from l2l_engine.analysis.record import Takes
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure


def numbers(
    sessions: Mapping[str, Session],
    *,
    analysis: str,
    problems: Mapping[str, Sequence[int]],
    parameters: Mapping[str, Any] | None = None,
) -> Tables:
    """The table of the analysis; the session in front where there are several."""
    given = dict(parameters or {})
    record = registry.find(analysis)
    about = running.columns_of(record)
    heads = {name: f"{name} ({each.unit})" if each.unit else name for name, each in about.items()}
    if record.takes is Takes.RUNS:
        runs = [dataclasses.replace(each.run_data(), name=name) for name, each in sessions.items()]
        found = running.run(record, runs, **given)
        return {analysis: {heads[name]: values for name, values in found.items()}}
    tables = {
        name: _table(each, analysis, problems[name], given) for name, each in sessions.items()
    }
    joined = {
        heads[column]: np.concatenate([table[column] for table in tables.values()])
        for column in next(iter(tables.values()))
    }
    if len(tables) > 1:
        lengths = [len(next(iter(table.values()))) for table in tables.values()]
        joined = {"session": np.repeat(list(tables), lengths)} | joined
    return {analysis: joined}


def _table(
    session: Session, analysis: str, problems: Sequence[int], given: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    counts = registry.find(analysis).takes is Takes.COUNTS
    return session.analyse(analysis, None if counts else list(problems), **given)


def picture(figure: Figure, tables: Tables, *, x: str = "", y: str = "", log: bool = False) -> None:
    """A column against another, a colour a session or stimulus."""
    axes, table = figure.subplots(), next(iter(tables.values()))
    heads = {heading.partition(" (")[0]: heading for heading in table}
    across = heads.get(x) or next(iter(table))
    up = heads.get(y) or list(table)[-1]
    key = next((name for name in ("session", "stimulus", "name") if name in table), None)
    kinds: list[object] = list(dict.fromkeys(table[key].tolist())) if key else [None]
    for place, kind in enumerate(kinds):
        own = np.ones(len(table[up]), bool)
        if key is not None:
            own = np.asarray(table[key]) == kind
        values, places = np.asarray(table[up])[own], np.asarray(table[across])[own]
        colour = drawing.SESSIONS[place % len(drawing.SESSIONS)]
        label = None if kind is None else f"{key} {kind}"
        axes.plot(places, values, "o", ms=2.2, mew=0, color=colour, label=label)
    axes.set_xlabel(across.capitalize())
    axes.set_ylabel(up.capitalize())
    if log:
        axes.set_yscale("log")
    if key:
        axes.legend()
