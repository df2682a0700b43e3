"""Sweeps: a grid of resumable runs, with lost workers and failing runs survived."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tiny import TINY

from l2l_engine.commands import sweep as command
from l2l_engine.config import ConfigError, RunType
from l2l_engine.network import initial_weights
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.sweeps import sweep as sweeps
from l2l_engine.sweeps.grid import grid, parse_seeds
from l2l_engine.sweeps.manifest import SweepError
from l2l_engine.sweeps.sweep import Sweep
from l2l_engine.sweeps.worker import train_run

SHORT = {**TINY, "manifold_dimensions": 2, "baseline_problems": 2, "problems": 4}


@pytest.fixture
def here():
    """An executor that trains in this process, for what does not depend on where a run is trained."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_grid_names_every_combination():
    runs = grid([0, 1], [RunType.Full, RunType.SSManifPert], {"sigma_rec": [0.05, 0.1]}, **SHORT)
    assert len(runs) == 8
    assert runs[0].name == "full_seed0_sigma_rec=0.05"
    assert {run.config.sigma_rec for run in runs} == {0.05, 0.1}
    with pytest.raises(ConfigError, match="sigma_wreck"):
        grid([0], [RunType.Full], {"sigma_wreck": [1]})
    with pytest.raises(ConfigError, match="twice"):
        grid([0, 0], [RunType.Full])


def test_perturbation_run_branched_from_the_full_run_is_the_run_itself(tmp_path):
    full, perturbed = grid([3], [RunType.Full, RunType.DSManifPert], **SHORT)
    (tmp_path / "alone").mkdir()
    (tmp_path / "shared").mkdir()
    alone = train_run(str(tmp_path / "alone"), perturbed)
    train_run(str(tmp_path / "shared"), full)
    perturbed = Sweep(tmp_path / "shared", [full, perturbed]).runs[perturbed.name]
    branched = train_run(str(tmp_path / "shared"), perturbed)
    assert (alone.state, branched.state) == ("done", "done")
    with (
        Session.open(tmp_path / "alone" / perturbed.file) as a,
        Session.open(tmp_path / "shared" / perturbed.file) as b,
    ):
        assert a.parent is None
        assert "full_seed3.h5" in b.parent
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
        np.testing.assert_array_equal(a.weights(3).recurrent, b.weights(3).recurrent)
        np.testing.assert_array_equal(a.permutations, b.permutations)


def test_sweep_that_asks_for_more_problems_goes_on_where_it_ended(tmp_path, here):
    (short,) = grid([0], [RunType.Full], **SHORT)
    (longer,) = grid([0], [RunType.Full], **{**SHORT, "problems": 6})
    Sweep(tmp_path, [short]).train(here)
    with Session.open(tmp_path / short.file) as session:
        before = session.trial_column("task_loss")
    (run,) = Sweep(tmp_path, [longer]).train(here)
    assert (run.state, run.problems) == ("done", 6)
    with Session.open(tmp_path / short.file) as session:
        np.testing.assert_array_equal(session.trial_column("task_loss")[: len(before)], before)


def test_time_left_counts_trials_and_not_those_inherited_from_a_full_run(tmp_path):
    paper = grid([0], list(RunType))
    full, *perturbed = Sweep(tmp_path / "paper", paper).runs.values()
    assert 70_000 < full.trials_left < 100_000
    alone = Sweep(tmp_path / "alone", grid([0], [RunType.DSManifPert])).runs["ds_seed0"]
    branching = next(run for run in perturbed if run.config.run_type is RunType.DSManifPert)
    assert branching.trials_left < alone.trials_left - 5000  # problems 1 to 50


def test_same_problems_are_shared_by_conditions(tmp_path):
    runs = grid([1], [RunType.Full], {"max_trials": [6, 9]}, **{**SHORT, "same_problems": True})
    stimuli = []
    for run in runs:
        train_run(str(tmp_path), run)
        with Session.open(tmp_path / run.file) as session:
            stimuli.append(session.stimuli)
    np.testing.assert_array_equal(*stimuli)


def test_failed_run_is_reported_and_the_rest_goes_on(tmp_path, here):
    runs = grid([0, 1], [RunType.Full], **SHORT)
    (tmp_path / runs[0].file).write_text("not a session")
    states = {run.name: run for run in Sweep(tmp_path, runs).train(here)}
    assert states["full_seed0"].state == "failed"
    assert "full_seed0.h5" in states["full_seed0"].message
    assert states["full_seed1"].state == "done"
    manifest = json.loads((tmp_path / "sweep.json").read_text())
    assert [row["state"] for row in manifest["runs"]] == ["failed", "done"]


