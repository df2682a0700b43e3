"""Training killed outright, several times, ends at the numbers of a run left alone."""

import random
import subprocess
import sys
import time

import numpy as np

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.session import Session

CONFIG = RunConfig(
    units=12,
    sample_ms=20,
    delay_ms=20,
    response_ms=40,
    mask_ms=10,
    dt=2.0,
    tau=20.0,
    penalised_singular_values=3,
    criterion_trials=20,
    criterion_loss=1e-9,
    max_trials=400,
    problems=12,
)
TRAIN = (
    "import sys, l2l_engine.run as r;"
    "run = r.Run.resume(sys.argv[1]); print('ready', flush=True);"
    "[run.step() for _ in iter(lambda: run.finished, True)]; run.close()"
)
KILLS = 3


def test_killed_training_resumes_to_the_same_numbers(tmp_path):
    path, alone = tmp_path / "killed.h5", tmp_path / "alone.h5"
    Run.create(path, CONFIG).close()
    luck = random.Random(5)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", TRAIN, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline().strip() == "ready"
        with Session.open(path) as session:
            before = session.n_problems
        time.sleep(luck.uniform(0.1, 0.7))
        assert process.poll() is None, "training ended before it could be killed"
        process.kill()
        process.wait()
        with Session.open(path) as session:
            assert session.n_problems >= before
            assert session.checkpoint() is not None
    for target, run in ((path, Run.resume(path)), (alone, Run.create(alone, CONFIG))):
        with run:
            while not run.finished:
                run.step()
        assert target.exists()
    with Session.open(path) as a, Session.open(alone) as b:
        assert a.n_problems == b.n_problems == CONFIG.problems
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
        for name, array in a.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, b.weights(slice(None)).arrays()[name])
