"""What a panel shows, as a script that makes its numbers and its picture again without the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.compared_names import names
from l2l_gui.panels.contract import Contract

if TYPE_CHECKING:
    from l2l_engine.recipes.script import Script


def script_of(panel: Contract[Any]) -> Script:
    """The script of what a panel has drawn; raises L2LError where there is none."""
    answer = panel.answer
    if answer is None:
        raise L2LError(f"{panel.title} shows nothing yet.")
    if not panel.recipe:
        raise L2LError(f"{panel.title} has no script: export its data instead.")
    from l2l_engine.recipes.script import Script  # brings SciPy, so not at start

    view = answer.view
    chosen = view.selection
    settings = {
        "problem": chosen.problem,
        "problems": view.problems,
        "group": tuple(view.group),
        "stimulus": chosen.stimulus,
        "time": chosen.time,
        **view.options,
        **panel.recipe_settings(answer),
    }
    shown = view.sessions[:1]
    called = [session.name for session in shown]
    script = Script(panel.recipe, panel.title, _files(shown, called), settings, _about(shown))
    if script.several:
        shown = tuple(learner.session for learner in view.learners)
        files = _files(shown, names(view))
        script = Script(panel.recipe, panel.title, files, settings, _about(shown))
    return script


def _files(sessions: tuple[OpenSession, ...], called: list[str]) -> tuple[tuple[str, str], ...]:
    paths = (str(session.path) for session in sessions)
    return tuple(zip(called, paths, strict=True))


def _about(sessions: tuple[OpenSession, ...]) -> tuple[str, ...]:
    """A sentence a session: its seed, what run it is, how far."""
    return tuple(
        f"Session {session.name}: seed {session.config.seed}, "
        f"{session.protocol.name if session.protocol else session.config.run_type.value} run, "
        f"{session.problems} problems"
        for session in sessions
    )
