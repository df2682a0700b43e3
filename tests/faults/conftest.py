"""What the tests of faults share."""

import sys
from pathlib import Path

import pytest
from unbroken import CONFIG, train_to_the_end

from l2l_engine.run import Run

# the made-up runs of tests/engine/storage
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "storage"))


@pytest.fixture(scope="session")
def left_alone(tmp_path_factory):
    """Session of a run that nothing happened to."""
    path = tmp_path_factory.mktemp("alone") / "alone.h5"
    train_to_the_end(Run.create(path, CONFIG))
    return path
