"""Every analysis by name, built in or from a plug-in; modules are imported on first use.

A plug-in's entry points in the group ``l2l.analyses`` have the form of the table below: the name of the
analysis, and ``package.module:function`` with the record declared beside the function. See
:mod:`l2l_engine.plugins`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from l2l_engine import plugins
from l2l_engine.analysis.record import Analysis, record_of
from l2l_engine.config import L2LError
from l2l_engine.plugins import Kind, PlugIn

_HERE = "l2l_engine.analysis."
BUILT_IN: dict[str, str] = {
    "exponential-fit": _HERE + "learning_curve:fit_exponential",
    "moving-mean": _HERE + "learning_curve:moving_mean",
    "representations": _HERE + "subspaces:representations",
    "vector-field-change": _HERE + "vector_field:vector_field_change",
    "accumulation": _HERE + "accumulation:accumulation",
    "signed-suppression": _HERE + "signed_suppression:signed_suppression",
    "speed": _HERE + "network_geometry:speed",
    "subspace-angles": _HERE + "network_geometry:subspace_angles",
    "recurrent-change": _HERE + "network_geometry:recurrent_change",
    "forgetting": _HERE + "forgetting:forgetting",
    "fixed-points": _HERE + "fixed_points:fixed_points",
    "noise-generalisation": _HERE + "generalisation:noise_generalisation",
    "psychometric": _HERE + "generalisation:psychometric",
    "forward-transfer": _HERE + "transfer:forward_transfer",
    "gradient-alignment": _HERE + "gradients:gradient_alignment",
    "kernel-alignment": _HERE + "gradients:kernel_alignment",
    "functional-rank": _HERE + "functional_rank:functional_rank",
    "abstraction": _HERE + "abstraction:abstraction",
    "straight-path": _HERE + "weight_path:straight_path",
    "weight-path": _HERE + "weight_path:weight_path",
    "representation-similarity": _HERE + "similarity:representation_similarity",
    "network-similarity": _HERE + "similarity:network_similarity",
    "network-map": _HERE + "similarity:network_map",
    "dynamical-similarity": _HERE + "dynamics_similarity:dynamical_similarity",
    "network-dynamics": _HERE + "dynamics_similarity:network_dynamics",
    "lyapunov": _HERE + "lyapunov:lyapunov",
    "selectivity": _HERE + "selectivity:selectivity",
    "revisit": _HERE + "revisit:revisit",
}
"""Name of each analysis, and where its function is."""


def plug_ins() -> dict[str, PlugIn]:
    """The analyses of plug-ins by name, without importing one."""
    return plugins.of(Kind.ANALYSIS, BUILT_IN)


def names() -> list[str]:
    """The names of all analyses, built-in ones first."""
    return [*BUILT_IN, *plug_ins()]


def find(name: str) -> Analysis:
    """The analysis with this name; imports its module.

    Raises
    ------
    L2LError
        When there is none, or a plug-in's cannot be used; the text names it.

    Examples
    --------
    >>> find("speed").columns["speed"].unit
    'a.u. per s'
    """
    if name in BUILT_IN:
        return _built_in(name)
    plug_in = plug_ins().get(name)
    if plug_in is None:
        raise L2LError(f"There is no analysis '{name}': choose one of {', '.join(names())}.")
    return plugins.load(plug_in, lambda function: _record(function, plug_in))


@functools.cache
def _built_in(name: str) -> Analysis:
    module, _, attribute = BUILT_IN[name].partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return record_of(function)


def _record(function: Any, plug_in: PlugIn) -> Analysis:
    if not callable(function):
        raise L2LError(f"{plug_in.place} is no function")
    record = record_of(function)
    if record.name != plug_in.name:
        raise L2LError(
            f"its record has the name '{record.name}', its entry point '{plug_in.name}': use one"
        )
    return record


def markdown() -> str:
    """All built-in analyses as the sections of docs/analyses.md."""
    sections = []
    for name in BUILT_IN:
        record = find(name)
        rows = [
            f"| `{column}` | {about.unit or '–'} | {about.meaning} |"
            for column, about in record.columns.items()
        ]
        sections.append(
            "\n".join(
                [
                    f"### {record.title} (`{name}`)",
                    "",
                    record.summary,
                    f"Takes {record.takes.value}. Cost: {record.cost}. Source: {record.source}.",
                    f"Known answer: {record.known().why}.",
                    *_settings(record),
                    "",
                    "| column | unit | meaning |",
                    "|---|---|---|",
                    *rows,
                ]
            )
        )
    return "\n\n".join(sections)


def _settings(record: Analysis) -> list[str]:
    """A line that names the parameters with their defaults; none where there are none."""
    named = [
        f"`{item.name}` ({item.label.lower()}, {record.defaults[item.name]}"
        f"{' ' if item.unit else ''}{item.unit})"
        for item in record.parameters
    ]
    return [f"Parameters: {', '.join(named)}."] if named else []
