"""Deleting Qt objects so that their Python wrappers live until the deletion."""

from __future__ import annotations

from PyQt6.QtCore import QObject

_waiting: set[QObject] = set()


def delete_later(target: QObject) -> None:
    """Delete an object once control is back in the event loop.

    ``QObject.deleteLater`` alone gives the object to Qt, and no reference keeps Python's half of it.
    Where functions connected to its signals, or to its children's, refer back to it, the garbage
    collector may empty them while it waits to be deleted; a timer that fires then ends the process.
    So it is kept until it is gone.

    Parameters
    ----------
    target : QObject
        To be deleted with its children.
    """
    if target not in _waiting:
        _waiting.add(target)
        target.destroyed.connect(lambda: _waiting.discard(target))
    target.deleteLater()
