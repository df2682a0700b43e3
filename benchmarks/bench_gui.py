"""The window while it trains: trial rate against the headless engine, frames, start-up.

Trains in turns with the window on the engine's thread and without any window, in one
process, so that other work on the machine weighs on both alike.

    python benchmarks/bench_gui.py [--turns 4] [--seconds 4]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PyQt6.QtCore import QEventLoop, QTimer

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_gui.app import application
from l2l_gui.frame_meter import FrameMeter
from l2l_gui.main_window import MainWindow
from l2l_gui.settings import settings

START = """
import time; began = time.perf_counter()
from l2l_gui.app import application
app = application()
from l2l_gui.main_window import MainWindow
window = MainWindow(); window.show(); app.processEvents()
print(time.perf_counter() - began, flush=True)
window.close()
"""


def rest(seconds: float) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def wait_for(happened: object, patience: float = 120.0) -> None:
    """Let the window live until something happened."""
    deadline = time.monotonic() + patience
    while not happened():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError
        rest(0.02)


def trials(window: MainWindow) -> int:
    """Trials of the window's session."""
    session = window.runner.session
    return 0 if session is None else session.snapshot.trials


def in_window(window: MainWindow, meter: FrameMeter, seconds: float) -> float:
    """Trials a second while the window shows them."""
    before = trials(window)
    window.actions_by_name["run"].trigger()
    wait_for(lambda: trials(window) > before + 5)
    meter.start()
    first, began = trials(window), time.perf_counter()
    rest(seconds)
    rate = (trials(window) - first) / (time.perf_counter() - began)
    meter.stop()
    window.actions_by_name["run"].trigger()
    wait_for(lambda: not window.runner.training)
    return rate


def headless(run: Run, seconds: float) -> float:
    """Trials a second with nothing to show them."""
    for _ in range(5):
        run.step()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        run.step()
        count += 1
    return count / (time.perf_counter() - began)


def start_up() -> float:
    """Seconds to a visible window in a fresh process, best of three."""
    found = [
        float(
            subprocess.run(
                [sys.executable, "-c", START], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(3)
    ]
    return min(found)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["L2L_SESSIONS"] = name
        settings.use_file(folder / "settings.ini")
        first = start_up()
        app = application()
        window = MainWindow()
        window.resize(1440, 900)
        window.show()
        window.runner.create(folder / "window.h5", RunConfig(seed=1))
        wait_for(lambda: window.runner.session is not None)
        meter = FrameMeter(window)
        alone = Run.create(folder / "headless.h5", RunConfig(seed=1))
        rates: list[tuple[float, float]] = []
        frames: list[float] = []
        painting: list[float] = []
        latencies: list[float] = []
        for _ in range(options.turns):
            shown = in_window(window, meter, options.seconds)
            rates.append((shown, headless(alone, options.seconds)))
            frames += meter.frames
            painting += meter.painting
            latencies += meter.latencies
        alone.close()
        window.close()
        app.processEvents()
    meter.frames, meter.painting, meter.latencies = frames, painting, latencies
    report = {
        "seconds to a visible window": round(first, 3),
        "trials per second, window": round(statistics.median(one for one, _ in rates), 1),
        "trials per second, headless": round(statistics.median(two for _, two in rates), 1),
        "ratio": round(statistics.median(one / two for one, two in rates), 3),
        **meter.report(),
    }
    del report["seconds"], report["frames per second"]
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
