"""Every analysis by name, built in or from a plug-in, none imported before it is asked for.

A plug-in's entry points in the group ``l2l.analyses`` have the form of the table below: the name of the
analysis, and ``package.module:function`` with the record declared beside the function.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from importlib import metadata
from typing import Any

from l2l_engine.analysis.record import Analysis, record_of
from l2l_engine.config import L2LError

GROUP = "l2l.analyses"

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
    "lyapunov": _HERE + "lyapunov:lyapunov",
    "selectivity": _HERE + "selectivity:selectivity",
    "revisit": _HERE + "revisit:revisit",
}
"""Name of each analysis, and where its function is."""


@functools.cache
def places() -> dict[str, str]:
    """Where the function of each analysis is, by name: built-in ones first, then plug-ins'.

    Reads entry points without importing a plug-in. A plug-in cannot take a built-in name.
    """
    found = {point.name: point.value for point in metadata.entry_points(group=GROUP)}
    return BUILT_IN | {name: place for name, place in found.items() if name not in BUILT_IN}


def names() -> list[str]:
    """The names of all analyses."""
    return list(places())


@functools.cache
def find(name: str) -> Analysis:
    """The analysis of a name; its module is imported now.

    Raises
    ------
    L2LError
        When there is none, or a plug-in's cannot be imported; the text names it.

    Examples
    --------
    >>> find("speed").columns["speed"].unit
    'a.u. per s'
    """
    place = places().get(name)
    if place is None:
        raise L2LError(f"There is no analysis '{name}': choose one of {', '.join(names())}.")
    module, _, attribute = place.partition(":")
    try:
        function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # whatever a plug-in raises must not reach the user as a traceback
        raise L2LError(
            f"The analysis '{name}' cannot be loaded from {place} ({error}): repair or remove its "
            "plug-in."
        ) from error
    record = record_of(function)
    if record.name != name:
        raise L2LError(
            f"The analysis at {place} is declared as '{record.name}' but registered as '{name}': "
            "use one name."
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
                    "",
                    "| column | unit | meaning |",
                    "|---|---|---|",
                    *rows,
                ]
            )
        )
    return "\n\n".join(sections)
