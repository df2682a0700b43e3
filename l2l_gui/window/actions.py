"""The window's actions: one table of names, texts, keys and icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu, QToolBar

from l2l_gui.look.theme import theme


class Described(NamedTuple):
    """An action before it is made."""

    name: str
    text: str
    keys: str = ""
    icon: str = ""
    tip: str = ""
    checkable: bool = False


ACTIONS = (
    Described("new", "New…", "Ctrl+N", "new", "Begin a new run"),
    Described("open", "Open…", "Ctrl+O", "open", "Open a session"),
    Described("example", "Open the example", "", "", "A network that has learned 101 problems"),
    Described(
        "demo", "Quick demo", "", "", "A small network learns 60 problems in a minute or two"
    ),
    Described("compare", "Compare with…", "Ctrl+Shift+O", "", "Open sessions beside this one"),
    Described(
        "compare_parent", "Compare with its parent", "", "", "What it branched from, beside it"
    ),
    Described("save_copy", "Save a copy…", "Ctrl+Shift+S", "save", "Copy the session as it is now"),
    Described("import", "Import…", "", "", "Read the authors' published files as a session"),
    Described("export_session", "Export…", "", "", "Write the authors' published files"),
    Described("movie", "Movie…", "Ctrl+M", "movie", "Film the panel, the workspace or the window"),
    Described("quit", "Quit", "Ctrl+Q", "", "Save and quit"),
    Described("step_trial", "Step trial", "T", "step-trial", "Train one trial"),
    Described("step_problem", "Step problem", "P", "step-problem", "Train to the end of a problem"),
    Described("run", "Run", "Space", "run", "Train until paused"),
    Described("run_until", "Run until…", "U", "run-until", "Train until a goal is reached"),
    Described("follow_live", "Follow live", "L", "follow-live", "Show the trial in training", True),
    Described("branch", "Branch…", "B", "branch", "Continue from this problem in a new session"),
    Described("sweep", "Sweep…", "", "", "Train a grid of runs in the background"),
    Described("previous_problem", "Previous problem", ","),
    Described("next_problem", "Next problem", "."),
    Described("play", "Play the trial", "Shift+Space"),
    Described("full_screen", "Panel on the whole screen", "F11", "", "Esc ends it"),
    Described("reset_layout", "Reset layout", "", "reset", "Restore this workspace's panels"),
    Described("first_steps", "First steps", "", "", "A one-minute walk through the window"),
    Described("shortcuts", "Keyboard shortcuts", "F1"),
    Described("log", "Log", "Ctrl+L", "", "What the program did", True),
    Described("plug_ins", "Plug-ins…", "", "", "What packages and your own files add"),
    Described("paper", "The paper", "", "", "Goudar et al. (2023), Nature Neuroscience"),
    Described("published_data", "The published data", "", "", "The authors' code and networks"),
    Described("about", "About L2L Explorer"),
)
TOOL_BAR = (
    ("new", "open", "save_copy"),
    ("step_trial", "step_problem", "run", "run_until"),
    ("follow_live",),
    ("branch",),
)
FILE = (
    ("new", "open", "RECENT", "example", "demo", "compare", "compare_parent", "save_copy"),
    ("import", "export_session"),
    ("movie",),
    ("quit",),
)
RUN = (
    ("step_trial", "step_problem", "run", "run_until"),
    ("follow_live", "previous_problem", "next_problem", "play"),
    ("branch", "sweep"),
)
HELP = (("first_steps", "shortcuts", "log", "plug_ins"), ("paper", "published_data"), ("about",))
UNTIL_PROVIDED = (
    "example",
    "demo",
    "import",
    "export_session",
    "branch",
    "movie",
    "sweep",
    "first_steps",
    "plug_ins",
)
"""Hidden until :meth:`Actions.provide` says what they do."""


class Actions:
    """The actions of a window by name."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        for item in ACTIONS:
            action = QAction(item.text, window)
            action.setObjectName(item.name)
            keys = [QKeySequence(item.keys)] if item.keys else []
            if item.name == "shortcuts":
                keys.append(QKeySequence("?"))
            action.setShortcuts(keys)
            action.setCheckable(item.checkable)
            hint = f" ({item.keys})" if item.keys else ""
            action.setToolTip(f"{item.tip or item.text}{hint}")
            action.setStatusTip(item.tip)
            if item.icon:
                theme.set_icon(action, item.icon)
            action.setVisible(item.name not in UNTIL_PROVIDED)
            self._actions[item.name] = action
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def get(self, name: str) -> QAction | None:
        """An action, if there is one of this name."""
        return self._actions.get(name)

    def provide(self, name: str, slot: Callable[[], object]) -> None:
        """Say what an action does, which also shows it."""
        self[name].triggered.connect(lambda _checked=False: slot())
        self[name].setVisible(True)

    def fill_bar(self, bar: QToolBar) -> None:
        """Put the tool bar's actions into it."""
        for number, group in enumerate(TOOL_BAR):
            if number:
                line = bar.addSeparator()
                assert line is not None
                first = self[group[0]]
                line.setVisible(first.isVisible())
                first.visibleChanged.connect(
                    lambda line=line, first=first: line.setVisible(first.isVisible())
                )
            for name in group:
                bar.addAction(self[name])

    def fill_menu(
        self, menu: QMenu, groups: tuple[tuple[str, ...], ...], recent: QMenu | None = None
    ) -> None:
        """Put groups of actions into a menu; ``RECENT`` stands for a submenu."""
        for number, group in enumerate(groups):
            if number:
                menu.addSeparator()
            for name in group:
                if name == "RECENT" and recent is not None:
                    menu.addMenu(recent)
                else:
                    menu.addAction(self[name])

    def sheet(self) -> list[tuple[str, str]]:
        """Text and keys of every action that has some and can be seen."""
        return [
            (action.text().rstrip("…"), " or ".join(map(_key_words, action.shortcuts())))
            for action in self._actions.values()
            if action.shortcuts() and action.isVisible()
        ]


def _key_words(key: QKeySequence) -> str:
    """A key by name; a mere comma would be overlooked."""
    text = key.toString(QKeySequence.SequenceFormat.NativeText)
    return {",": "comma", ".": "full stop"}.get(text, text)
