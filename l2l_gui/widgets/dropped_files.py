"""Files that are dragged into a widget."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QDragEnterEvent, QDropEvent


def accept_files(event: QDragEnterEvent | None) -> None:
    """Accept a drag that holds files or links."""
    data = event.mimeData() if event is not None else None
    if event is not None and data is not None and data.hasUrls():
        event.acceptProposedAction()


def dropped_files(event: QDropEvent | None) -> list[Path]:
    """The files of a drop; links to elsewhere are left out."""
    data = event.mimeData() if event is not None else None
    urls = [] if data is None else data.urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
