"""Movies: whole files that play, or nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QColor, QImage, QPainter

from l2l_engine.storage.atomic import ExportError
from l2l_gui.output.exporting import picture
from l2l_gui.output.movies import MovieWriter, pixels
from l2l_gui.plotting.projected_plot import Family, ProjectedPlot

COUNT, WIDTH, HEIGHT = 12, 64, 48


def moving_bar(index: int, width: int = WIDTH) -> QImage:
    image = QImage(width, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(QColor("#202020"))
    painter = QPainter(image)
    painter.fillRect(4 * index, 0, 8, HEIGHT, QColor("#d55e00"))
    painter.end()
    return image


def bar_position(frame: np.ndarray) -> int:
    """First column that is mostly red."""
    red = frame[..., 0].mean(axis=0)
    return int(np.argmax(red > 120))


def record(qtbot, path: Path, draw=moving_bar, count: int = COUNT) -> MovieWriter:
    writer = MovieWriter(path, count, draw, fps=20)
    with qtbot.waitSignal(writer.finished, timeout=20_000):
        writer.start()
    return writer


def test_gif_holds_every_frame_in_order(qtbot, tmp_path):
    path = tmp_path / "bar.gif"
    record(qtbot, path)
    with Image.open(path) as movie:
        assert movie.n_frames == COUNT
        assert movie.info["duration"] == 50
        positions = []
        for number in range(COUNT):
            movie.seek(number)
            positions.append(bar_position(np.asarray(movie.convert("RGB"))))
    assert positions == [4 * number for number in range(COUNT)]
    assert list(tmp_path.iterdir()) == [path]


def test_mp4_plays_every_frame_in_order(qtbot, tmp_path):
    path = tmp_path / "bar.mp4"
    record(qtbot, path)
    reader = imageio_ffmpeg.read_frames(str(path))
    meta = next(reader)
    assert meta["size"] == (WIDTH, HEIGHT)
    assert meta["fps"] == 20
    frames = [np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 3) for raw in reader]
    assert len(frames) == COUNT
    for number, frame in enumerate(frames):
        assert abs(bar_position(frame) - 4 * number) <= 1


def test_odd_and_changing_sizes_are_fitted_to_the_first_frame(qtbot, tmp_path):
    path = tmp_path / "odd.mp4"
    record(qtbot, path, lambda index: moving_bar(index, 65 if index < 6 else 101))
    assert next(imageio_ffmpeg.read_frames(str(path)))["size"] == (64, HEIGHT)


def test_progress_counts_up_to_the_end(qtbot, tmp_path):
    writer = MovieWriter(tmp_path / "bar.gif", COUNT, moving_bar)
    seen: list[tuple[int, int]] = []
    writer.progress.connect(lambda done, count: seen.append((done, count)))
    with qtbot.waitSignal(writer.finished, timeout=20_000):
        writer.start()
    assert seen == [(done, COUNT) for done in range(1, COUNT + 1)]


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_cancel_leaves_no_file_and_no_thread(qtbot, tmp_path, suffix):
    writer = MovieWriter(tmp_path / f"bar{suffix}", 100_000, lambda index: moving_bar(index % 12))
    writer.progress.connect(lambda done, _: writer.cancel() if done == 20 else None)
    with qtbot.waitSignal(writer.cancelled, timeout=20_000):
        writer.start()
    assert not writer.running
    assert not writer._thread.is_alive()
    assert list(tmp_path.iterdir()) == []


def test_cancel_keeps_the_movie_that_was_there(qtbot, tmp_path):
    path = tmp_path / "bar.gif"
    path.write_bytes(b"before")
    writer = MovieWriter(path, 1000, moving_bar)
    with qtbot.waitSignal(writer.progress, timeout=20_000):
        writer.start()
    with qtbot.waitSignal(writer.cancelled, timeout=20_000):
        writer.cancel()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_frame_that_fails_is_told_and_leaves_nothing(qtbot, tmp_path):
    def broken(index: int) -> QImage:
        if index == 3:
            raise ValueError("no such problem")
        return moving_bar(index)

    writer = MovieWriter(tmp_path / "bar.gif", COUNT, broken)
    with qtbot.waitSignal(writer.failed, timeout=20_000) as caught:
        writer.start()
    assert caught.args == ["Frame 4 of bar.gif failed; it says: no such problem"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["bar.avi", "bar"])
def test_unknown_endings_are_refused_by_name(tmp_path, name):
    with pytest.raises(ExportError, match=rf"{name} has no known ending"):
        MovieWriter(tmp_path / name, 1, moving_bar)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ExportError, match="could not be written"):
        MovieWriter(tmp_path / "nowhere" / "bar.gif", 1, moving_bar)


def test_pixels_keep_colours_of_widths_that_are_padded(qapp):
    image = QImage(5, 3, QImage.Format.Format_RGB888)
    image.fill(QColor(10, 20, 30))
    assert (pixels(image, QSize(5, 3)) == [10, 20, 30]).all()


def test_a_turning_plot_becomes_a_movie_of_different_views(qtbot, qapp, tmp_path):
    plot = ProjectedPlot()
    qtbot.addWidget(plot)
    plot.resize(200, 160)
    steps = np.linspace(0, 5, 50)
    plot.set_families(
        [Family(np.stack([np.cos(steps), np.sin(steps), steps], axis=1)[None], "decision", 2)]
    )
    plot.show()
    qtbot.waitExposed(plot)
    path = tmp_path / "turn.gif"

    def turned(index: int) -> QImage:
        plot.camera.look_from(30 * index, 20)
        return picture(plot, 1.0)

    record(qtbot, path, turned, 6)
    with Image.open(path) as movie:
        assert movie.size == (200, 160)
        frames = []
        for number in range(movie.n_frames):
            movie.seek(number)
            frames.append(np.asarray(movie.convert("RGB")).astype(int))
    assert len(frames) == 6
    for earlier, later in pairwise(frames):
        assert np.abs(earlier - later).max() > 60
