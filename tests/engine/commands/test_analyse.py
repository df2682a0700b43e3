"""l2l-analyse on a small session."""

import csv

import h5py
import numpy as np
import pytest

from l2l_engine.analysis import known
from l2l_engine.commands.analyse import main
from l2l_engine.config import L2LError
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord


@pytest.fixture
def session(tmp_path):
    """A session of three problems of a memory."""
    path = tmp_path / "memory.h5"
    weights: NetworkWeights = known.bistable(dtype=np.float32)
    with SessionWriter.create(path, known.CONFIG, weights) as writer:
        for index in range(3):
            writer.add_problem(
                ProblemRecord(
                    index=index,
                    stimuli=known.STIMULI.astype(np.float32),
                    first_trial=-1,
                    trials_to_criterion=10.0 - index,
                    weights=weights,
                    singular_values=np.ones(2),
                    input_norm=0,
                    output_norm=0,
                    recurrent_norm=0,
                    top_singular_norm=0,
                    mean_square_rate=0,
                    largest_rate=0,
                    permutation=None,
                    applied=False,
                )
            )
    return path


def test_a_table_says_its_units_runs_version_and_date(session, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    output = tmp_path / "speed.csv"
    assert main([str(session), "speed", "--problems", "2-3", "-o", str(output)]) == 0
    lines = output.read_text().splitlines()
    notes = [line for line in lines if line.startswith("#")]
    assert "# speed: Norm of ds/dt (a.u. per s)" in notes
    assert any("memory (seed 0); noise off" in line for line in notes)
    assert any(line.endswith("on 1970-01-01") for line in notes)
    rows = list(csv.DictReader(lines[len(notes) :]))
    assert {row["problem"] for row in rows} == {"2", "3"}
    assert len(rows) == 2 * 2 * known.CONFIG.steps


def test_parameters_are_set_said_in_the_table_and_checked(session, tmp_path, capsys):
    output = tmp_path / "gradients.csv"
    arguments = [str(session), "gradient-alignment", "--problems", "2", "-o", str(output)]
    assert main([*arguments, "--set", "count=3"]) == 0
    lines = output.read_text().splitlines()
    assert "# count = 3" in lines
    with Session.open(session) as opened:
        expected = opened.analyse("gradient-alignment", [2], count=3)["alignment"][0]
    assert float(lines[-1].split(",")[1]) == pytest.approx(expected)
    for given, said in (
        ("count=1", "count = 1 must be a number from 2 to 100."),
        ("count=2.5", "count = 2.5 must be a whole number."),
        ("count=many", "count = many must be a number"),
        ("starts=3", "gradient-alignment has no parameter starts: it has count."),
        ("count", "--set count should read NAME=VALUE"),
    ):
        assert main([*arguments, "--set", given]) == 2
        assert said in capsys.readouterr().err
    assert main([str(session), "speed", "--set", "count=3"]) == 2
    assert "speed has no parameter count: it has none." in capsys.readouterr().err
    assert main([str(session), "network-map", "--set", "by=size"]) == 2
    assert "by = size must be one of procrustes, spectrum" in capsys.readouterr().err


def test_several_sessions_are_told_apart(session, tmp_path, capsys):
    other = tmp_path / "other.h5"
    other.write_bytes(session.read_bytes())
    assert main([str(session), str(other), "psychometric"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    assert rows[0].startswith("run,problem,morph")
    assert {row.split(",")[0] for row in rows[1:]} == {"memory", "other"}


def test_the_list_shows_every_analysis(capsys):
    assert main(["--list"]) == 0
    assert "vector-field-change" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["speeed"], "There is no analysis 'speeed'"),
        (["speed", "--problems", "two"], "--problems two is not a list of problems"),
        (["speed", "--problems", "9"], "memory has no problem 9: choose from 1 to 3"),
    ],
)
def test_mistakes_are_named_in_one_sentence(session, capsys, arguments, sentence):
    assert main([str(session), *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_dry_run_says_the_cost_and_computes_nothing(session, tmp_path, capsys):
    output = tmp_path / "speed.csv"
    assert main([str(session), "speed", "--problems", "2-3", "--dry-run", "-o", str(output)]) == 0
    assert capsys.readouterr().out == "Would run speed on 2 problems of memory: 10 ms a problem.\n"
    assert not output.exists()
    assert main([str(session), "speed", "--problems", "2-9", "--dry-run"]) == 2
    assert "has no problem 4" in capsys.readouterr().err


def test_example_stands_for_the_session_that_comes_along(capsys):
    assert main(["example", "exponential-fit"]) == 0
    assert "pretrained (seed 0)" in capsys.readouterr().out


@pytest.mark.parametrize("ending", [".h5", ".nc"])
def test_hdf5_and_netcdf_hold_columns_with_units(session, tmp_path, ending):
    output = tmp_path / f"points{ending}"
    if ending == ".nc":
        pytest.importorskip("xarray")
    assert main([str(session), "fixed-points", "--problems", "2", "-o", str(output)]) == 0
    assert (
        main([str(session), "fixed-points", "--problems", "2", "-o", str(tmp_path / "p.csv")]) == 0
    )
    lines = (tmp_path / "p.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    if ending == ".h5":
        with h5py.File(output) as file:
            columns = {name: file[name][()] for name in file}
            units, notes = file["speed"].attrs["units"], file.attrs["notes"]
        columns["epoch"] = columns["epoch"].astype(str)
    else:
        import xarray

        with xarray.open_dataset(output, engine="scipy") as data:
            columns = {name: data[name].values for name in data}
            units, notes = data["speed"].attrs["units"], data.attrs["notes"]
    assert set(columns) == set(rows[0])
    assert list(columns["epoch"].astype(str)) == [row["epoch"] for row in rows]
    np.testing.assert_allclose(columns["speed"], [float(row["speed"]) for row in rows])
    assert units == "a.u. per s"
    assert "source: Sussillo & Barak" in notes


def test_another_ending_is_refused_before_anything_is_computed(session, tmp_path, capsys):
    assert main([str(session), "speed", "-o", str(tmp_path / "speed.xlsx")]) == 2
    assert "use one of .csv, .h5, .nc" in capsys.readouterr().err
    assert not (tmp_path / "speed.xlsx").exists()


def test_a_session_is_analysed_from_python_as_by_the_command(session, capsys):
    with Session.open(session) as opened:
        found = opened.analyse("psychometric", problems=[2], morphs=(0.0, 1.0))
        np.testing.assert_array_equal(found["problem"], [2, 2])
        np.testing.assert_allclose(found["share"], [0, 1], atol=0.01)
        with pytest.raises(L2LError, match="no analysis 'magic'"):
            opened.analyse("magic")
        with pytest.raises(L2LError, match="memory has no problem 9"):
            opened.analyse("speed", problems=[9])
