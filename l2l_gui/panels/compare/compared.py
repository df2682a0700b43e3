"""What the panels that compare sessions have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.legacy import Context, Nothing
from l2l_gui.plotting.legend_line import DASHED, DOTTED, LINE, Key
from l2l_gui.plotting.session_colours import STYLES, colour, style

SIGNS = dict(zip(STYLES, (LINE, DASHED, DOTTED), strict=True))


def too_few(context: Context) -> Nothing | None:
    """What to do while there is nothing to compare; None when there is."""
    compared = context.compared
    if not compared:
        return Nothing("Open two sessions to compare: drop their files here.")
    if len(compared) < 2:
        return Nothing("Open a second session to compare: drop its file here.")
    if not any(session.problems for session in compared):
        return Nothing("None of these sessions has learned a problem: train one first.")
    return None


def key_of(context: Context, session: OpenSession, words: str = "") -> Key:
    """A session's entry in a legend."""
    text = f"{session.name}: {words}" if words else session.name
    sign = SIGNS[style(context.sessions, session)]
    return Key(colour(context.sessions, session), sign, text)


def counts_of(context: Context) -> tuple[tuple[object, int], ...]:
    """Identifies how far every compared session is."""
    return tuple((session.key, session.problems) for session in context.compared)


class CountAxis(pg.AxisItem):
    """A logarithmic axis of counts: 1, 10, 100 in plain figures, and 2 and 5 where they fit."""

    FEW_DECADES = 2.5

    def tickStrings(  # noqa: N802
        self, values: Sequence[float], scale: float, spacing: float | None
    ) -> list[str]:
        """Text of each tick, empty for those between."""
        if not self.logMode:
            return super().tickStrings(values, scale, spacing)
        shown = (1, 2, 5) if self.range[1] - self.range[0] < self.FEW_DECADES else (1,)
        counts = [10.0**value for value in values]
        leading = [round(count / 10 ** np.floor(np.log10(count) + 1e-9)) for count in counts]
        return [
            f"{count:,.0f}" if first in shown and count > 0.9 else ""
            for count, first in zip(counts, leading, strict=True)
        ]
