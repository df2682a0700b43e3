"""Sessions as their users write and read them."""

import dataclasses
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.config import L2LError, RunType
from l2l_engine.storage import hdf5, recovery
from l2l_engine.storage.layout import Lineage
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


@pytest.fixture
def writer(path):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(99)) as writer:
        yield writer


def assert_same_network(found, expected):
    for name, array in expected.arrays().items():
        np.testing.assert_array_equal(getattr(found, name), array)


def test_session_reads_back_what_was_written(writer, path):
    runs.write(writer, 5)
    writer.add_trial(runs.trial(35))
    writer.close()
    with Session.open(path) as session:
        assert session.config == runs.SMALL
        assert (session.n_problems, session.n_trials) == (5, 36)
        assert (session.parent, session.source) == (None, None)
        assert session.software.startswith("l2l-explorer ")
        assert_same_network(session.initial, runs.weights_of(99))
        assert_same_network(session.weights(3), runs.weights_of(3))
        assert session.weights(3).recurrent.dtype == np.float32
        np.testing.assert_array_equal(session.stimuli[:, 1, 2], np.arange(5))
        np.testing.assert_array_equal(session.trials_to_criterion, np.arange(5) + 1.0)
        np.testing.assert_array_equal(session.first_trial, np.arange(5) * runs.TRIALS)
        np.testing.assert_array_equal(
            session.trial_column("task_loss", 30, 99), np.arange(30.5, 36)
        )
        assert session.trial_column("stimulus").shape == (36, 1)
        for name in ("input_norm", "output_norm", "recurrent_norm", "top_singular_norm"):
            expected = [getattr(runs.problem(index), name) for index in range(5)]
            np.testing.assert_array_equal(session.problem_column(name), expected)
        assert (session.permutations == -1).all()
        assert not session.problem_column("applied").any()
        assert session.available.all()
        assert session.checkpoint() is None


@pytest.mark.parametrize(
    "index", [slice(1, 4), slice(None, None, -2), [4, 0, 0], np.array([2]), np.arange(5) % 2 == 0]
)
def test_networks_can_be_read_as_a_stack(writer, path, index):
    runs.write(writer, 5)
    with Session.open(path) as session:
        stack = session.weights(index)
        chosen = np.arange(5)[index]
        assert stack.recurrent.shape == (len(chosen), 12, 12)
        for place, problem in enumerate(chosen):
            assert_same_network(stack[place], runs.weights_of(int(problem)))


def test_problem_that_does_not_exist_is_an_index_error(writer, path):
    runs.write(writer, 2)
    with Session.open(path) as session, pytest.raises(IndexError):
        session.weights(2)


def test_reader_in_the_same_process_follows_the_writer(writer, path):
    with Session.open(path) as session:
        for problems in range(1, 4):
            runs.write(writer, problems, start=problems - 1)
            session.refresh()
            assert (session.n_problems, session.n_trials) == (problems, problems * runs.TRIALS)
            assert_same_network(session.weights(-1), runs.weights_of(problems - 1))
        writer.write_checkpoint(runs.state(21, 3))
        assert session.checkpoint()["trials"] == 21
    runs.write(writer, 4, start=3)  # closing the reader leaves the writer alone


