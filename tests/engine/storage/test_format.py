"""The file as others see it: versions, checksums, lineage, and what each problem took."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Lineage
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import Origin, Outcome, StimuliFrom

VERSION_1 = Path(__file__).parent / "fixtures" / "version_1.h5"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(9), protocol='{"a": 1}') as writer:
        runs.write(writer, 3)
        writer.write_checkpoint(runs.state(3 * runs.TRIALS, 3))
    return path


def every_dataset(path) -> list[str]:
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.append(name) if hasattr(item, "shape") else None)
    return found


@pytest.mark.skipif(shutil.which("h5dump") is None, reason="h5dump is not installed")
def test_other_programs_read_every_dataset(path):
    for command in (["h5dump", "-H"], ["h5dump"], ["h5ls", "-r"]):
        ended = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
        assert not ended.stderr
    assert (
        "CHECKSUM FLETCHER32"
        in subprocess.run(
            ["h5dump", "-p", "-H", str(path)], capture_output=True, text=True, check=True
        ).stdout
    )


def test_every_column_and_weight_has_a_checksum(path):
    with h5py.File(path) as file:
        for name in every_dataset(path):
            if not name.startswith("checkpoint/"):  # sealed by a checksum of its own
                assert file[name].fletcher32, name


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("trials/task_loss", lambda session: session.trial_column("task_loss")),
        ("problems/stimuli", lambda session: session.stimuli),
        ("problems/weights/recurrent", lambda session: session.weights(0)),
        ("initial/recurrent", lambda session: session.initial),
    ],
)
def test_a_changed_bit_is_noticed(path, name, read):
    with h5py.File(path) as file:
        at = file[name].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[at + 2] ^= 8
    path.write_bytes(content)
    with Session.open(path) as session, pytest.raises(SessionError, match="damaged"):
        read(session)


def test_a_changed_bit_of_the_configuration_is_noticed(path):
    content = path.read_bytes()
    at = content.index(b'"criterion_loss": 0.005') + 21
    path.write_bytes(content[:at] + b"7" + content[at + 1 :])
    with pytest.raises(SessionError, match="damaged"):
        Session.open(path)


def test_lineage_and_protocol_come_back(path, tmp_path):
    with Session.open(path) as session:
        assert session.protocol == '{"a": 1}'
        parent = session.lineage
        assert parent == Lineage(id=parent.id)
    lineage = Lineage("elsewhere/run.h5", parent.id, 2)
    long = "é" * 100_000
    branch = tmp_path / "branch.h5"
    SessionWriter.create(
        branch, runs.SMALL, runs.weights_of(0), lineage=lineage, protocol=long
    ).close()
    with Session.open(branch) as session:
        assert session.lineage == lineage
        assert session.lineage.id != parent.id
        assert session.protocol == long


def test_what_a_problem_took_comes_back(tmp_path):
    path = tmp_path / "run.h5"
    origins = [
        Origin(),
        Origin(StimuliFrom.REPEATED, 0, label="Revisit-A"),
        Origin(StimuliFrom.REVERSED, 0, label="Réversal"),
        Origin(StimuliFrom.SIMILAR, 1, np.array([0.5, 0.25]), stage=7),
        Origin(StimuliFrom.OWN),
    ]
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        for index, origin in enumerate(origins):
            writer.add_trial(dataclasses.replace(runs.trial(index), shown_problem=index // 2))
            record = dataclasses.replace(
                runs.problem(index),
                origin=origin,
                trials_run=10 + index,
                outcome=Outcome.ENDED,
                set_point=0.5,
                random_state=np.arange(628, dtype=np.uint32),
            )
            writer.add_problem(record)
    with Session.open(path) as session:
        assert session.trials_run.tolist() == [10, 11, 12, 13, 14]
        assert session.problem_column("outcome").tolist() == [2] * 5
        assert session.problem_column("stimuli_from").tolist() == [0, 1, 2, 3, 4]
        assert session.problem_column("from_problem").tolist() == [-1, 0, 0, 1, -1]
        assert session.problem_column("stage").tolist() == [-1, -1, -1, 7, -1]
        assert session.labels == ["", "Revisit-A", "Réversal", "", ""]
        np.testing.assert_array_equal(session.problem_column("overlaps")[3], [0.5, 0.25])
        assert np.isnan(session.problem_column("overlaps")[1]).all()
        assert session.problem_column("set_point").tolist() == [0.5] * 5
        np.testing.assert_array_equal(session.problem_column("random_state")[4], np.arange(628))
        assert session.trial_column("shown_problem").tolist() == [0, 0, 1, 1, 2]


def test_too_long_a_label_is_refused():
    with pytest.raises(ValueError, match="128 bytes"):
        Origin(label="é" * 65)


def test_more_problems_can_be_asked_for_while_others_read(path):
    with SessionWriter.resume(path) as writer, Session.open(path) as session:
        writer.set_target(2000)
        session.refresh()
        assert session.config.problems == 2000
    with Session.open(path) as session:
        assert session.config == runs.SMALL.replace(problems=2000)


def test_version_1_opens(tmp_path):
    with Session.open(VERSION_1) as session:
        assert session.version == 1
        assert (session.n_problems, session.n_trials) == (3, 35)
        assert session.trials_run.tolist() == [21, 6, 6]
        assert session.problem_column("outcome").tolist() == [1, 0, 0]
        assert session.problem_column("stimuli_from").tolist() == [-1, -1, -1]
        assert session.labels == ["", "", ""]
        assert (session.trial_column("shown_problem") == -1).all()
        assert session.lineage == Lineage(id="")
        assert session.config.seed == 3
        assert session.available.all()
        assert session.checkpoint()["trial"] == 35


def test_version_1_is_continued_as_version_1(tmp_path):
    path = tmp_path / "old.h5"
    shutil.copyfile(VERSION_1, path)
    with SessionWriter.resume(path) as writer:
        config = writer.config
        writer.add_trial(runs.trial(35, config))
        writer.add_problem(runs.problem(3, config))
        writer.set_target(9)
    with Session.open(path) as session:
        assert (session.version, session.n_problems, session.n_trials) == (1, 4, 36)
        assert session.trial_column("largest_rate")[-1] == 35


def test_a_chunk_torn_by_a_kill_loses_no_complete_row(path, tmp_path):
    """Rows are added to the last chunk by writing it again; a kill can leave half of it."""
    copy = tmp_path / "killed.h5"
    with SessionWriter.resume(path) as writer:
        runs.write(writer, 4, start=3)
        content = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        chunk = file["trials/task_loss"].id.get_chunk_info(0)
    end = chunk.byte_offset + chunk.size
    content[end - 4 : end] = b"torn"  # the checksum comes last
    copy.write_bytes(content)
    with SessionWriter.resume(copy) as writer:
        runs.write(writer, 5, start=4)
    with Session.open(copy) as session:
        np.testing.assert_array_equal(
            session.trial_column("task_loss"), np.arange(5 * runs.TRIALS) + 0.5
        )