def test_stopped_sweep_goes_on_from_the_checkpoints(tmp_path):
    long = {**SHORT, "max_trials": 5000, "criterion_loss": 1e-9}
    sweep = Sweep(tmp_path, grid([0], [RunType.Full], **long))

    def stop(runs):
        if runs[0].trials or (tmp_path / "full_seed0.h5").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.train(workers=1, progress=stop)
    assert sweep.runs["full_seed0"].state == "stopped"
    assert not list(tmp_path.glob(".wanted*"))
    with Session.open(tmp_path / "full_seed0.h5") as session:
        assert session.checkpoint() is not None
    assert [run.state for run in Sweep(tmp_path).runs.values()] == ["stopped"]
    assert "stopped" in json.loads((tmp_path / "sweep.json").read_text())["runs"][0]["state"]


def test_run_whose_turn_comes_after_the_stop_is_not_begun(tmp_path):
    (run,) = grid([0], [RunType.Full], **SHORT)
    assert train_run(str(tmp_path), run, wanted=".wanted-gone") == run
    assert not (tmp_path / run.file).exists()


@pytest.mark.parametrize("text", ["3-1", "5-", "a", "", "0,,1", "0-99999999999"])
def test_empty_and_endless_seeds_are_refused(text, tmp_path, capsys):
    assert command.main(["--seeds", text, "-o", str(tmp_path / "sweep")]) == 2
    error = capsys.readouterr().err
    assert "Seeds:" in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "sweep").exists()


def test_empty_grids_are_refused_and_names_hold_what_varies():
    with pytest.raises(ConfigError, match="no seed"):
        grid([], [RunType.Full])
    with pytest.raises(ConfigError, match="no sigma_rec"):
        grid([0], [RunType.Full], {"sigma_rec": []})
    assert parse_seeds("0, 3,5-7") == [0, 3, 5, 6, 7]
    (run,) = grid([0], [RunType.Full], {"sigma_rec": [0.2]})
    assert run.name == "full_seed0"
    many = {"sigma_rec": [0.1, 0.2], "learning_rate": [1e-4, 2e-4], "epsilon": [1e-8, 1e-9]}
    many |= {"l2_recurrent": [0.1, 0.2], "criterion_loss": [0.1, 0.2]}
    names = [run.name for run in grid([0], [RunType.Full], many)]
    assert max(map(len, names)) <= 80
    assert len(set(names)) == 32
    assert names == [run.name for run in grid([0], [RunType.Full], many)]


def test_leftover_of_another_command_is_neither_trained_nor_replaced(tmp_path, here):
    other, run = (grid([0], [RunType.Full], **SHORT, sigma_rec=s)[0] for s in (0.2, 0.05))
    train_run(str(tmp_path), other)
    before = (tmp_path / run.file).read_bytes()
    (result,) = Sweep(tmp_path, [run]).train(here)
    assert result.state == "failed"
    assert "sigma_rec = 0.2, not 0.05" in result.message
    assert (tmp_path / run.file).read_bytes() == before


def test_run_killed_before_its_first_checkpoint_starts_again(tmp_path):
    (run,) = grid([0], [RunType.Full], **SHORT)
    initial = initial_weights(np.random.RandomState(0), run.config)
    SessionWriter.create(tmp_path / run.file, run.config, initial).close()
    assert train_run(str(tmp_path), run).state == "done"


def test_second_command_on_a_sweep_is_refused(tmp_path):
    sweep = Sweep(tmp_path, grid([0], [RunType.Full], **SHORT))
    sweep.save()
    with sweep._alone(), pytest.raises(SweepError, match="Another command is training"):
        Sweep(tmp_path).train(workers=1)


@pytest.mark.parametrize("name", ["../outside", "a/b", ".hidden", ""])
def test_manifest_cannot_name_files_outside_its_folder(name, tmp_path):
    Sweep(tmp_path, grid([0], [RunType.Full], **SHORT)).save()
    path = tmp_path / "sweep.json"
    document = json.loads(path.read_text())
    document["runs"][0]["name"] = name
    path.write_text(json.dumps(document))
    with pytest.raises(SweepError, match="is not the name of a run"):
        Sweep(tmp_path)


LONG = {**TINY, "max_trials": 5000, "criterion_loss": 1e-9}


def start(folder, problems, workers=1, **more):
    settings = [f"--set={name}={value}" for name, value in ({**LONG, **more}).items()]
    arguments = ["--seeds", f"0-{workers - 1}", "--jobs", str(workers), "--json"]
    arguments += ["--problems", str(problems)]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "l2l_engine.commands.sweep"),
            *(*arguments, *settings, "-o", str(folder)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )


