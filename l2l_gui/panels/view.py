"""The view a panel is drawn from, and the answers it may give.

A :class:`View` is all that a panel looks at: sessions as they stood, the selection, the
panel's own options. Whatever is drawn or exported is a function of an :class:`Answer`, which
carries the view it was computed for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from l2l_gui.model.selection import Group, Selection
from l2l_gui.model.sessions import OpenSession
from l2l_gui.model.snapshot import Snapshot
from l2l_gui.model.stages import Span
from l2l_gui.plotting.session_colours import Look
from l2l_gui.workers.jobs import Computation

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """What one panel looks at.

    Examples
    --------
    >>> view = View("speed", selection=Selection(problem=4, stimulus=1), options={"log": True})
    >>> view["log"], view.selection.problem, view.stimuli
    (True, 4, (1,))
    >>> View.rebuilt(view.plain(), []) == view
    True
    """

    panel: str
    """The panel's name."""
    sessions: tuple[OpenSession, ...] = ()
    """The sessions looked at, the primary one first."""
    snapshots: tuple[Snapshot, ...] = ()
    """How each session stood."""
    selection: Selection = Selection()
    options: Mapping[str, Any] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()
    """How each session is drawn where sessions are compared."""

    def __getitem__(self, option: str) -> Any:
        """The value of an option."""
        return self.options[option]

    @property
    def session(self) -> OpenSession:
        """The primary session; IndexError when none is open, which :class:`Needs` rules out."""
        return self.sessions[0]

    @property
    def snapshot(self) -> Snapshot:
        """How the primary session stood; IndexError when none is open."""
        return self.snapshots[0]

    @property
    def problem(self) -> int:
        """The selected problem, of a panel that needs one."""
        assert self.selection.problem is not None
        return self.selection.problem

    @property
    def learners(self) -> list[Learner]:
        """The sessions that had learned a problem, with how they stood."""
        each = zip(self.sessions, self.snapshots, self.looks, strict=True)
        return [Learner(*found) for found in each if found[1].problems]

    @property
    def problems(self) -> int:
        """Finished problems of the primary session."""
        return self.snapshot.problems if self.snapshots else 0

    @property
    def stages(self) -> tuple[Span, ...]:
        """The stages of a protocol, where all sessions looked at have the same."""
        found = {snapshot.stages for snapshot in self.snapshots}
        return found.pop() if len(found) == 1 else ()

    @property
    def group(self) -> Group:
        """The group of problems, as far as the session has it."""
        return self.selection.group.within(self.problems)

    @property
    def stimuli(self) -> tuple[int, ...]:
        """The stimuli to draw: the one selected, or both."""
        chosen = self.selection.stimulus
        return (0, 1) if chosen is None else (chosen,)

    def notes(self, *more: str) -> tuple[str, ...]:
        """The first lines of an exported file: the session, then what else is known."""
        return (*(f"Session {session.name}" for session in self.sessions[:1]), *more)

    # -- as plain values -----------------------------------------------------------------

    def plain(self) -> dict[str, Any]:
        """The view as JSON can hold it."""
        return {
            "panel": self.panel,
            "problems": [snapshot.problems for snapshot in self.snapshots],
            "selection": {
                **asdict(self.selection),
                "sessions": [str(path) for path in self.selection.sessions],
                "group": list(self.selection.group),
            },
            "options": dict(self.options),
            "looks": [look.number for look in self.looks],
        }

    @classmethod
    def rebuilt(cls, plain: Mapping[str, Any], sessions: Iterable[OpenSession]) -> View:
        """The view that :meth:`plain` wrote, of these open sessions.

        Raises
        ------
        KeyError, TypeError
            If ``plain`` is not such a view.
        """
        chosen = dict(plain["selection"])
        chosen["sessions"] = tuple(map(Path, chosen["sessions"]))
        chosen["group"] = Group(*chosen["group"])
        by_path = {session.path: session for session in sessions}
        numbers = zip(chosen["sessions"], plain["looks"], strict=True)
        known = [(by_path[path], Look(number)) for path, number in numbers if path in by_path]
        found, looks = (tuple(each) for each in zip(*known, strict=True)) if known else ((), ())
        options = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in plain["options"].items()
        }
        snapshots = tuple(session.snapshot for session in found)
        return cls(plain["panel"], found, snapshots, Selection(**chosen), options, looks)


class Learner(NamedTuple):
    """A session that had learned a problem, how it stood, and how it is drawn."""

    session: OpenSession
    snapshot: Snapshot
    look: Look


@dataclass(frozen=True)
class Ready:
    """An answer of :meth:`Panel.ask`: draw this now."""

    value: Any


@dataclass(frozen=True)
class Nothing:
    """Nothing to show; the sentence says what to do."""

    sentence: str


@dataclass(frozen=True)
class Later:
    """The answer will follow: keep what is drawn until :meth:`Panel.invalidate`."""


@dataclass(frozen=True)
class Combined:
    """An answer of :meth:`Panel.ask`: a computation on the results of others.

    ``parts`` are computed first, and shared with other panels that want them; their results
    come before ``whole.arguments`` when ``whole`` is called.
    """

    whole: Computation
    parts: tuple[Computation, ...]

    def next(self, known: Mapping[Any, Any]) -> Computation:
        """The first part not in ``known`` (results by key), or else the whole."""
        for part in self.parts:
            if part.key not in known:
                return part
        arguments = (*(known[part.key] for part in self.parts), *self.whole.arguments)
        return replace(self.whole, arguments=arguments)


Wanted = Ready | Nothing | Later | Computation | Combined


@dataclass(frozen=True, eq=False)
class Answer(Generic[T]):
    """What is drawn: a value and the view it was asked for.

    ``more`` is what :meth:`Panel.refine` asked for afterwards, None until it is known.
    """

    view: View
    value: T
    more: Any = None
