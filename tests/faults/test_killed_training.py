"""Training killed outright, several times, ends at the numbers of a run left alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from unbroken import assert_same_numbers, train_to_the_end

from l2l_engine.run import Run


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_killed_training_resumes_to_the_same_numbers(tmp_path, left_alone):
    path = tmp_path / "killed.h5"
    script = Path(__file__).with_name("kill_training.py")
    arguments = [sys.executable, str(script), str(path), "2", "5"]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)[-1] > 0, "too little was trained for the kills to mean anything"
    train_to_the_end(Run.resume(path))
    assert_same_numbers(path, left_alone)