def heed_signals():
    """As in a terminal: a shell's background jobs ignore Ctrl-C, and those of nohup hanging up."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def children(process):
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True
    )
    rows = [row.split(None, 2) for row in listed.stdout.splitlines()]
    parent = str(process.pid)
    return [int(row[0]) for row in rows if row[1] == parent and "spawn_main" in row[-1]]


def wait_until(condition, seconds=180.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def under_way(folder, runs=1):
    return lambda: len(list(folder.glob("full_seed*.h5"))) == runs


def alive(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX processes")
def test_lost_worker_is_replaced_and_its_run_goes_on(tmp_path):
    sweep = start(tmp_path, problems=2, max_trials=200)
    wait_until(under_way(tmp_path))
    os.kill(children(sweep)[0], signal.SIGKILL)
    out, error = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, error
    rows = json.loads((tmp_path / "sweep.json").read_text())["runs"]
    assert [(row["state"], row["problems"]) for row in rows] == [("done", 2)]
    result = json.loads(out.splitlines()[-1])
    assert (result["event"], result["done"]) == ("result", 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX processes")
@pytest.mark.parametrize(
    ("name", "workers"), [("SIGINT", 2), ("SIGTERM", 1), ("SIGHUP", 1), ("SIGKILL", 1)]
)
def test_signals_end_all_workers_and_leave_resumable_runs(tmp_path, name, workers):
    number = getattr(signal, name)
    sweep = start(tmp_path, problems=1000, workers=workers)
    wait_until(under_way(tmp_path, workers))
    trained_by = children(sweep)
    os.kill(sweep.pid, number)
    _, error = sweep.communicate(timeout=120)
    assert "Traceback" not in error
    if number == signal.SIGKILL:
        wait_until(lambda: not any(map(alive, trained_by)), 30)
    else:
        assert sweep.returncode == 128 + number, error
        rows = json.loads((tmp_path / "sweep.json").read_text())["runs"]
        assert [row["state"] for row in rows] == ["stopped"] * workers
    assert not any(map(alive, trained_by))
    for path in tmp_path.glob("*.h5"):
        with Session.open(path) as session:
            assert int(session.checkpoint()["trial"]) == session.n_trials


def test_folder_of_another_sweep_is_refused(tmp_path):
    Sweep(tmp_path, grid([0], [RunType.Full], **SHORT)).save()
    with pytest.raises(SweepError, match="other parameters"):
        Sweep(tmp_path, grid([0], [RunType.Full], **{**SHORT, "sigma_rec": 0.2}))
    longer = grid([0], [RunType.Full], **{**SHORT, "problems": 9})
    assert Sweep(tmp_path, longer).runs["full_seed0"].config.problems == 9
    with pytest.raises(SweepError, match=r"no sweep\.json"):
        Sweep(tmp_path / "elsewhere")
    (tmp_path / "sweep.json").write_text("{")
    with pytest.raises(SweepError, match="damaged"):
        Sweep(tmp_path)


def test_command_trains_a_grid_and_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sweeps, "LocalPool", ThreadPoolExecutor)
    settings = [f"--set={name}={value}" for name, value in SHORT.items() if name != "problems"]
    arguments = ["--seeds", "0", "--problems", "2", *settings, "-o", str(tmp_path), "--json"]
    assert command.main([*arguments, "--jobs", "1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[-1]["event"], lines[-1]["done"]) == ("result", 1)
    assert any(line.get("state") == "done" for line in lines)
    assert command.main(["-o", str(tmp_path / "nothing")]) == 2
    assert "sweep.json" in capsys.readouterr().err


def test_dask_sweep_survives_the_loss_of_a_worker(tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra l2l-explorer[cluster]")
    long = {**SHORT, "max_trials": 500, "criterion_loss": 1e-9, "problems": 5}
    sweep = Sweep(tmp_path, grid([0], [RunType.Full], **long))
    killed = []

    def kill_the_worker_once(runs):
        if not killed and runs[0].trials > 50:
            worker = next(iter(client.run(os.getpid).values()))
            os.kill(worker, signal.SIGKILL)
            killed.append(worker)

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        deadline = time.monotonic() + 120
        (run,) = sweep.train(client.get_executor(pure=False), progress=kill_the_worker_once)
        assert time.monotonic() < deadline
    assert killed, "the run ended before its worker could be killed"
    assert run.state == "done", run.message
    alone = tmp_path / "alone"
    alone.mkdir()
    train_run(str(alone), grid([0], [RunType.Full], **long)[0])
    with Session.open(tmp_path / run.file) as a, Session.open(alone / run.file) as b:
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
