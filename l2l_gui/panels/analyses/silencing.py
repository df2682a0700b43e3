"""Silencing in Perturb a unit that was clicked in an analysis."""

from __future__ import annotations

from l2l_gui.panels.contract import Context
from l2l_gui.panels.perturb.lab.lab import Lab


def silence(context: Context, unit: int) -> None:
    """Silence a unit (from 0) in the Perturb workspace, or let it speak again."""
    lab = Lab.of(context)
    silenced = set(lab.disturbance.lesioned) ^ {unit}
    lab.edit(lesioned=tuple(sorted(silenced)))
    verb = "is silenced" if unit in silenced else "is no longer silenced"
    context.notify(f"Unit {unit + 1} {verb} in Perturb.")
