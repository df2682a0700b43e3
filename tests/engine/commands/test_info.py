"""l2l-info, as people call it."""

import json
import os
import shutil

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.commands import info
from l2l_engine.storage.layout import Lineage
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.h5"
    lineage = Lineage("elsewhere/parent.h5", "abc", 2)
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0), lineage=lineage) as writer:
        runs.write(writer, 4)
        writer.write_checkpoint({**runs.state(28, 4), "trial": np.array(28)})
        writer.write_checkpoint({**runs.state(28, 4), "trial": np.array(28)})
    return path


def damage(path, *places) -> None:
    """Change a bit of a chunk of each dataset given with the chunk's index."""
    with h5py.File(path) as file:
        at = [file[name].id.get_chunk_info(index).byte_offset for name, index in places]
    content = bytearray(path.read_bytes())
    for byte in at:
        content[byte + 1] ^= 4
    path.write_bytes(content)


def events(capsys) -> dict:
    lines = capsys.readouterr().out.splitlines()
    return next(event for event in map(json.loads, lines) if event["event"] != "progress")


def test_tells_what_a_session_is(path, capsys):
    assert info.main([str(path)]) == 0
    text = capsys.readouterr().out
    for words in ("session", "elsewhere/parent.h5", "closed", "mean trials to criterion  2.5"):
        assert words in text
    assert info.main([str(path), "--json"]) == 0
    found = events(capsys)
    assert (found["problems"], found["trials"], found["checkpoint_at_trial"]) == (4, 28, 28)
    assert (found["parent_id"], found["branched_after"]) == ("abc", 2)


def test_tells_whether_it_is_being_written(path, tmp_path, capsys):
    with SessionWriter.resume(path):
        info.main([str(path)])
        assert "being written" in capsys.readouterr().out
        copy = tmp_path / "copy.h5"
        copy.write_bytes(path.read_bytes())
    info.main([str(copy)])
    assert "its writer was killed" in capsys.readouterr().out


def test_whole_session_passes(path, capsys):
    assert info.main([str(path), "--check"]) == 0
    assert "Everything agrees with its checksums." in capsys.readouterr().out


def test_damage_is_named(path, capsys):
    damage(path, ("problems/weights/recurrent", 2), ("trials/correct", 0), ("initial/bias", 0))
    assert info.main([str(path), "--check"]) == 1
    text = capsys.readouterr().out
    assert "/problems/weights/recurrent is damaged at problem 3." in text
    assert "/trials/correct is damaged at trial 1–28." in text
    assert "/initial/bias is damaged." in text


def test_a_changed_checkpoint_is_noticed(path, capsys):
    damage(path, ("checkpoint/slot_0", 0))
    assert info.main([str(path), "--check"]) == 1
    assert "One of the two checkpoints is damaged" in capsys.readouterr().out


def test_repair_keeps_what_is_whole(path, tmp_path, capsys):
    damage(
        path,
        ("problems/weights/recurrent", 2),
        ("problems/largest_rate", 0),
        ("checkpoint/slot_0", 0),
    )
    before = path.read_bytes()
    sound = tmp_path / "sound.h5"
    assert info.main([str(path), "--repair", str(sound), "--json"]) == 1
    found = events(capsys)
    assert found["repaired"] == str(sound)
    assert any("problem 3." in sentence for sentence in found["damage"])
    assert path.read_bytes() == before
    assert info.main([str(sound), "--check"]) == 0
    with Session.open(path) as old, Session.open(sound) as new:
        assert new.lineage == old.lineage
        assert (new.n_problems, new.n_trials) == (4, 28)
        assert new.available.tolist() == [True, True, False, True]
        for index in (0, 1, 3):
            for name, array in old.weights(index).arrays().items():
                np.testing.assert_array_equal(array, getattr(new.weights(index), name))
        assert np.isnan(new.weights(2).recurrent).all()
        np.testing.assert_array_equal(new.stimuli[2], old.stimuli[2])
        assert np.isnan(new.problem_column("largest_rate")).all()
        np.testing.assert_array_equal(old.trial_column("correct"), new.trial_column("correct"))
        assert new.checkpoint()["trials"] == 28
    with SessionWriter.resume(sound) as writer:
        runs.write(writer, 5, start=4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_repair_saves_what_is_left_of_a_file_cut_off(path, tmp_path, capsys, share):
    sound = tmp_path / "sound.h5"
    whole = tmp_path / "whole.h5"
    shutil.copyfile(path, whole)
    size = path.stat().st_size
    os.truncate(path, int(share * size))
    assert info.main([str(path)]) == 2
    assert "--repair" in capsys.readouterr().err
    assert info.main([str(path), "--check"]) == 1
    assert f"cut off ({int(share * size)} of {size} bytes)" in capsys.readouterr().out
    assert info.main([str(path), "--repair", str(sound)]) == 1
    assert info.main([str(sound), "--check"]) == 0
    with Session.open(whole) as old, Session.open(sound) as new:
        kept = np.flatnonzero(new.available)
        assert share < 0.9 or len(kept)
        for index in kept:
            for name, array in old.weights(index).arrays().items():
                np.testing.assert_array_equal(array, getattr(new.weights(index), name))
        for name in ("task_loss", "correct"):
            numbers = new.trial_column(name)
            known = np.isfinite(numbers)
            np.testing.assert_array_equal(
                numbers[known], old.trial_column(name)[: len(known)][known]
            )


def test_repair_never_writes_over_a_file(path, capsys):
    before = path.read_bytes()
    assert info.main([str(path), "--repair", str(path)]) == 2
    assert path.read_bytes() == before
    assert "exists already" in capsys.readouterr().err


def test_what_is_no_session_is_refused_in_a_sentence(tmp_path, capsys):
    path = tmp_path / "notes.h5"
    path.write_text("hello")
    for more in ([], ["--check"], ["--repair", str(tmp_path / "out.h5")]):
        assert info.main([str(path), *more]) == 2
        assert "not an HDF5 file" in capsys.readouterr().err
