"""Memory of the window while it trains and its workspaces are switched, minute after minute.

Usage: python benchmarks/soak.py [--minutes 20] [--csv FILE] [--picture FILE]

Trains a copy of the shipped network, shows the workspaces in turn and selects problems. Exit
code 1: after warming up, memory grew by more than 5 %.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PyQt6.QtTest import QTest

from l2l_gui.look.resources_path import data
from l2l_gui.model.goals import Goal
from l2l_gui.model.settings import settings
from l2l_gui.window.application import application
from l2l_gui.workers.memory import limit_arenas

SWITCH_SECONDS = 8.0
SAMPLE_SECONDS = 5.0
WARM_UP = 0.3
"""The share of the time in which the cache fills and every panel is built."""
GROWTH = 0.05


def resident_megabytes() -> float:
    """Physical memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(minutes: float) -> np.ndarray:
    """Rows of seconds, resident MB, cached MB, trials."""
    from l2l_gui.window.main_window import MainWindow

    folder = Path(tempfile.mkdtemp(prefix="l2l-soak-"))
    settings.use_file(folder / "settings.ini")
    os.environ["L2L_SESSIONS"] = str(folder)
    path = Path(shutil.copyfile(data("pretrained.h5"), folder / "soak.h5"))
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    window.runner.open(path)
    while window.runner.session is None:
        QTest.qWait(50)
    window.runner.train(Goal())
    rows, began = [], time.monotonic()
    switch = sample = 0.0
    turn = 0
    while (now := time.monotonic() - began) < 60 * minutes:
        if now >= switch:
            switch = now + SWITCH_SECONDS
            names = window.workspaces.names
            window.workspaces.go(names[turn % len(names)])
            if turn % 3 == 2:
                window.selection.select_problem(1 + turn % window.selection.problems)
            turn += 1
        if now >= sample:
            sample = now + SAMPLE_SECONDS
            trials = window.runner.session.snapshot.trials
            rows.append((now, resident_megabytes(), window.jobs.cache.size / 2**20, trials))
            seconds, memory, cached, count = rows[-1]
            print(
                f"{seconds:6.0f} s  {memory:6.0f} MB  cache {cached:4.0f} MB  trial {count}",
                flush=True,
            )
        QTest.qWait(100)
    window.close()
    shutil.rmtree(folder, ignore_errors=True)
    return np.array(rows)


def picture(rows: np.ndarray, path: Path) -> None:
    """The curve, for docs/reliability.md."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(rows[:, 0] / 60, rows[:, 1], label="resident")
    axes.plot(rows[:, 0] / 60, rows[:, 2], label="cached results")
    axes.set(xlabel="Time (min)", ylabel="Memory (MB)", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    limit_arenas()
    application()
    rows = soak(options.minutes)
    if options.csv:
        header = "seconds,resident_mb,cached_mb,trials"
        np.savetxt(options.csv, rows, "%.1f", ",", header=header, comments="")
    if options.picture:
        picture(rows, options.picture)
    warm = rows[rows[:, 0] >= WARM_UP * rows[-1, 0], 1]
    third = max(1, len(warm) // 3)
    first, last = warm[:third].mean(), warm[-third:].mean()
    print(f"After warming up {first:.0f} MB, at the end {last:.0f} MB: {last / first - 1:+.1%}")
    return int(last > first * (1 + GROWTH))


if __name__ == "__main__":
    sys.exit(main())
