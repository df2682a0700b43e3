"""Movies of animated views: frames drawn on the GUI thread, encoded on another.

One frame is drawn per turn of the event loop, and only while the encoder keeps up, so
that the window stays alive. A movie appears when it is whole; cancelled or failed, it
leaves nothing behind.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QCoreApplication, QObject, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QPainter

from l2l_engine.config import L2LError
from l2l_engine.storage.atomic import ExportError, part_of, put_in_place, write_failure

MOVIES = {".mp4": "MP4 movie (*.mp4)", ".gif": "Animated GIF (*.gif)"}
WAITING_FRAMES = 4
POLL_MS = 5
LONGEST_WAIT_S = 10.0

Frame = NDArray[np.uint8]
Frames = Iterator[Frame]


class _Stopped(Exception):  # noqa: N818
    """The movie was cancelled."""


class MovieWriter(QObject):
    """Makes one movie.

    Parameters
    ----------
    path : the file, ``.mp4`` or ``.gif``.
    count : number of frames.
    draw : gives frame i of ``count`` as an image; called on the GUI thread, in order. None:
        not yet, ask again.
    fps : frames per second of the movie.

    Signals
    -------
    progress(done, count), finished(path), failed(sentence), cancelled(): one of the last
    three ends every movie.

    Raises
    ------
    ExportError
        When the file's ending is unknown or its folder cannot be written to.
    """

    progress = pyqtSignal(int, int)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(
        self,
        path: Path,
        count: int,
        draw: Callable[[int], QImage | None],
        fps: float = 30.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        if path.suffix.lower() not in MOVIES:
            raise ExportError(
                f"{path.name} has no known ending: choose one of {', '.join(MOVIES)}."
            )
        if count < 1:
            raise ExportError(f"{path.name} would have no frames: choose something to show.")
        self._path, self._count, self._draw, self._fps = path, count, draw, fps
        self._part = part_of(path)
        self._next, self._size = 0, QSize()
        self._queue: queue.Queue[Frame | None] = queue.Queue(WAITING_FRAMES)
        self._stop, self._error = threading.Event(), ""
        self._thread = threading.Thread(target=self._encode, name="movie", daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    @property
    def running(self) -> bool:
        """Whether frames are still being drawn or encoded."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()
        self._timer.start()
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.abandon)

    def cancel(self) -> None:
        """Stop and remove what was written; ``cancelled`` follows when that is done."""
        self._stop.set()

    # -- the GUI thread ----------------------------------------------------------------

    def _turn(self) -> None:
        if not self._thread.is_alive():
            self._conclude()
        elif self._stop.is_set() or self._next > self._count or self._queue.full():
            self._timer.setInterval(POLL_MS)
        elif self._next == self._count:
            self._queue.put_nowait(None)
            self._next += 1
        else:
            self._timer.setInterval(0)
            self._draw_next()

    def _draw_next(self) -> None:
        try:
            image = self._draw(self._next)
        except Exception as error:
            sentence = str(error) if isinstance(error, L2LError) else f"it says: {error}"
            self._error = f"Frame {self._next + 1} of {self._path.name} failed; {sentence}"
            self._stop.set()
            return
        if image is None:
            self._timer.setInterval(POLL_MS)
            return
        if self._size.isEmpty():
            self._size = QSize(max(2, image.width() & ~1), max(2, image.height() & ~1))
        self._queue.put_nowait(pixels(image, self._size))
        self._next += 1
        self.progress.emit(self._next, self._count)

    def _conclude(self) -> None:
        self._timer.stop()
        if not self._error and not self._stop.is_set():
            try:
                put_in_place(self._part, self._path)
            except ExportError as error:
                self._error = str(error)
        self._part.unlink(missing_ok=True)
        if self._error:
            self.failed.emit(self._error)
        elif self._stop.is_set():
            self.cancelled.emit()
        else:
            self.finished.emit(self._path)

    def abandon(self) -> None:
        """Stop as the program ends, and leave nothing behind."""
        if self.running:
            self._timer.stop()
            self._stop.set()
            self._thread.join(LONGEST_WAIT_S)
            self._part.unlink(missing_ok=True)

    # -- the encoder's thread ----------------------------------------------------------

    def _encode(self) -> None:
        write = write_gif if self._path.suffix.lower() == ".gif" else write_mp4
        try:
            write(self._part, self._incoming(), self._fps)
        except _Stopped:
            pass
        except Exception as error:  # of any of the encoders
            self._error = str(write_failure(self._path, error))

    def _incoming(self) -> Frames:
        while not self._stop.is_set():
            try:
                frame = self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
            if frame is None:
                return
            yield frame
        raise _Stopped


def pixels(image: QImage, size: QSize) -> Frame:
    """An image as an array (height, width, 3), fitted into ``size`` if it is of another."""
    if image.size() != size:
        fitted = image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        canvas = QImage(size, QImage.Format.Format_RGB888)
        canvas.fill(image.pixelColor(0, 0))
        painter = QPainter(canvas)
        painter.drawImage(
            (size.width() - fitted.width()) // 2, (size.height() - fitted.height()) // 2, fitted
        )
        painter.end()
        image = canvas
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    memory = image.constBits()
    assert memory is not None
    rows = np.frombuffer(memory.asstring(image.sizeInBytes()), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return np.ascontiguousarray(pixels)  # rows of odd widths are padded


def write_gif(path: Path, frames: Frames, fps: float) -> None:
    """Write an endless GIF; its frames last a whole number of hundredths of a second."""
    from PIL import Image

    def reduced() -> Iterator[Image.Image]:
        for frame in frames:
            picture = Image.fromarray(frame)
            yield picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)

    pictures = reduced()
    first = next(pictures)
    duration = max(2, round(100 / fps)) * 10
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=chain(pictures),
        duration=duration,
        loop=0,
        disposal=1,
    )


def write_mp4(path: Path, frames: Frames, fps: float) -> None:
    """Write H.264 video that every player knows (yuv420p)."""
    from imageio_ffmpeg import write_frames

    first = next(frames)
    height, width = first.shape[:2]
    encoder = write_frames(
        str(path),
        (width, height),
        fps=fps,
        codec="libx264",
        quality=8,
        macro_block_size=2,
        ffmpeg_log_level="error",
    )
    encoder.send(None)
    try:
        for frame in chain([first], frames):
            encoder.send(frame)
    finally:
        encoder.close()
