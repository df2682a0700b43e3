"""What can be chosen in an analysis panel: its numbers, what they are plotted against, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from l2l_engine.analysis import shape
from l2l_engine.analysis.record import Analysis, Takes
from l2l_gui.panels.analyses.curves import LINES, SESSION
from l2l_gui.panels.analyses.extent import EXTENT
from l2l_gui.panels.base import Choice, Flag, Number, View

MATRIX = "matrix"
SETTING = "set "
"""Begins the names of options that are the analysis' own parameters."""
WORDS = {"problem": "Problem", SESSION: "Session", MATRIX: "each other, as a matrix"}


def options_of(record: Analysis) -> tuple[Any, ...]:
    """The options of an analysis' panel."""
    columns = columns_of(record)
    places = across(record)
    first = "y" if {"x", "y"} <= set(columns) else next(iter(columns))
    options: tuple[Any, ...] = (Choice("y", "Show", columns, bar="list", default=first),)
    if len(places) > 1:
        options += (Choice("x", "against", places, bar="list"),)
    else:
        options += (Choice("x", "Against", places),)
    if record.takes in (Takes.NETWORK, Takes.PAIRS, Takes.GROUP):
        options += (Choice("extent", "on", EXTENT, bar="list"),)
    return (*options, *parameters_of(record), Flag("log", "Logarithmic axis"))


def parameters_of(record: Analysis) -> tuple[Any, ...]:
    """The parameters an analysis declares, as options."""
    options: list[Any] = []
    for item in record.parameters:
        name, default = SETTING + item.name, record.defaults[item.name]
        if item.choices:
            options.append(Choice(name, item.label, item.choices, bar="list", default=default))
        else:
            limits = (item.low, item.high, default, item.step, item.unit, item.decimals)
            options.append(Number(name, item.label, *limits))
    return tuple(options)


def settings_of(record: Analysis, view: View) -> tuple[tuple[str, Any], ...]:
    """The parameters as they are set, by their own names; none where all are as they come."""
    chosen = [
        (item.name, item.taken(view.options.get(SETTING + item.name, record.defaults[item.name])))
        for item in record.parameters
    ]
    return tuple((name, value) for name, value in chosen if value != record.defaults[name])


def help_of(record: Analysis) -> str:
    """What an analysis computes, what its numbers mean and where it is from."""
    meant = "; ".join(
        f"{words}: {record.columns[name].meaning}" for name, words in columns_of(record).items()
    )
    told = f"{record.summary} Takes {record.takes.value}; {record.cost}. {meant}."
    return f"{told} Source: {record.source.rstrip('.')}."


def columns_of(record: Analysis) -> dict[str, str]:
    """The numbers that can be shown, each with its label; standard errors go with their means."""
    return {
        name: label_of(record, name) for name in shape.numbers(record) if not name.endswith("_sem")
    }


def across(record: Analysis) -> Mapping[str, str]:
    """What can be across, the default first."""
    places = [name for name in shape.places(record) if name not in ("other_problem", "other_run")]
    if record.takes is Takes.NETWORK and len(places) > 1:
        places = [name for name in places if name != "problem"] + ["problem"]
        for first in ("order", "epoch"):
            if first in places and places[0] not in LINES:
                places = [first, *(name for name in places if name != first)]
                break
    if shape.pair_of_places(record) is not None:
        places = [MATRIX, *places]
    values = shape.numbers(record)
    if {"x", "y"} <= set(values):
        places = ["x", "y", *places]
    else:
        places += [name for name in values if not name.endswith("_sem")]
    if record.takes is Takes.COUNTS and not shape.places(record):
        places = [SESSION, *places]
    return {name: label_of(record, name) for name in places}


def label_of(record: Analysis, name: str) -> str:
    """What a column or a place is called beside a plot."""
    return WORDS.get(name) or shape.short(record, name)
