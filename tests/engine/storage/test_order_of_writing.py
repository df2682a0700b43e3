"""The order in which things reach the file, on which a session's safety rests."""

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import runs
from tiny import TINY

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage import appending, checkpoint, layout
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


@pytest.fixture
def order(monkeypatch):
    """What is done to the file: datasets written, by their paths, "flush" and "fsync"."""
    done = []
    write, flush, fsync = h5py.Dataset.__setitem__, h5py.File.flush, os.fsync

    def written(dataset, *arguments):
        done.append(dataset.name.lstrip("/"))
        write(dataset, *arguments)

    def flushed(file):
        done.append("flush")
        flush(file)

    def synced(descriptor):
        done.append("fsync")
        fsync(descriptor)

    monkeypatch.setattr(h5py.Dataset, "__setitem__", written)
    monkeypatch.setattr(h5py.File, "flush", flushed)
    monkeypatch.setattr(appending.os, "fsync", synced)
    return done


def test_the_column_that_makes_rows_count_is_written_after_the_others_are_flushed(path, order):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        order.clear()
        writer.add_trial(runs.trial(0))
        writer.flush()
        others = [item.path for item in layout.trial_columns(runs.SMALL).values()][:-1]
        assert order == [*others, "flush", "trials/correct", "flush"]
        order.clear()
        writer.add_problem(runs.problem(0))
        assert order[-3:] == ["flush", "problems/trials_to_criterion", "flush"]
        assert order.count("flush") == 2
        assert set(order) > {item.path for item in layout.weight_columns(runs.SMALL).values()}


def test_a_checkpoint_is_flushed_before_its_seal_and_on_the_disk_before_training_goes_on(
    path, order
):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        order.clear()
        writer.write_checkpoint(runs.state(0, 0))
        assert order == ["checkpoint/slot_0", "flush", "checkpoint/seal", "flush", "fsync"]


def test_a_seal_is_of_its_sequence_number_too(path):
    """An old slot with a torn sequence number must not pass for the newest."""
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        writer.write_checkpoint(runs.state(1, 0))
        writer.write_checkpoint(runs.state(2, 0))
    with h5py.File(path, "r+") as file:
        seals = file[layout.CHECKPOINT_SEAL]
        seals[int(seals[:, 0].argmin()), 0] = 9
        assert checkpoint.intact_slots(file) == [1]
    with Session.open(path) as session:
        assert session.checkpoint()["trials"] == 2


def test_rewinding_drops_rows_in_memory(path):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 2)
        writer.add_trial(runs.trial(14))
        writer.rewind(trials=7, problems=1)
        writer.flush()
        assert writer.n_trials == 14
    with Session.open(path) as session:
        np.testing.assert_array_equal(session.trial_column("task_loss"), np.arange(14) + 0.5)


_WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
import runs
from l2l_engine.storage.writer import SessionWriter
writer = SessionWriter.create(sys.argv[1], runs.SMALL, runs.weights_of(0))
for line in sys.stdin:
    problems = int(line)
    runs.write(writer, problems, start=writer.n_problems)
    writer.write_checkpoint(runs.state(problems * runs.TRIALS, problems))
    print("done", flush=True)
writer.close()
"""


def test_a_reader_in_another_process_sees_problems_with_their_trials_and_the_checkpoint(path):
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(Path(runs.__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def write(problems):
        process.stdin.write(f"{problems}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"

    try:
        write(1)
        with Session.open(path) as session:
            assert session.checkpoint()["problems"] == 1
            for problems in (2, 5):
                write(problems)
                session.refresh()
                assert (session.n_problems, session.n_trials) == (problems, problems * runs.TRIALS)
                assert session.checkpoint()["problems"] == problems
                np.testing.assert_array_equal(
                    session.trial_column("task_loss"), np.arange(problems * runs.TRIALS) + 0.5
                )
    finally:
        process.communicate()


def test_problems_are_refreshed_before_trials(path, monkeypatch):
    """Else a writer at work could add a problem, with its trials, in between: without trials here."""
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 1)
        seen = []
        refresh = h5py.Dataset.refresh

        def refreshed(dataset):
            seen.append(dataset.name)
            refresh(dataset)

        with Session.open(path) as session:
            monkeypatch.setattr(h5py.Dataset, "refresh", refreshed)
            session.refresh()
    last_problem = max(at for at, name in enumerate(seen) if name.startswith("/problems"))
    first_trial = min(at for at, name in enumerate(seen) if name.startswith("/trials"))
    assert last_problem < first_trial
    assert {f"/{name}" for name in (layout.CHECKPOINT_SEAL, *layout.CHECKPOINT_SLOTS)} < set(seen)


def test_a_problem_ends_with_a_checkpoint(path):
    with Run.create(path, RunConfig(**TINY)) as run:
        while run.n_problems == 0:
            run.step()
        with Session.open(path) as session:  # while the run is open: closing it would save
            state = session.checkpoint()
        assert int(state["problem"]) == 1
        assert int(state["trial"]) == run.n_trials


def learn(run):
    while not run.finished:
        run.step()


def test_an_error_while_a_problem_ends_leaves_a_checkpoint_that_resumes(path, monkeypatch):
    from l2l_engine.training.curriculum import Curriculum

    config = RunConfig(**TINY, problems=2)
    with monkeypatch.context() as patched:
        patched.setattr(Curriculum, "_end_problem", lambda _: 1 / 0)
        with Run.create(path, config) as run:
            for _ in range(config.criterion_trials):
                run.step()
            with pytest.raises(ZeroDivisionError):
                learn(run)
    with Run.resume(path) as run:
        learn(run)
    with Session.open(path) as session:
        assert session.n_problems == 2
        assert session.trials_run.sum() == session.n_trials


def test_problems_written_at_once_keep_their_own_networks_and_gaps(path):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 1)
        for index in range(1, 6):
            record = runs.problem(index)
            if index in (2, 4):
                record.weights.bias[0] = np.nan
            writer.add_problem(record, flush=index == 5)
    with Session.open(path) as session:
        assert session.available.tolist() == [True, True, False, True, False, True]
        for index in (0, 1, 3, 5):
            expected = runs.weights_of(index).arrays()
            for name, array in session.weights(index).arrays().items():
                np.testing.assert_array_equal(array, expected[name])
