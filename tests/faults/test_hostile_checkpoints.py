"""Checkpoints whose seal is right and whose contents are not: one sentence, and no traceback."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny import TINY

from l2l_engine.commands import info, train
from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage import checkpoint
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session

VERSION_1 = Path(__file__).parent.parent / "engine" / "storage" / "fixtures" / "version_1.h5"


@pytest.fixture(scope="module", params=["Full", "DSManifPert"])
def trained(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("trained") / "run.h5"
    config = RunConfig(
        **TINY, problems=4, baseline_problems=2, manifold_dimensions=2, run_type=request.param
    )
    with Run.create(path, config) as run:
        while run.n_problems < 1:
            run.step()
    return path


def seal(path, **changes):
    """Give the newest checkpoint other arrays; None takes a name out."""
    with Session.open(path) as session:
        state = session.checkpoint() | changes
    with h5py.File(path, "r+") as file:
        packed = {name: array for name, array in state.items() if array is not None}
        checkpoint.write(file, checkpoint.pack(packed))


CRAFTED = {
    "lacks 'parameters'": {"parameters": None},
    "lacks 'window'": {"window": None},
    "lacks 'label'": {"label": None},
    "'adam_mean' of shape (3,)": {"adam_mean": np.zeros(3, np.float32)},
    "'random_key' of shape (2, 2)": {"random_key": np.zeros((2, 2), np.uint32)},
    "'trial' of shape (4,)": {"trial": np.arange(4)},
    "'stimuli' of type <U3": {"stimuli": np.full((2, 10), "abc")},
    "'trial' of type float64": {"trial": np.array(np.nan)},
    "a value that cannot be": {"stimuli_from": np.array(77)},
    "cannot be (": {"random_position": np.array(10**6)},
    "not in the file": {"trial": np.array(10**9)},
    " is not in the file": {"problem": np.array(10**9)},
    "that is not in the file": {"problem": np.array(-1)},
}


@pytest.mark.parametrize("said", CRAFTED)
def test_resuming_says_what_is_wrong_in_one_sentence(trained, tmp_path, said, capsys):
    path = tmp_path / "run.h5"
    shutil.copyfile(trained, path)
    seal(path, **CRAFTED[said])
    before = path.read_bytes()
    assert train.main(["--resume", str(path), "--quiet"]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert f"{path} cannot be resumed: its checkpoint" in error
    assert "\n" not in error
    assert path.read_bytes() == before
    assert info.main([str(path)]) == 0


@pytest.mark.parametrize("target", [np.zeros(3), np.array("many"), np.array(2.5), None])
def test_a_number_of_problems_that_is_none_is_ignored(tmp_path, target):
    path = tmp_path / "old.h5"
    shutil.copyfile(VERSION_1, path)
    with Session.open(path) as session:
        written = session._written_config.problems
    seal(path, target=target)
    with Session.open(path) as session:
        assert session.config.problems == written


def test_a_checkpoint_without_the_origin_of_its_problem_is_one_of_version_1(trained, tmp_path):
    path = tmp_path / "run.h5"
    shutil.copyfile(trained, path)
    names = ("stimuli_from", "from_problem", "overlaps", "label", "stage")
    seal(path, **dict.fromkeys(names))
    with Run.resume(path) as run:
        run.step()
    seal(path, stage=None)
    with pytest.raises(SessionError, match="lacks 'stage'"):
        Run.resume(path)
