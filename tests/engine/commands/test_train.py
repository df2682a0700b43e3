"""l2l-train and l2l_engine.train, as people call them."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from tiny import TINY

import l2l_engine
from l2l_engine import starting
from l2l_engine.commands import output as shown
from l2l_engine.commands import train as command
from l2l_engine.commands import training
from l2l_engine.config import ConfigError, RunConfig, RunType
from l2l_engine.network import initial_weights
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

FLAGS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]


def test_train_has_the_published_names_and_defaults():
    parameters = inspect.signature(l2l_engine.train).parameters
    published = {
        "seed": 0,
        "batchSize": 1,
        "l2": 0.0005,
        "l2_wR": 0.001,
        "l2_wI": 0.0001,
        "l2_wO": 0.1,
        "learningRateInit": 0.0001,
        "svBnd": 10.0,
        "rType": RunType.Full,
    }
    assert list(parameters)[:9] == list(published)
    assert {name: parameters[name].default for name in published} == published


def test_train_returns_the_session(tmp_path):
    options = {name: value for name, value in TINY.items() if name[:9] != "penalised"}
    with l2l_engine.train(seed=2, svBnd=3.0, problems=2, path=tmp_path / "a.h5", **options) as made:
        assert made.n_problems == 2
        assert made.config.seed == 2
        assert made.config.penalised_singular_values == 3
    with pytest.raises(ConfigError, match="wings is not a parameter"):
        l2l_engine.train(wings=2, path=tmp_path / "b.h5")


def test_importing_the_engine_brings_neither_tensorflow_nor_qt():
    code = (
        "import sys, l2l_engine, l2l_engine.run, l2l_engine.commands.train, l2l_engine.sweeps.sweep;"
        "print([m for m in ('tensorflow', 'PyQt6', 'pyqtgraph', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def events(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["event"] for line in lines} <= {"progress", "result", "error"}
    return lines


def test_json_events_and_going_on(tmp_path, capsys):
    path = tmp_path / "run.h5"
    assert command.main([*FLAGS, "--problems", "2", "--seed", "4", "--json", "-o", str(path)]) == 0
    *progress, result = events(capsys)
    assert [line["learned"]["problem"] for line in progress if "learned" in line] == [1, 2]
    assert any(line.get("trials_per_second", 0) > 0 for line in progress)
    assert (result["event"], result["finished"], result["problems"]) == ("result", True, 2)
    assert command.main(["--resume", str(path), "--problems", "3", "--json"]) == 0
    (line,) = [line["learned"] for line in events(capsys) if "learned" in line]
    assert line["problem"] == 3
    with Session.open(path) as session:
        assert session.n_problems == 3
        assert session.n_trials == line["first_trial"] + line["trials"]


def test_progress_goes_to_stderr_at_a_pace_and_quiet_leaves_the_result(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(shown, "FIRST_LINE_SECONDS", 0.0)
    assert command.main([*FLAGS, "--problems", "2", "-o", str(tmp_path / "run.h5")]) == 0
    said = capsys.readouterr()
    (line,) = [line for line in said.err.splitlines() if "trials/s" in line]
    assert "problem 1 of 2" in line
    assert "left" in line
    assert said.out == f"2 of 2 problems done in {tmp_path / 'run.h5'}\n"
    assert command.main([*FLAGS, "--problems=1", "--quiet", "-o", str(tmp_path / "b.h5")]) == 0
    said = capsys.readouterr()
    assert (said.err, said.out.count("\n")) == ("", 1)


def test_no_loss_is_shown_before_a_problem_has_one(tmp_path, capsys, monkeypatch):
    for module, name in ((shown, "FIRST_LINE_SECONDS"), (shown, "LINE_SECONDS")):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(training, "_SHOW_SECONDS", 0.0)
    assert command.main([*FLAGS, "--problems", "2", "-o", str(tmp_path / "run.h5")]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "trials/s" in line]
    assert "problem 2 of 2, problem 1 failed, " in lines[10]
    assert "problem 2 of 2, trial 1, loss 1." in lines[11]
    assert not any("nan" in line.split("h5", 1)[1] for line in lines)


def test_dry_run_says_what_would_be_done_and_makes_nothing(tmp_path, capsys):
    path = tmp_path / "run.h5"
    assert command.main([*FLAGS, "--problems", "2", "--dry-run", "-o", str(path)]) == 0
    assert "problems 1 to 2" in capsys.readouterr().out
    assert command.main(["--dry-run", "-o", str(tmp_path / "no" / "x.h5")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_fewer_problems_than_are_learned_are_refused(tmp_path, capsys):
    path = tmp_path / "run.h5"
    assert command.main([*FLAGS, "--problems", "3", "--quiet", "-o", str(path)]) == 0
    before = path.read_bytes()
    for arguments in (["--resume", str(path)], ["--resume", str(path), "--dry-run"]):
        assert command.main([*arguments, "--problems", "2"]) == 2
        assert "it has learned 3 already" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_session_killed_before_its_first_checkpoint_starts_again(tmp_path):
    path = tmp_path / "run.h5"
    config = RunConfig(**TINY, problems=1, seed=7)
    initial = initial_weights(np.random.RandomState(7), config)
    SessionWriter.create(path, config, initial).close()
    assert command.main(["--resume", str(path), "--quiet"]) == 0
    with Session.open(path) as session:
        assert (session.n_problems, session.config) == (1, config)


def test_a_session_without_a_trial_is_replaced_unasked(tmp_path):
    path = tmp_path / "run.h5"
    config = RunConfig(**TINY, problems=1, seed=7)
    SessionWriter.create(path, config, initial_weights(np.random.RandomState(7), config)).close()
    arguments = [*FLAGS, "--problems", "1", "--seed", "8", "--quiet", "-o", str(path)]
    assert command.main(arguments) == 0
    with Session.open(path) as session:
        assert (session.n_problems, session.config.seed) == (1, 8)
    assert command.main(arguments) == 2  # now it holds something


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--learning-rate", "-3", "-o", "x.h5"], "learning_rate = -3 is out of range"),
        (["--resume", "missing.h5"], "missing.h5"),
        (["-o", "no/such/folder/x.h5"], "no/such/folder"),
        (["--resume", "x.h5", "--seed", "3"], "--seed cannot be changed"),
        (["--unit", "3", "-o", "x.h5"], "Unrecognized arguments: --unit 3"),
        (["--units", "many", "-o", "x.h5"], "invalid int value: 'many'"),
        (["--run-type", "sideways", "-o", "x.h5"], "'sideways' is none of full (Full)"),
        ([], "Give either -o FILE"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(starting, "_load", lambda report: pytest.fail("TensorFlow was loaded"))
    monkeypatch.chdir(tmp_path)
    assert command.main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "Traceback" not in error
    assert len(error.splitlines()) == 1


def test_existing_session_is_not_overwritten_unasked(tmp_path, capsys):
    path = tmp_path / "run.h5"
    arguments = [*FLAGS, "--problems", "1", "--json", "-o", str(path)]
    assert command.main(arguments) == 0
    before = path.read_bytes()
    assert command.main(arguments) == 2
    assert path.read_bytes() == before
    assert command.main([*arguments, "--overwrite"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_stop_cleanly_and_resumably(tmp_path, name):
    number = getattr(signal, name)
    path = tmp_path / "run.h5"
    flags = [flag for flag in FLAGS if "max-trials" not in flag]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "l2l_engine.commands.train", *flags),
            *("--criterion-loss=1e-9", "--problems=3", "-o", str(path)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # as from a terminal: a suite run in the background would hand on an ignored signal
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.2)
        if path.exists() and process.poll() is None:
            with Session.open(path) as session:
                if session.checkpoint() is not None:
                    break
    time.sleep(0.5)
    os.kill(process.pid, number)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 128 + number, error
    assert "--resume" in out
    assert "Traceback" not in error
    with Session.open(path) as session:
        state = session.checkpoint()
        assert state is not None
        assert int(state["trial"]) == session.n_trials
        assert np.isfinite(session.trial_column("task_loss")).all()


def test_loss_that_is_no_number_ends_with_one_sentence_and_a_session_to_branch(tmp_path, capsys):
    path = tmp_path / "run.h5"
    arguments = [*FLAGS, "--activation=squared_relu", "--learning-rate=1", "--max-trials=5000"]
    arguments += ["--criterion-loss=1e-9", "--json", "-o", str(path)]
    assert command.main(arguments) == 2
    (error,) = [line for line in events(capsys) if line["event"] == "error"]
    assert "no longer a number" in error["message"]
    with Session.open(path) as session:
        state = session.checkpoint()
        assert np.isfinite(state["parameters"]).all()
        assert int(state["trial"]) == session.n_trials
