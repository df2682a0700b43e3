"""l2l-branch, as people call it."""

import numpy as np
import pytest
from tiny import TINY

import l2l_engine as l2l
from l2l_engine.commands import branch as command


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    path = tmp_path_factory.mktemp("parent") / "parent.h5"
    l2l.train(path=path, problems=3, svBnd=3.0, **_options()).close()
    return path


def _options():
    return {name: value for name, value in TINY.items() if name[:9] != "penalised"}


def branch(parent, path, *arguments):
    return command.main([str(parent), "--quiet", "-o", str(path), *arguments])


def test_reversal_own_stimuli_and_changes_are_trained_from_the_problem_asked_for(
    parent, tmp_path, capsys
):
    path = tmp_path / "b.h5"
    assert branch(parent, path, "--after", "2", "--reverse", "1", "--problems", "3") == 0
    with l2l.open(parent) as old, l2l.open(path) as new:
        np.testing.assert_allclose(new[2].stimuli, old[0].stimuli[::-1], atol=1e-6)
    assert branch(parent, path, "--after=2", "--repeat=1", "--problems=3", "--overwrite") == 0
    with l2l.open(parent) as old, l2l.open(path) as new:
        np.testing.assert_allclose(new[2].stimuli, old[0].stimuli, atol=1e-6)
    own = tmp_path / "own.csv"
    own.write_text("3,4,0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0,0,7\n")
    arguments = ["--after=2", "--problems=3", f"--stimuli={own}", "--sigma-rec=0.2", "--overwrite"]
    assert branch(parent, path, *arguments) == 0
    with l2l.open(path) as new:
        np.testing.assert_allclose(new[2].stimuli[0, :2], [0.6, 0.8], atol=1e-6)
        assert new.config.sigma_rec == 0.2
    capsys.readouterr()
    again = [str(path), "--dry-run", "-o", str(tmp_path / "c.h5"), "--after"]
    assert command.main([*again, "1"]) == 0
    assert f"Problem 3 of {path} had stimuli that were chosen" in capsys.readouterr().err
    assert command.main([*again, "2", "--repeat", "1"]) == 0  # no such problem is left
    assert "chosen" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--after", "9"], "has problems 1 to 3"),
        (["--reverse", "9"], "problem 9 cannot be shown again"),
        (["--reverse", "1", "--repeat", "1"], "not allowed with"),
        (["--stimuli", "missing.csv"], "missing.csv"),
        (["--units", "4"], "Unrecognized arguments"),
    ],
)
def test_impossible_branches_are_one_sentence(parent, tmp_path, capsys, arguments, said):
    assert branch(parent, tmp_path / "b.h5", *arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_parents_parameters_as_defaults(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "the defaults are those of the parent session" in text
    assert "the paper's" not in text
    assert "--sigma-rec X Recurrent noise --stimulus" not in text
    assert "(default: 0.05)" not in text
