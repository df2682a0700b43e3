"""Cut a session off at random lengths and read what is left; run by make faults.

Usage: cut_loop.py FOLDER CUTS SEED. Prints what came of it as JSON.
"""

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "storage"))
import runs

from l2l_engine.storage import salvage
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

PROBLEMS = 20


def assert_nothing_else(sound: Path, whole: Path) -> int:
    """Every number is the one there was, or unknown; how many networks are left."""
    with Session.open(sound) as found, Session.open(whole) as known:
        for name in ("task_loss", "regularisation_cost", "largest_rate"):
            column = found.trial_column(name)
            there = np.isfinite(column)
            expected = known.trial_column(name)[: len(column)]
            np.testing.assert_array_equal(column[there], expected[there])
        kept = np.flatnonzero(found.available)
        for index in kept:
            for name, array in found.weights(index).arrays().items():
                np.testing.assert_array_equal(array, known.weights(index).arrays()[name])
    return len(kept)


def main(folder: Path, cuts: int, seed: int) -> None:
    whole, cut, sound = folder / "whole.h5", folder / "cut.h5", folder / "sound.h5"
    with SessionWriter.create(whole, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, PROBLEMS)
        writer.write_checkpoint(runs.state(PROBLEMS * runs.TRIALS, PROBLEMS))
    chance, outcomes, networks, slowest = random.Random(seed), Counter[str](), [], 0.0
    for _ in range(cuts):
        shutil.copyfile(whole, cut)
        os.truncate(cut, chance.randrange(whole.stat().st_size))
        began = time.process_time()
        try:
            Session.open(cut).close()
            raise AssertionError("a session that is cut off was opened")
        except SessionError:
            outcomes["refused"] += 1
        try:
            salvage.repair(cut, sound)
        except SessionError:
            outcomes["no configuration left"] += 1
        else:
            assert salvage.survey(sound).is_whole
            networks.append(assert_nothing_else(sound, whole))
            outcomes["repaired"] += 1
            sound.unlink()
        slowest = max(slowest, time.process_time() - began)
    outcomes["repaired with networks"] = sum(number > 0 for number in networks)
    mean = float(np.mean(networks)) if networks else 0.0
    print(json.dumps({**outcomes, "mean networks": round(mean, 1), "seconds": round(slowest, 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
