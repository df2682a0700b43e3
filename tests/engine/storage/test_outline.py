"""Outlines: what many sessions are compared by, read without opening them whole."""

import os
from pathlib import Path

import numpy as np
import pytest
import runs

from l2l_engine.storage import untrusted
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.outline import read_outline
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

VERSION_1 = Path(__file__).parent / "fixtures" / "version_1.h5"


def write(path, **given):
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(9), **given) as writer:
        runs.write(writer, 3)
        writer.write_checkpoint(runs.state(3 * runs.TRIALS, 3))
    return path


def test_it_is_what_opening_the_session_finds(tmp_path):
    path = write(tmp_path / "run.h5")
    outline = read_outline(path)
    with Session.open(path) as session:
        assert outline.path == session.path
        assert outline.config == session.config
        assert outline.created == session.created != ""
        assert outline.lineage == session.lineage
        np.testing.assert_array_equal(outline.trials_to_criterion, session.trials_to_criterion)
        np.testing.assert_array_equal(outline.trials_run, session.trials_run)


def test_there_is_none_of_a_session_that_is_more_than_its_columns(tmp_path):
    assert read_outline(VERSION_1) is None
    assert read_outline(write(tmp_path / "protocol.h5", protocol='{"a": 1}')) is None
    path = tmp_path / "written.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(9)) as writer:
        runs.write(writer, 2)
        assert read_outline(path) is None


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_what_is_no_whole_session_is_refused_in_a_sentence(tmp_path, cut):
    path = write(tmp_path / "run.h5")
    content = path.read_bytes()
    path.write_bytes([b"", content[: len(content) // 2], b"no session"][cut])
    with pytest.raises(SessionError, match=str(path)):
        read_outline(path)


def test_a_file_that_is_shortened_while_it_is_looked_at_ends_no_process(tmp_path, monkeypatch):
    """As a writer does that gives up space it took in advance; mapped bytes would raise SIGBUS."""
    path = write(tmp_path / "run.h5")
    size = path.stat().st_size
    with path.open("ab") as stream:
        stream.truncate(size + 5 * untrusted._BLOCK)
    read, places = untrusted._bytes_at, []

    def reading(stream, place, count):
        if places:
            os.truncate(path, size)
        places.append(place)
        return read(stream, place, count)

    monkeypatch.setattr(untrusted, "_bytes_at", reading)
    untrusted.check_bytes(path)
    assert places[-1] < size + untrusted._BLOCK
    assert len(places) > 1
