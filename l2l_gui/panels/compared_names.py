"""What compared sessions are called."""

from __future__ import annotations

from l2l_gui.panels.view import View


def names(view: View) -> list[str]:
    """A name for each session that learned, with its place where two have the same."""
    found: list[str] = []
    for place, learner in enumerate(view.learners, start=1):
        name = learner.session.name
        found.append(f"{name} ({place})" if name in found else name)
    return found
