"""A small fixed set of hostile inputs for every reader; ``make fuzz`` tries very many."""

import os
import subprocess
import sys
import time
from pathlib import Path

import driver
import pytest
from driver import tried
from readers import Reader

INPUTS = 400  # of all readers together


@pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are tried in forked processes")
def test_no_input_does_harm(tmp_path):
    # a process of its own: it is small, so that forking it takes no time
    fuzz = [sys.executable, str(Path(__file__).parent), "--inputs", str(INPUTS), "--seed", "1"]
    ended = subprocess.run(
        [*fuzz, "--keep", str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    said = [path.read_text() for path in tmp_path.glob("fault-*/said.txt")]
    assert ended.returncode == 0, (ended.stdout, ended.stderr, said)
    *_, total = ended.stdout.splitlines()
    assert total.startswith(f"| all | {INPUTS} |")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are tried in forked processes")
@pytest.mark.parametrize(
    ("harm", "outcome"),
    [
        (lambda path: os.abort(), "crash"),
        (lambda path: [None for _ in iter(int, 1)], "hang"),
        (lambda path: 1 / 0, "traceback"),
    ],
)
def test_harm_is_noticed(tmp_path, monkeypatch, harm, outcome):
    monkeypatch.setattr(driver, "SECONDS", 0.2)
    reader = Reader("x.bin", [b"sound"], harm)
    assert tried(reader, 1, 1, tmp_path)[outcome] == 1


def test_too_much_memory_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "MEMORY", 0)
    reader = Reader("x.bin", [b"sound"], lambda path: None)
    assert tried(reader, 2, 1, tmp_path) == {"memory": 2}


def test_only_what_waits_again_is_a_hang(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "_PATIENCE", 0.3)
    seen = tmp_path / "seen"

    def wait_once(path):
        first = not seen.exists()
        seen.touch()
        time.sleep(1.0 if first else 0.0)

    assert tried(Reader("x.bin", [b"sound"], wait_once), 1, 1, tmp_path) == {"read": 1}
    always = Reader("x.bin", [b"sound"], lambda path: time.sleep(1.0))
    assert tried(always, 1, 1, tmp_path) == {"hang": 1}
