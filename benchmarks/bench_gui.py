"""The window: start-up, training while it is watched, the lab's sliders, each workspace.

Each part has a process of its own. Training alternates between the window and the engine without
one, so that other work on the machine weighs on both alike.

    python benchmarks/bench_gui.py [--turns 4] [--seconds 4] [--only start learn perturb ...]
                                   [--session FILE.h5]
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
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program itself does

from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_gui.look.resources_path import data
from l2l_gui.model.settings import settings
from l2l_gui.model.working_copy import EXAMPLE
from l2l_gui.tour.frame_meter import FrameMeter, percentiles
from l2l_gui.window.application import application
from l2l_gui.window.main_window import MainWindow

WORKSPACES = ("learn", "representations", "dynamics", "perturb")
PARTS = ("start", "training", "lab", *WORKSPACES)
SIZE = (1440, 900)
HAND_MS = 8  # a mouse reports a slider's move this often
PATIENCE = 120.0

START = """
import time; began = time.perf_counter()
from l2l_gui.window.application import application
app = application()
from l2l_gui.window.main_window import MainWindow
window = MainWindow(); window.show(); app.processEvents()
print(time.perf_counter() - began, flush=True)
window.close()
"""

Report = dict[str, Any]


def rest(seconds: float) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def wait_for(happened: Callable[[], object], pause: float = 0.02) -> None:
    """Let the window live until something happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError
        rest(pause)


def new_window() -> MainWindow:
    """A shown window."""
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    return window


def frames_of(meter: FrameMeter) -> Report:
    """What it measured, without what depends on how long."""
    found: Report = meter.report()
    return {name: value for name, value in found.items() if "ms" in name}


# -- start-up --------------------------------------------------------------------------


