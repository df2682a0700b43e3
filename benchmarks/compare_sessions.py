"""How long the window takes to compare the sessions of a folder, from asking for them to all drawn.

Usage: python benchmarks/compare_sessions.py FOLDER

Prints, as JSON, the seconds and the longest time the window did not answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from l2l_gui.model.settings import settings
from l2l_gui.window.application import application
from l2l_gui.window.main_window import MainWindow

PATIENCE = 600.0  # s


def compared(paths: list[Path]) -> dict[str, float]:
    """Open the first session, then compare it with the others."""
    app = application()
    with tempfile.TemporaryDirectory() as name:
        settings.use_file(Path(name) / "settings.ini")
        window = MainWindow()
        window.resize(1440, 900)
        window.show()
        workspace = window.workspaces.go("compare")

        def settled() -> bool:
            drawn = all(panel.settled for panel in workspace.panels if panel.seen)
            return drawn and not window.jobs.running and window.redraws.idle

        def until(happened: Callable[[], bool]) -> float:
            """Let the window live; the longest it did so without a pause."""
            longest, give_up = 0.0, time.perf_counter() + PATIENCE
            while not happened():
                began = time.perf_counter()
                app.processEvents()
                longest = max(longest, time.perf_counter() - began)
                if began > give_up:
                    sys.exit("The sessions were not compared in ten minutes.")
                time.sleep(1e-3)
            return longest

        window.runner.open(paths[0])
        until(lambda: window.runner.session is not None and settled())
        began = time.perf_counter()
        window.runner.compare(paths[1:])
        longest = until(lambda: len(window.runner.compared) == len(paths) - 1 and settled())
        seconds = time.perf_counter() - began
        window.close()
    return {"sessions": len(paths), "compare_s": seconds, "longest_stop_s": longest}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print(json.dumps(compared(sorted(parser.parse_args().folder.glob("*.h5")))))


if __name__ == "__main__":
    main()
