"""A small fixed set of hostile inputs for every reader; ``make fuzz`` tries very many."""

import os

import driver
import pytest
from driver import FAULTS, tried
from readers import Reader, readers

INPUTS = 25


@pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are tried in forked processes")
def test_no_input_does_harm(tmp_path):
    (tmp_path / "sound").mkdir()
    for name, reader in readers(tmp_path / "sound").items():
        outcomes = tried(reader, INPUTS, 1, tmp_path, tmp_path / "kept")
        said = [path.read_text() for path in tmp_path.glob("kept/*/said.txt")]
        assert not {fault: outcomes[fault] for fault in FAULTS if outcomes[fault]}, (name, said)
        assert outcomes.total() == INPUTS


@pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are tried in forked processes")
@pytest.mark.parametrize(
    ("harm", "outcome"),
    [
        (lambda path: os.abort(), "crash"),
        (lambda path: [None for _ in iter(int, 1)], "hang"),
        (lambda path: 1 / 0, "traceback"),
    ],
)
def test_harm_is_noticed(tmp_path, harm, outcome):
    reader = Reader("x.bin", [b"sound"], harm)
    assert tried(reader, 1, 1, tmp_path)[outcome] == 1


def test_too_much_memory_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "MEMORY", 0)
    reader = Reader("x.bin", [b"sound"], lambda path: None)
    assert tried(reader, 2, 1, tmp_path) == {"memory": 2}
