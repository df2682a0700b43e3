"""What a sweep costs beyond its training: small runs by the ten and the hundred, here and on Dask.

Each sweep is `l2l-sweep` as a person calls it, with runs of two problems of a tiny network, so that
what is not training shows. Then the same command again, with nothing left to do, figure 1 of the
folder, and all its sessions compared in the window. `--counts 1 10 100 1000` takes an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TINY = {
    "problems": 2,
    "units": 16,
    "penalised_singular_values": 4,
    "dt": 10,
    "tau_noise": 10,
    "sample_ms": 100,
    "delay_ms": 100,
    "response_ms": 200,
    "mask_ms": 50,
    "learning_rate": 0.01,
    "criterion_loss": 0.3,
    "criterion_trials": 10,
}
Row = dict[str, float | int | str]


def main() -> None:
    """Measure and print a line a sweep, and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 10], help="runs of a sweep")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--dask", action="store_true", help="on local Dask workers, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows here")
    options = parser.parse_args()
    rows = []
    print("where  runs    sweep   a run  again  figure 1  compare  manifest")
    for where in ("here", "dask") if options.dask else ("here",):
        with scheduler(options.workers) if where == "dask" else contextlib.nullcontext() as address:
            for count in options.counts:
                rows.append(row := measured(count, options.workers, address))
                row["where"] = where
                print(
                    f"{where} {count:6,} {row['sweep_s']:7.1f} s {row['run_s']:5.2f} s "
                    f"{row['again_s']:4.1f} s {row['figure_s']:6.1f} s {row['compare_s']:6.1f} s "
                    f"{row['manifest_bytes']:8,} B",
                    flush=True,
                )
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


def measured(count: int, workers: int, address: str | None) -> Row:
    """One sweep of so many runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "sweep"
        where = ["--scheduler", address] if address else ["--jobs", str(workers)]
        settings = [f"--set={key}={value}" for key, value in TINY.items() if key != "problems"]
        grid = ["--seeds", f"0-{count - 1}", "--problems", str(TINY["problems"]), *settings]
        sweep_s = seconds("sweep", *grid, "-o", str(folder), *where)
        manifest = folder / "sweep.json"
        return {
            "runs": count,
            "sweep_s": sweep_s,
            "run_s": sweep_s * workers / count,
            "again_s": seconds("sweep", "-o", str(folder), *where),
            "figure_s": seconds("figures", str(folder), "--figure", "1", "-o", name),
            "compare_s": compared(folder) if count > 1 else float("nan"),
            "manifest_bytes": manifest.stat().st_size,
        }


def seconds(command: str, *arguments: str) -> float:
    """The time a command takes from its start to its end."""
    began = time.perf_counter()
    words = [sys.executable, "-m", f"l2l_engine.commands.{command}", "--quiet", *arguments]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def compared(folder: Path) -> float:
    """The time the window takes to compare all sessions of a folder."""
    script = Path(__file__).with_name("compare_sessions.py")
    answer = subprocess.run(
        [sys.executable, str(script), str(folder)], check=True, text=True, stdout=subprocess.PIPE
    )
    return float(json.loads(answer.stdout)["compare_s"])


@contextlib.contextmanager
def scheduler(workers: int) -> Iterator[str]:
    """The address of a Dask cluster of processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


if __name__ == "__main__":
    main()
