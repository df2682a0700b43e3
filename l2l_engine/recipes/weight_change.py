"""The change that one problem made to the recurrent weights, and its structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.analysis import geometry
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import predecessor
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUBSPACES = ("decision", "stimulus", "readout")


def numbers(session: Session, *, problem: int, group: tuple[int, int]) -> Tables:
    """The matrix by units, the singular values, and the shares by subspace."""
    before = predecessor(session, problem)
    start = session.initial if before == 0 else session.weights(before - 1)
    after = session.weights(problem - 1).astype(np.float64)
    matrix = after.recurrent - start.astype(np.float64).recurrent
    found = groups.subspaces_of(session, group)
    directions = {
        "decision": found.decision,
        "stimulus": found.stimulus,
        "readout": after.output[:, : task.RESPONSES],
    }
    change = geometry.weight_change(matrix, directions)
    overlaps = [change.overlaps[name] for name in SUBSPACES]
    units = np.arange(1, len(matrix) + 1)
    return {
        "weight_change": {
            "from unit": np.repeat(units, len(units)),
            "to unit": np.tile(units, len(units)),
            "change (a.u.)": matrix.ravel(),
        },
        "spectrum": {
            "component": units,
            "singular values (a.u.)": change.singular_values,
            "explained": change.explained,
        },
        "shares": {
            "subspace": np.array(SUBSPACES),
            "read": np.array([overlap.read_total for overlap in overlaps]),
            "written": np.array([overlap.written_total for overlap in overlaps]),
            "chance": np.array([overlap.chance for overlap in overlaps]),
        },
    }


def picture(figure: Figure, tables: Tables) -> None:
    """The matrix, the singular values, and what the change reads and writes."""
    left, right = np.asarray(figure.subfigures(1, 2, width_ratios=(1.2, 1)))
    values = np.asarray(tables["weight_change"]["change (a.u.)"])
    size = int(np.sqrt(len(values)))
    span = float(np.abs(values).max()) or 1.0
    image = left.subplots()
    drawing.matrix(
        image,
        values.reshape(size, size),
        (0.5, size + 0.5, 0.5, size + 0.5),
        "Change (a.u.)",
        colours="RdBu_r",
        levels=(-span, span),
    )
    image.set_xlabel("To unit")
    image.set_ylabel("From unit")
    above, below = right.subplots(2, 1)
    spectrum, shares = tables["spectrum"], tables["shares"]
    above.semilogy(
        spectrum["component"],
        spectrum["singular values (a.u.)"],
        "o-",
        ms=1.8,
        color=drawing.WEIGHT,
    )
    above.set_xlabel("Component")
    above.set_ylabel("Singular value (a.u.)")
    places = np.arange(len(shares["subspace"]))
    for shift, (name, colour) in enumerate((("read", drawing.WEIGHT), ("written", drawing.ORANGE))):
        below.bar(
            places + 0.3 * (shift - 0.5),
            100 * np.asarray(shares[name]),
            0.28,
            color=colour,
            label=name,
        )
    below.plot(places, 100 * np.asarray(shares["chance"]), "_", ms=16, color="C0", label="chance")
    below.set_xticks(places, list(shares["subspace"]))
    below.set_ylabel("Share (%)")
    below.legend()
