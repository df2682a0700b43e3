"""What the workspace *Analyses* offers: analyses by topic, panels of plug-ins, numbers over problems.

Reading it imports every analysis, so it is done in the background.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from l2l_engine import plugins
from l2l_engine.analysis import registry, shape
from l2l_engine.analysis.record import Analysis
from l2l_engine.config import L2LError
from l2l_engine.plugins import Kind, PlugIn
from l2l_gui.panels import PANELS
from l2l_gui.panels.base import Panel

log = logging.getLogger(__name__)

TOPICS = {
    "Learning": (
        "exponential-fit", "moving-mean", "forward-transfer", "forgetting", "revisit",
    ),
    "Representations": (
        "representations", "subspace-angles", "abstraction", "representation-similarity",
        "selectivity",
    ),
    "Dynamics": (
        "speed", "fixed-points", "lyapunov", "vector-field-change", "accumulation",
        "signed-suppression", "dynamical-similarity",
    ),
    "Weights and gradients": (
        "recurrent-change", "functional-rank", "gradient-alignment", "kernel-alignment",
        "straight-path", "weight-path",
    ),
    "Behaviour": ("psychometric", "noise-generalisation"),
    "Several networks": ("network-similarity", "network-dynamics", "network-map"),
}  # fmt: skip
PLUG_INS = "From plug-ins"
STORED = {
    "trials": ("Trials to criterion", "trials"),
    "problem": ("Problem", ""),
    "input_norm": ("Norm of the input weights", "a.u."),
    "recurrent_norm": ("Norm of the recurrent weights", "a.u."),
    "top_singular_norm": ("Norm of the penalised singular values", "a.u."),
    "output_norm": ("Norm of the output weights", "a.u."),
    "mean_square_rate": ("Mean square rate", "a.u.²"),
    "largest_rate": ("Largest rate", "a.u."),
}
"""Numbers of a problem that sessions hold, with their units."""


@dataclass(frozen=True)
class Offer:
    """Something that can be added as a panel; ``what`` is "analysis" or "panel"."""

    what: str
    name: str
    topic: str
    title: str
    cost: str
    description: str
    source: str


@dataclass(frozen=True)
class Quantity:
    """A number that every problem has: from the session, or a column of an analysis' table."""

    name: str
    words: str
    unit: str
    analysis: str = ""
    column: str = ""

    @property
    def label(self) -> str:
        """For an axis."""
        return f"{self.words} ({self.unit})" if self.unit else self.words


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything there is to choose from."""

    records: dict[str, Analysis]
    offers: tuple[Offer, ...]
    quantities: dict[str, Quantity]
    failed: tuple[str, ...]
    """A sentence for each plug-in that is left out."""
    stamp: tuple[str, ...]
    """The names there were; see :func:`stamp`."""


def stamp() -> tuple[str, ...]:
    """The names there are now: other ones once a plug-in was allowed."""
    return (*registry.names(), *panels())


def read() -> Catalogue:
    """Import every analysis; a plug-in that fails is left out."""
    records, offers, failed = {}, [], []
    topic_of = {name: topic for topic, names in TOPICS.items() for name in names}
    ordered = [*topic_of, *(name for name in registry.names() if name not in topic_of)]
    for name in ordered:
        try:
            record = registry.find(name)
            offers.append(_offer(record, topic_of.get(name, PLUG_INS)))
            records[name] = record
        except L2LError as error:
            failed.append(str(error))
        except Exception as error:  # a record of a plug-in may hold anything
            failed.append(str(plugins.failed(registry.plug_ins()[name], error)))
    offers += [
        Offer("panel", name, PLUG_INS, name, "", f"A panel of {found.source}.", found.source)
        for name, found in panels().items()
    ]
    quantities = {name: Quantity(name, *stored) for name, stored in STORED.items()}
    for name, record in records.items():
        if shape.is_over_problems(record):
            for column in shape.numbers(record):
                about = record.columns[column]
                words = f"{record.title}: {column.replace('_', ' ')}"
                key = f"{name}:{column}"
                quantities[key] = Quantity(key, words, about.unit, name, column)
    return Catalogue(records, tuple(offers), quantities, tuple(failed), stamp())


def _offer(record: Analysis, topic: str) -> Offer:
    description = f"{record.summary} Takes {record.takes.value}."
    return Offer(
        "analysis", record.name, topic, record.title, record.cost, description, record.source
    )


def panels() -> dict[str, PlugIn]:
    """The panels of plug-ins by name, without importing one."""
    return plugins.of(Kind.PANEL, [entry.module.rpartition(".")[2] for entry in PANELS])


def load_panel(plug_in: PlugIn) -> type[Panel[Any]]:
    """A plug-in's panel; raises L2LError where it cannot be used."""

    def check(kind: Any) -> type[Panel[Any]]:
        if not (isinstance(kind, type) and issubclass(kind, Panel)):
            raise L2LError("it is no subclass of Panel")
        for name in ("name", "title", "help"):
            if not isinstance(getattr(kind, name, None), str):
                raise L2LError(f"it has no {name}")
        return kind

    return plugins.load(plug_in, check)