def test_plain_h5py_reads_beside_the_writer(writer, path):
    """The paths are public: any HDF5 program follows a run."""
    runs.write(writer, 2)
    script = (
        "import sys, h5py\n"
        "with h5py.File(sys.argv[1], 'r', swmr=True) as file:\n"
        "    print(file['problems/trials_to_criterion'][:].tolist(),"
        " file['problems/weights/recurrent'].shape, file.attrs['format'].decode())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["[1.0,", "2.0]", "(2,", "12,", "12)", "l2l-session"]
    with h5py.File(path, "r", swmr=True) as file:
        assert file["trials/correct"].shape == (14,)


def test_one_problem_is_one_chunk_of_each_weight(writer, path):
    runs.write(writer, 2)
    writer.close()
    with h5py.File(path) as file:
        for dataset in file["problems/weights"].values():
            assert dataset.chunks == (1, *dataset.shape[1:])
            assert dataset.dtype == np.float32


def test_resuming_continues_and_repeats_from_the_checkpoint(writer, path):
    runs.write(writer, 4)
    writer.write_checkpoint(runs.state(2 * runs.TRIALS, 2))
    writer.close()
    with SessionWriter.resume(path) as again, Session.open(path) as session:
        again.rewind(trials=2 * runs.TRIALS, problems=2)
        assert (again.n_problems, again.n_trials) == (4, 28)
        runs.write(again, 3, start=2)
        session.refresh()
        assert (session.n_problems, session.n_trials) == (4, 28)
        runs.write(again, 6, start=3)
        session.refresh()
        assert (session.n_problems, session.n_trials) == (6, 42)
        np.testing.assert_array_equal(session.trial_column("largest_rate"), np.arange(42))


def test_a_thread_goes_on_reading_while_the_file_is_replaced(writer, path):
    runs.write(writer, 3)
    writer.close()
    ended, reads = threading.Event(), []

    def read():
        while not ended.is_set():
            session.refresh()
            reads.append(session.weights(slice(None)))

    with Session.open(path) as session, ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for _ in range(20):
                recovery.rewrite(path)
                session.refresh()
        finally:
            ended.set()
        for reader in readers:
            reader.result()
    for index in range(3):
        assert_same_network(reads[-1][index], runs.weights_of(index))


def test_resuming_a_file_open_for_reading_here(writer, path):
    """The window looks at a session, then the engine trains it further."""
    runs.write(writer, 2)
    writer.close()
    with Session.open(path) as session:
        with SessionWriter.resume(path) as again:
            runs.write(again, 3, start=2)
            session.refresh()
            assert session.n_problems == 3
            assert_same_network(session.weights(2), runs.weights_of(2))
        session.refresh()
        assert session.n_problems == 3


def test_rewinding_beyond_the_file_is_refused(writer):
    runs.write(writer, 1)
    with pytest.raises(ValueError, match="Cannot rewind"):
        writer.rewind(trials=8, problems=1)


def test_problems_must_come_in_order_and_shape(writer):
    wider = runs.SMALL.replace(units=13)
    with pytest.raises(ValueError, match="next problem is 0"):
        writer.add_problem(runs.problem(1))
    with pytest.raises(ValueError, match="stimuli has shape"):
        writer.add_problem(runs.problem(0, runs.SMALL.replace(stimulus_channels=3)))
    with pytest.raises(L2LError, match="'input' have shape"):
        writer.add_problem(dataclasses.replace(runs.problem(0), weights=runs.weights_of(0, wider)))


def test_unfinite_network_is_not_saved_but_its_problem_is(writer, path):
    runs.write(writer, 1)
    failed = dataclasses.replace(
        runs.problem(1),
        weights=runs.weights_of(1).map(lambda array: np.full_like(array, np.nan)),
        trials_to_criterion=np.nan,
    )
    writer.add_problem(failed)
    runs.write(writer, 3, start=2)
    with Session.open(path) as session:
        np.testing.assert_array_equal(session.available, [True, False, True])
        np.testing.assert_array_equal(session.trials_to_criterion, [1, np.nan, 3])
        assert np.isnan(session.weights(1).recurrent).all()
        assert_same_network(session.weights(2), runs.weights_of(2))


def test_perturbations_batches_and_origin_are_kept(path):
    config = runs.SMALL.replace(run_type=RunType.SSManifPert, batch_size=3)
    with SessionWriter.create(
        path, config, runs.weights_of(0), lineage=Lineage("first.h5", "a1", 7)
    ) as writer:
        writer.add_trial(dataclasses.replace(runs.trial(0, config), stimulus=np.int8([1, 0, 1])))
        order = np.array([2, 0, 3, 1], np.int8)
        writer.add_problem(
            dataclasses.replace(runs.problem(0, config), permutation=order, applied=True)
        )
    with Session.open(path) as session:
        assert session.lineage == Lineage("first.h5", "a1", 7, id=session.lineage.id)
        assert len(session.lineage.id) == 32
        assert session.config.run_type is RunType.SSManifPert
        np.testing.assert_array_equal(session.permutations, [order])
        assert session.problem_column("applied").tolist() == [True]
        assert session.trial_column("stimulus").tolist() == [[1, 0, 1]]


def test_closed_file_is_tidy_and_unmarked(writer, path):
    runs.write(writer, 2)
    assert hdf5.marked_open(path)
    writer.close()
    writer.close()
    assert not hdf5.marked_open(path)
    assert path.stat().st_size == hdf5.superblock(path)[1]
    assert list(path.parent.iterdir()) == [path]


def test_overwriting_when_asked(writer, path):
    runs.write(writer, 2)
    writer.close()
    SessionWriter.create(path, runs.SMALL, runs.weights_of(1), overwrite=True).close()
    with Session.open(path) as session:
        assert session.n_problems == 0
        assert_same_network(session.initial, runs.weights_of(1))


def test_copying_a_session_being_written_gives_a_session(writer, path, tmp_path):
    """A backup taken at any time opens."""
    runs.write(writer, 2)
    copy = tmp_path / "copy.h5"
    copy.write_bytes(path.read_bytes())
    with Session.open(copy) as session:
        assert session.n_problems == 2
    with SessionWriter.resume(copy) as again:
        runs.write(again, 3, start=2)


def test_reading_and_writing_from_two_threads(writer, path):
    """The window looks on while the engine writes in the same process."""
    ended = threading.Event()

    def work():
        try:
            for problems in range(1, 40):
                runs.write(writer, problems, start=problems - 1)
                writer.write_checkpoint(runs.state(problems * runs.TRIALS, problems))
        finally:
            ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    seen = 0
    with Session.open(path) as session:
        while not ended.is_set():
            session.refresh()
            count = session.n_problems
            assert seen <= count <= session.n_trials / runs.TRIALS
            if count:
                assert_same_network(session.weights(count - 1), runs.weights_of(count - 1))
                state = session.checkpoint()
                assert state is None or (state["adam/first"] == state["trials"]).all()
            seen = count
        thread.join()
        session.refresh()
        assert session.n_problems == 39


@pytest.mark.parametrize("held", ["session", "session.weights"], ids=["session", "a part of it"])
def test_a_session_that_is_never_closed_does_not_spoil_the_end_of_the_process(writer, path, held):
    runs.write(writer, 2)
    writer.close()
    code = (
        "import ctypes, sys\n"
        "from l2l_engine.storage.session import Session\n"
        "session = Session.open(sys.argv[1])\n"
        f"ctypes.pythonapi.Py_IncRef(ctypes.py_object({held}))  # as a cycle that is never freed\n"
        "print(session.n_problems)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "2\n", "")
