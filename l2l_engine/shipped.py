"""Where the data that comes with the program is, in a checkout and in an installed copy."""

from __future__ import annotations

from pathlib import Path

from l2l_engine.config import L2LError

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "data", _PACKAGE.parent / "l2l_gui" / "data", _PACKAGE.parent / "data")
EXAMPLE = "pretrained.h5"
RESULTS = "results"


def data(name: str) -> Path:
    """Path of shipped data: :data:`EXAMPLE`, or the folder :data:`RESULTS`.

    Raises
    ------
    L2LError
        When this copy of the program came without it.
    """
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise L2LError(f"This copy of the program came without {name}: install it from its wheel.")
