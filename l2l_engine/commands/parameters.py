"""The parameters of a run as options of a command, in the sections of its help."""

from __future__ import annotations

import argparse
import dataclasses
import enum
from collections.abc import Collection
from typing import Any

from l2l_engine.commands import common
from l2l_engine.config import RunConfig

_FIELDS = {item.name: item for item in dataclasses.fields(RunConfig)}
_SECTIONS = (  # title, example, the section's first parameter
    ("run", "--run-type ds --seed 3", "seed"),
    ("network", "--units 50 --activation tanh", "units"),
    ("task", "--delay-ms 500 --batch-size 4", "stimulus_channels"),
    ("learning", "--learning-rate 0.0002 --max-trials 5000", "learning_rate"),
    ("manifold perturbation", "--run-type ss --baseline-problems 20", "baseline_problems"),
)


def add(
    parser: argparse.ArgumentParser, leave_out: Collection[str] = (), *, inherited: bool = False
) -> None:
    """Add an option for each field of RunConfig; its value is None unless given.

    With ``inherited`` the defaults are those of another session, so that no number is shown.
    """
    origin = "those of the parent session" if inherited else "the paper's"
    starts = {first: (title, example) for title, example, first in _SECTIONS}
    group = parser.add_argument_group()
    for name, item in _FIELDS.items():
        if name in starts:
            title, example = starts[name]
            group = parser.add_argument_group(
                f"parameters: {title}", f"such as {example}; the defaults are {origin}"
            )
        if name not in leave_out:
            _add(group, item, inherited)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The parameters that were given, by their names."""
    return {name: value for name in _FIELDS if (value := getattr(options, name, None)) is not None}


def _add(group: argparse._ArgumentGroup, item: dataclasses.Field[Any], inherited: bool) -> None:
    default: Any = item.default
    flag = f"--{item.name.replace('_', '-')}"
    unit = f" [{item.metadata['unit']}]" if item.metadata["unit"] else ""
    label = f"{item.metadata['label']}{unit}"
    if isinstance(default, bool):
        group.add_argument(flag, action="store_true", default=None, help=label)
        return
    shown: Any = default.value if isinstance(default, enum.Enum) else default
    options: dict[str, Any] = {"type": type(default), "metavar": _metavar(default)}
    if item.name == "run_type":
        options = {"type": common.run_type, "metavar": f"{{{common.RUN_TYPES}}}"}
        shown = default.short
    elif isinstance(default, enum.Enum):
        options = {"choices": [member.value for member in type(default)]}
    alone = inherited or item.name == "problems"
    text = label if alone else f"{label} (default: {shown})"
    group.add_argument(flag, default=None, help=text.replace("%", "%%"), **options)


def _metavar(default: object) -> str:
    return "N" if isinstance(default, int) else "X"
