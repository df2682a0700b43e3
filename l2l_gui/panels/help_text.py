"""What a panel's help says: a text file a panel, in ``panels/help``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def help_of(name: str) -> str:
    """The text of ``help/<name>.txt`` as one paragraph."""
    text = (files("l2l_gui.panels") / "help" / f"{name}.txt").read_text(encoding="utf-8")
    return " ".join(text.split())


class HelpText:
    """A class attribute: the help of the panel's name, read when it is first asked for."""

    def __get__(self, _: object, owner: Any) -> str:
        """The help of the panel ``owner``."""
        return help_of(owner.name)
