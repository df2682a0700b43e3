"""Fill the disk under a writer again and again; run by make faults.

Usage: disk_loop.py FILE TIMES SEED. Each round lets the file grow by a random amount only, by asking
for room in advance as always or by making HDF5's own writes fail, then makes room and continues in
the same writer or in one that resumes. Prints what came of it as JSON.
"""

import collections
import contextlib
import json
import random
import resource
import sys
from pathlib import Path

from full_disk import limit_growth, runs

from l2l_engine.storage import space
from l2l_engine.storage.errors import DiskFullError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

from kill_loop import check  # isort: skip

RESERVE = space.reserve


def fill(writer: SessionWriter, index: int) -> int:
    """Write problems until there is no room; how many there are then."""
    while True:
        try:
            runs.write(writer, index + 1, start=index)
            index += 1
            writer.write_checkpoint(runs.state(index * runs.TRIALS, index))
        except DiskFullError:
            return index


def main(path: Path, times: int, seed: int) -> None:
    chance, came = random.Random(seed), collections.Counter()
    writer, index = SessionWriter.create(path, runs.SMALL, runs.weights_of(0)), 0
    writer.write_checkpoint(runs.state(0, 0))
    for _ in range(times):
        failing = chance.random() < 0.5
        space.reserve = (lambda *_: None) if failing else RESERVE
        limit_growth(path.stat().st_size + chance.randrange(200_000))
        index = fill(writer, index)
        if again := chance.random() < 0.5:
            with contextlib.suppress(DiskFullError):
                writer.close()
        limit_growth(resource.RLIM_INFINITY)
        space.reserve = RESERVE
        if not again:  # before that, HDF5 would share the state of the handle it failed with
            writer.flush()
        with Session.open(path) as session:
            state = session.checkpoint()
        if again:
            writer = SessionWriter.resume(path)
        index = int(state["problems"])
        writer.rewind(trials=int(state["trials"]), problems=index)
        with Session.open(path) as session:
            check(session)
            assert session.n_problems >= index, "a problem was lost"
        came["writes failed" if failing else "no room in advance"] += 1
        came["resumed" if again else "continued"] += 1
    writer.close()
    print(json.dumps({**came, "problems": index}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