def start_up() -> Report:
    """Seconds to a visible window in a fresh process, best of three."""
    found = [
        float(
            subprocess.run(
                [sys.executable, "-c", START], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(3)
    ]
    return {"seconds to a visible window": round(min(found), 3)}


# -- training --------------------------------------------------------------------------


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


def training(folder: Path, turns: int, seconds: float) -> Report:
    """The window's trial rate against the engine's alone, and the window's frames meanwhile."""
    window = new_window()
    window.runner.create(folder / "window.h5", RunConfig(seed=1))
    wait_for(lambda: window.runner.session is not None)
    meter = FrameMeter(window)
    rates: list[tuple[float, float]] = []
    frames: list[float] = []
    painting: list[float] = []
    latencies: list[float] = []
    with Run.create(folder / "headless.h5", RunConfig(seed=1)) as alone:
        for _ in range(turns):
            shown = in_window(window, meter, seconds)
            rates.append((shown, headless(alone, seconds)))
            frames += meter.frames
            painting += meter.painting
            latencies += meter.latencies
    window.close()
    meter.frames, meter.painting, meter.latencies = frames, painting, latencies
    ratios = [one / two for one, two in rates]
    return {
        "trials per second, window": round(statistics.median(one for one, _ in rates), 1),
        "trials per second, headless": round(statistics.median(two for _, two in rates), 1),
        "ratio, median": round(statistics.median(ratios), 3),
        "ratio, each turn": [round(ratio, 2) for ratio in ratios],
        **frames_of(meter),
    }


# -- the shipped session ---------------------------------------------------------------


def example() -> MainWindow:
    """A window on the session that comes with the program; nothing is trained in it."""
    window = new_window()
    window.runner.warms = False
    window.open_files([data(EXAMPLE)])
    wait_for(lambda: window.runner.session is not None)
    return window


def slide(window: MainWindow, row: Any, seconds: float) -> Report:
    """Drag a slider of the lab to and fro; responses drawn a second."""
    panel: Any = window.workspaces.panel("perturb_outputs")
    drawn: set[int] = set()
    draw = panel.draw
    panel.draw = lambda answer: (drawn.add(id(answer.value.disturbance)), draw(answer))
    kept: list[Any] = []  # so that no two have one address
    panel.lab.responded.connect(kept.append)
    places, place = row.slider.maximum(), [0, 1]

    def move() -> None:
        at = place[0] + place[1] * max(1, places // 150)
        if not 0 <= at <= places:
            place[1] = -place[1]
            at = min(max(at, 0), places)
        place[0] = at
        row.slider.setValue(at)

    hand = QTimer()
    hand.setInterval(HAND_MS)
    hand.timeout.connect(move)
    meter = FrameMeter(window)
    hand.start()
    rest(0.3)
    drawn.clear()
    meter.start()
    rest(seconds)
    meter.stop()
    hand.stop()
    del panel.draw
    panel.lab.responded.disconnect(kept.append)
    row.reset.click()
    wait_for(lambda: panel.lab.idle)
    return {"responses drawn per second": round(len(drawn) / seconds, 1), **frames_of(meter)}


def lab(turns: int, seconds: float) -> Report:
    """The perturbation lab's sliders at the paper's size; the best of several turns each."""
    window = example()
    window.workspaces.go("perturb")
    controls: Any = window.workspaces.panel("perturb_controls")
    wait_for(lambda: controls.lab.response is not None)
    sliders = {
        "push": controls.pulse.push,
        "time of the push": controls.pulse.time,
        "morph": controls.trial.morph,
        "go signal": controls.trial.go,
        "noise": controls.trial.noise,
    }
    report: Report = {}
    for name, row in sliders.items():
        if row is controls.pulse.time:  # a push of nothing is no work
            controls.pulse.push.slider.setValue(controls.pulse.push.slider.maximum())
        found = [slide(window, row, seconds) for _ in range(turns)]
        report[name] = max(found, key=lambda one: one["responses drawn per second"])
    window.close()
    return report


def settled(window: MainWindow) -> bool:
    """Whether every panel in sight shows what is selected."""
    panels = (panel for panel in window.workspaces.current.panels if panel.seen)
    return window.redraws.idle and all(panel.settled for panel in panels)


def something_drawn(window: MainWindow) -> bool:
    """Whether any panel in sight has drawn an answer."""
    return any(panel.has_content for panel in window.workspaces.current.panels if panel.seen)


def milliseconds(act: Callable[[], object], window: MainWindow, *, whole: bool = True) -> float:
    """From an act to what follows from it being painted."""
    began = time.perf_counter()
    act()
    if whole:
        wait_for(lambda: settled(window), pause=0.001)
    QApplication.processEvents()
    return 1e3 * (time.perf_counter() - began)


def workspace(name: str, session: Path) -> Report:
    """A workspace first shown, a problem chosen in it, time scrubbed; the process's memory."""
    window = new_window()
    window.runner.warms = False
    window.open_files([session])
    wait_for(lambda: window.runner.session is not None)
    rest(1.0)
    began = time.perf_counter()
    window.workspaces.go(name)
    wait_for(lambda: something_drawn(window), pause=0.005)
    first = time.perf_counter() - began
    wait_for(lambda: settled(window), pause=0.005)
    whole = time.perf_counter() - began
    rest(1.0)
    chosen: dict[str, list[float]] = {"new": [], "cached": []}
    for times in chosen.values():
        for number in range(5, 25):
            choose = partial(window.selection.select_problem, number)
            times.append(milliseconds(choose, window))
            rest(0.02)
    scrubbed = [
        milliseconds(partial(window.selection.update, time=10.0 * step), window, whole=False)
        for step in range(150)
    ]
    memory = Path("/proc/self/status")
    report = {
        "first shown, something, s": round(first, 2),
        "first shown, whole, s": round(whole, 2),
        **{f"problem {kind}, ms": percentiles(times) for kind, times in chosen.items()},
        "time scrubbed, ms": percentiles(scrubbed),
    }
    if memory.exists():
        held = memory.read_text().partition("VmRSS:")[2].split()[0]
        report["memory, MB"] = round(int(held) / 1024)
    window.close()
    return report


def measure(part: str, options: argparse.Namespace) -> Report:
    """A part, in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["L2L_SESSIONS"] = name
        settings.use_file(folder / "settings.ini")
        app = application()
        if part == "training":
            report = training(folder, options.turns, options.seconds)
        elif part == "lab":
            report = lab(options.turns, options.seconds / 2)
        else:
            report = workspace(part, options.session)
        app.processEvents()
    return report


def in_a_fresh_process(part: str, options: argparse.Namespace) -> Report:
    """A part as it is after starting the program."""
    given = [f"--turns={options.turns}", f"--seconds={options.seconds}"]
    command = [sys.executable, __file__, "--here", part, *given, f"--session={options.session}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Report = json.loads(done.stdout)
    return found


def load() -> float:
    """What else the machine was doing, where it says so."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else float("nan")


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--session", type=Path, default=data(EXAMPLE), help="for the workspaces")
    parser.add_argument("--here", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.here, options)))
        return
    report: Report = {}
    for part in options.only:
        before = load()
        found = start_up() if part == "start" else in_a_fresh_process(part, options)
        report[part] = {"load before": before, **found}
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
