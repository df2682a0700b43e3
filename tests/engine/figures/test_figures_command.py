"""l2l-figures, as people call it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from l2l_engine.commands import figures as command

SHIPPED = Path(__file__).resolve().parents[3] / "data/pretrained.h5"


@pytest.fixture
def session(tmp_path):
    return Path(shutil.copy(SHIPPED, tmp_path))


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}


def test_figure_and_numbers_are_written(session, tmp_path, capsys):
    folder = tmp_path / "figures"
    code = command.main(
        [str(session), "-o", str(folder), "--figure", "1", "--format", "png", "svg"]
    )
    assert code == 0
    names = {path.name for path in folder.iterdir()}
    assert {"figure_1.png", "figure_1.svg", "figure_1_trials_to_criterion.csv"} <= names
    rows = (folder / "figure_1_trials_to_criterion.csv").read_text().splitlines()
    assert rows[0] == "# Figure 1: Learning to learn: trials to criterion"
    assert rows[1] == "# units: trials_to_criterion (trials)"
    assert rows[2] == "# runs: pretrained (seed 0)"
    assert rows[3].startswith("# made with L2L Explorer")
    assert rows[4] == "network,problem,trials_to_criterion"
    assert len(rows) == 106
    assert "n = 1 network (seed 0; the paper: 10), problems 2–101" in capsys.readouterr().out


def test_results_are_kept_beside_the_session_and_do_as_well(run, tmp_path, capsys):
    session = run("small")
    arguments = ["-o", str(tmp_path / "one"), "--figure", "5"]
    assert command.main([str(session), *arguments]) == 0
    session.unlink()
    results = tmp_path / "results/small.results.h5"
    arguments[1] = str(tmp_path / "two")
    assert command.main([str(results), *arguments]) == 0
    name = "figure_5_networks.csv"
    assert (tmp_path / "one" / name).read_text() == (tmp_path / "two" / name).read_text()


def test_all_that_published_files_suffice_for_is_drawn(reference, tmp_path, capsys):
    assert command.main([str(reference / "published"), "-o", str(tmp_path), "--format=svg"]) == 0
    said = capsys.readouterr()
    pictures = {path.name for path in tmp_path.glob("*.svg")}
    fits = {f"figure_1_page_{n}.svg" for n in range(1, 6)}
    assert pictures == {"figure_1.svg", "figure_5.svg", "figure_6.svg"} | fits
    assert [line.partition(": ")[2].partition(".")[0] for line in said.err.splitlines()] == [
        "Figure 2 left out",
        "Figure 3 left out",
        "Figure 4 left out",
        "Figure 7 left out",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.h5"], "missing.h5 does not exist"),
        (["text.h5"], "text.h5 is not an HDF5 file"),
        (["run.h5", "--figure", "3"], "Figure 3 needs runs of the types ControlManifPert"),
        (["run.h5", "other.h5", "--figure", "1"], "do not belong in one figure: units is 12"),
    ],
)
def test_bad_input_gets_one_sentence_and_code_2(
    run, tmp_path, monkeypatch, capsys, arguments, said
):
    monkeypatch.chdir(tmp_path)
    run("run")
    run("other", units=16)
    Path("text.h5").write_text("no session")
    assert command.main([*arguments, "-o", "figures"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert not Path("figures").exists()


def test_shipped_networks_are_drawn_without_a_path_and_dry_run_draws_nothing(tmp_path, capsys):
    arguments = [
        "--shipped",
        "--figure=1",
        "--format=svg",
        "--json",
        "-o",
        str(tmp_path / "figures"),
    ]
    assert command.main([*arguments, "--dry-run"]) == 0
    assert not (tmp_path / "figures").exists()
    assert command.main(arguments) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["event"], result["figure"]) == ("result", 1)
    assert all(Path(path).is_file() for path in result["files"])


def test_no_source_and_an_impossible_folder_are_refused(session, tmp_path, capsys):
    assert command.main(["-o", str(tmp_path)]) == 2
    assert "or --shipped" in capsys.readouterr().err
    assert command.main([str(session), "-o", str(session / "figures")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_stops_at_once_and_cleanly(session, tmp_path, environment):
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "l2l_engine.commands.figures",
            str(session),
            "-o",
            str(tmp_path / "figures"),
            "--figure",
            "7",
        ],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        # as from a terminal: a suite run in the background would hand on an ignored Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("results")) and time.monotonic() < deadline:
        time.sleep(0.02)  # the first group is kept: the second is being computed
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert (
        said.splitlines()[-1] == "Stopped; what was computed is kept, and the same command resumes."
    )


def test_dry_run_says_what_is_computed_first_and_what_is_left_out(run, tmp_path, capsys):
    session = run("small")
    arguments = [str(session), "-o", str(tmp_path / "figures"), "--figure"]
    before = sorted(tmp_path.rglob("*"))
    assert command.main([*arguments, "1", "3", "7", "--dry-run", "--json"]) == 2
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["event"], event.get("figure")) for event in said] == [
        ("result", 1),
        ("error", None),
        ("result", 7),
    ]
    assert said[0]["seconds"] == 0 < said[2]["seconds"]
    assert "Figure 3 left out" in said[1]["message"]
    assert sorted(tmp_path.rglob("*")) == before
    assert command.main([*arguments, "7", "--format=svg"]) == 0
    capsys.readouterr()
    assert command.main([*arguments, "7", "--dry-run"]) == 0
    assert capsys.readouterr().out == f"Would draw Figure 7 into {tmp_path / 'figures'}.\n"


def test_example_is_drawn_by_its_name(tmp_path, capsys):
    assert command.main(["example", "--figure=1", "-o", str(tmp_path / "f"), "--dry-run"]) == 0
    assert "Figure 1" in capsys.readouterr().out
