"""A process that writes a session is killed at random instants."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_killed_writer_loses_no_learned_problem_and_resumes(tmp_path):
    script = Path(__file__).with_name("kill_loop.py")
    arguments = [sys.executable, str(script), str(tmp_path / "run.h5"), "8", "5"]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert seen == sorted(seen), "a problem was lost"
    assert seen[-1] > 10, "too little was written for the kills to mean anything"
