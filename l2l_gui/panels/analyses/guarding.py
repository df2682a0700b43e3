"""A guard around a plug-in's panel: errors it raises are shown in its place and affect nothing else."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from l2l_engine import plugins
from l2l_engine.plugins import PlugIn
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.base import Answer, Context, Panel


def guarded(kind: type[Panel[Any]], plug_in: PlugIn) -> type[Panel[Any]]:
    """The same panel, which shows one sentence where its own code raises.

    Parameters
    ----------
    kind : type of Panel
        The plug-in's.
    plug_in : PlugIn
        Named in the sentence and, with its state, in *Help > Plug-ins*.
    """

    class Guarded(kind):  # type: ignore[misc, valid-type]
        __doc__ = kind.__doc__

        def __init__(self, context: Context) -> None:
            self._broken = ""
            super().__init__(context)

        def _try(self, call: Callable[[], Any], otherwise: Any = None) -> Any:
            try:
                return call()
            except Exception as error:
                sentence = str(plugins.failed(plug_in, error))
                self.answer = None
                if hasattr(self, "_stack"):
                    self._show_nothing(sentence)
                return otherwise

        def build(self) -> None:
            try:
                super().build()
            except Exception as error:
                self._broken = str(plugins.failed(plug_in, error))

        def refresh(self) -> None:
            if self._broken:
                self._stale = False
                self._show_nothing(self._broken)
            else:
                self._try(super().refresh)

        def _take(self, answer: Answer[Any]) -> None:
            self._try(lambda: super(Guarded, self)._take(answer))

        def _draw(self, answer: Answer[Any], *, marks_only: bool = False) -> None:
            self._try(lambda: super(Guarded, self)._draw(answer, marks_only=marks_only))

        def _show_time(self, ms: float) -> None:
            self._try(lambda: super(Guarded, self)._show_time(ms))

        def _failed_of(self, key: Hashable) -> Callable[[Exception], None]:
            say = super()._failed_of(key)

            def failed(error: Exception) -> None:
                say(error)
                if _is_fault(error):
                    self._show_nothing(str(plugins.failed(plug_in, error)))

            return failed

        def table(self) -> PanelData | None:
            return self._try(super().table)

        def actions_of_menu(self) -> list[Any]:
            return self._try(super().actions_of_menu, [])

    Guarded.__name__ = kind.__name__
    return Guarded


def _is_fault(error: Exception) -> bool:
    from l2l_engine.config import L2LError
    from l2l_gui.workers.jobs import JobCancelledError

    return not isinstance(error, L2LError | JobCancelledError)
