"""How the curves of an analysis are drawn: their ink, their items and their signs in the legend."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.analyses.curves import LINES, SESSION, Curve, Curves, smoothed
from l2l_gui.panels.view import View
from l2l_gui.plotting.ink import DASHED, DOTTED, PLAIN, Ink, dots, inked
from l2l_gui.plotting.legend import DOT, Sign
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.plotting.session_colours import COLOURS

MEANT = {"stimulus": ("stimulus0", "stimulus1"), "response": ("response0", "response1")}
"""Colours that mean a value of a place in every panel."""
STYLES = (PLAIN.style, DASHED, DOTTED)


def inks_of(drawn: Curves, view: View) -> list[Ink]:
    """The ink of every curve: a colour a session where there are several, else one a series."""
    return [_ink(curve, place, drawn, view) for place, curve in enumerate(drawn.curves)]


def _ink(curve: Curve, place: int, drawn: Curves, view: View) -> Ink:
    series = [other.series for other in drawn.curves if other.session == curve.session]
    number = series.index(curve.series)
    if len({other.session for other in drawn.curves}) > 1:
        look = view.learners[curve.session].look
        return Ink(look.colour, 2, STYLES[number % len(STYLES)])
    if not curve.series:
        return Ink("accent", 2)
    name, value = curve.series[0]
    if name in MEANT and value in (0, 1):
        rest = [each[1:] for each in series if each[0] == curve.series[0]]
        style = STYLES[rest.index(curve.series[1:]) % len(STYLES)]
        return Ink(MEANT[name][value], 2, style)
    return Ink(COLOURS[place % len(COLOURS)], 2)


def items_of(curve: Curve, ink: Ink, view: View, window: int) -> list[pg.PlotDataItem]:
    """A line, or points and their moving mean over ``window`` problems (0 for none)."""
    x, y = curve.x, curve.y
    if view["log"]:
        y = np.where(y > 0, y, np.nan)
    if is_line(view):
        return [inked(pg.PlotDataItem(x, y, connect="finite"), pen=ink)]
    there = np.isfinite(y)
    faint = ink.faint(0.5 if window else 0.9)
    points = pg.PlotDataItem(x[there], y[there], pen=None, symbol="o", symbolSize=6)
    items = [inked(points, **dots(faint))]
    if window:
        mean = smoothed(Curve(curve.session, (), x, y, curve.problems), window)
        items.append(inked(pg.PlotDataItem(x, mean, connect="finite"), pen=ink))
    return items


def sign_of(curve: Curve, ink: Ink, names: tuple[str, ...], unit: str, view: View) -> Sign | None:
    """What the legend says of a curve; None where there is nothing to tell apart.

    Parameters
    ----------
    curve, ink : the curve and what it is drawn in
    names : of the sessions
    unit : of its values
    view : what is shown
    """
    several = len(names) > 1 or view["x"] == SESSION
    name = names[curve.session] if several else ""
    words = ", ".join(filter(None, (name, curve.words)))
    if view["x"] == SESSION:
        words = f"{words}: {curve.y[0]:.4g} {unit}".strip()
    if not words:
        return None
    return Sign.of(ink, words) if is_line(view) else Sign(DOT, ink.colour, words)


def nearest(
    pointing: Pointing, drawn: Curves, x: float, y: float, *, log: bool
) -> tuple[Curve, int] | None:
    """The curve whose point the mouse is near to, and the place of that point in it."""
    curves = [each for each in drawn.curves if len(each.x)]
    if not curves:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        ys = [np.log10(each.y) if log else each.y for each in curves]
    xs = np.concatenate([each.x for each in curves])
    index = pointing.near(x, y, xs, np.concatenate(ys))
    if index is None:
        return None
    for curve in curves:
        if index < len(curve.x):
            return curve, index
        index -= len(curve.x)
    return None


def words_of(curve: Curve, index: int, names: tuple[str, ...], unit: str) -> str:
    """What a tip says of a point: which session, problem and series it is of, and its value."""
    number = int(curve.problems[index])
    return ", ".join(
        filter(
            None,
            (
                names[curve.session] if len(names) > 1 else "",
                f"problem {number}" if number else "",
                curve.words,
                f"{curve.y[index]:.4g} {unit}".strip(),
            ),
        )
    )


def is_line(view: View) -> bool:
    """Whether a line is drawn across what is chosen; points across all else."""
    return view["x"] in LINES
