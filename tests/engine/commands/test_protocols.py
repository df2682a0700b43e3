"""Protocols as people ask for them: l2l-train, l2l-branch, l2l-sweep and l2l_engine.train."""

import json

import numpy as np
import pytest
from tiny import TINY, finish

import l2l_engine
from l2l_engine import figures, starting
from l2l_engine.commands import branch, info, sweep, train
from l2l_engine.config import ConfigError, RunType
from l2l_engine.network import initial_weights
from l2l_engine.protocols import TEMPLATES, Protocol, ProtocolError, Stage, notation
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.sweeps.grid import grid, protocol_grid
from l2l_engine.sweeps.sweep import Sweep
from l2l_engine.training.plan import Plan, Repeat, Reverse

FLAGS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
SHORT = ["--protocol", "serial-reversal", "--protocol-set", "warm_up=1", "--protocol-set", "reversals=2"]  # fmt: skip


def test_every_protocol_is_explained_in_two_sentences(capsys):
    for command in (train, sweep):
        assert command.main(["--list-protocols"]) == 0
        said = capsys.readouterr().out
        for name in TEMPLATES:
            assert f"\n{name} (" in f"\n{said}"
        assert (
            "revisit-and-reverse (sets=20, warm_up=50)\n    After a warm-up, sets of four" in said
        )
    assert train.main(["--list-protocols", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["protocols"]
    assert [item["name"] for item in listed] == list(TEMPLATES)


def test_a_named_protocol_is_trained_resumed_and_branched(tmp_path, capsys):
    path, other = tmp_path / "run.h5", tmp_path / "branch.h5"
    assert train.main([*FLAGS, *SHORT, "--problems=2", "--quiet", "-o", str(path)]) == 0
    assert train.main(["--resume", str(path), "--problems=4", "--quiet"]) == 0
    with Session.open(path) as session:
        assert session.labels == ["warm-up", "A", "reversal 1", "reversal 2"]
        assert session.problem_column("stimuli_from").tolist() == [0, 0, 2, 1]
    file = tmp_path / "own.json"
    file.write_text(notation.to_json(Protocol("own", (Stage(Plan(Reverse(2))),), after=3)))
    arguments = [str(path), "--after=2", "--protocol", str(file), "--quiet", "-o", str(other)]
    assert branch.main(arguments) == 0
    with Session.open(path) as old, Session.open(other) as new:
        assert new.n_problems == 3
        np.testing.assert_array_equal(new.stimuli[2], old.stimuli[1][::-1])
    assert branch.main([str(path), "--after=2", "--quiet", "-o", str(tmp_path / "same.h5")]) == 0
    with Session.open(path) as old, Session.open(tmp_path / "same.h5") as new:
        np.testing.assert_array_equal(old.trial_column("task_loss"), new.trial_column("task_loss"))


def test_what_a_session_follows_is_said_and_no_paper_figure_is_made_of_it(tmp_path, capsys):
    path = tmp_path / "run.h5"
    protocol = Protocol("again", (Stage(), Stage(Plan(Repeat(1)))))
    config = protocol.configure(TINY | {"manifold_dimensions": 2})
    initial = initial_weights(np.random.RandomState(0), config)
    SessionWriter.create(path, config, initial, protocol=notation.to_json(protocol)).close()
    assert info.main([str(path)]) == 0
    assert "again: 2 problems in 2 stages" in capsys.readouterr().out
    with pytest.raises(figures.LackingError, match=r"run\.h5 follows the protocol again"):
        figures.make(1, figures.load([path]))
    full = notation.to_json(Protocol.of_run_type(config.replace(problems=3)))
    SessionWriter.create(tmp_path / "full.h5", config, initial, protocol=full).close()
    (source,) = figures.load([tmp_path / "full.h5"])
    assert source.protocol == ""


def test_dry_run_counts_the_protocols_problems(tmp_path, capsys):
    arguments = ["--dry-run", "--protocol", "revisit-and-reverse", "-o", str(tmp_path / "x.h5")]
    assert train.main(arguments) == 0
    assert "problems 1 to 130" in capsys.readouterr().out


BAD = '{"stages": [{"label": "A"}, {"problem": {"similar": "A", "overlap": 1.5}}]}'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--protocol", "revisit"], "revisit is not a protocol: choose one of full, "),
        (["--protocol", "none.json"], "none.json is not a file"),
        (["--protocol", "bad.json"], "bad.json: Stage 2: overlap = 1.5 must be from 0 to 1."),
        (["--protocol", "replay", "--protocol-set", "share=2"], "Stage 2 (with replay): replay share = 2.0"),
        (["--protocol", "replay", "--protocol-set", "size=2"], "replay has no parameter size: it has share, problems"),
        (["--protocol", "replay", "--protocol-set", "share=many"], "share = many must be a number"),
        (["--protocol", "replay", "--protocol-set", "share=0.1,0.2"], "give share one value"),
        (["--protocol", "replay", "--protocol-set", "problems=1e8"], "must be at most 1000000"),
        (["--protocol", "bad.json", "--protocol-set", "sets=2"], "sets cannot be set for bad.json"),
        (["--protocol-set", "sets=2"], "without --protocol"),
        (["--protocol", "ss", "--run-type", "ss"], "leave the run type out"),
        (["--protocol", "projection", "--units", "10"], "Stage 2 (projection): rule dimensions = 20 must be below units = 10"),
        (["--protocol", "longer-delay", "--protocol-set", "delay_ms=0.5"], "Stage 2 (delay 0.5 ms): delay_ms = 0.5 ms is not a whole number"),
    ],
)  # fmt: skip
def test_a_bad_protocol_is_one_sentence_and_exit_code_2(
    arguments, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(starting, "_load", lambda report: pytest.fail("TensorFlow was loaded"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text(BAD)
    assert train.main([*arguments, "-o", "x.h5"]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "x.h5").exists()


def test_resuming_keeps_the_protocol(tmp_path, capsys):
    assert train.main(["--resume", "run.h5", "--protocol", "replay"]) == 2
    assert "--protocol cannot be changed with --resume" in capsys.readouterr().err


def test_train_takes_a_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {name: value for name, value in TINY.items() if name[:9] != "penalised"}
    protocol = Protocol("there & back", (Stage(), Stage(Plan(Repeat(1), label="back"))))
    with l2l_engine.train(svBnd=3.0, protocol=protocol, **options) as session:
        assert session.path.name == "l2l_seed0_there---back.h5"
        assert session.labels == ["", "back"]
        assert notation.from_json(session.protocol) == protocol
    with l2l_engine.train(svBnd=3.0, protocol=protocol, resume=True, **options) as session:
        assert session.n_problems == 2
    with pytest.raises(ConfigError, match="follows another protocol"):
        l2l_engine.train(svBnd=3.0, path=session.path, problems=2, resume=True, **options)
    with pytest.raises(ProtocolError, match="leave the run type out"):
        l2l_engine.train(protocol="ss", rType=RunType.SSManifPert, path="x.h5")
    with pytest.raises(ProtocolError, match="exclude each other"):
        l2l_engine.train(protocol="ss", stimuli=np.ones((1, 2, 10)), path="x.h5")


def test_a_grid_over_protocols_and_their_parameters():
    kinds = protocol_grid(["replay", "projection"], {"problems": [5, 9]})
    assert list(kinds) == [
        f"{name}_problems={n}" for name in ("replay", "projection") for n in (5, 9)
    ]
    runs = grid([1, 2], (), {"sigma_rec": [0.0, 0.1]}, protocols=kinds)
    assert len(runs) == 16
    assert runs[0].name == "replay_problems=5_seed1_sigma_rec=0.0"
    assert runs[0].config.problems == 5
    with pytest.raises(ConfigError, match="protocol replay twice"):
        protocol_grid(["replay", "replay"])


def test_a_sweep_over_protocols(tmp_path, capsys):
    folder = tmp_path / "sweep"
    settings = [f"--set={name}={value}" for name, value in TINY.items()]
    arguments = ["--seeds=4", "--protocols", "serial-reversal", "--protocol-set=warm_up=1",
                 "--protocol-set=reversals=1,2", *settings, "--quiet", "--jobs=1"]  # fmt: skip
    assert sweep.main([*arguments, "-o", str(folder)]) == 0, capsys.readouterr()
    names = ["serial-reversal_reversals=1_seed4", "serial-reversal_reversals=2_seed4"]
    assert sorted(path.stem for path in folder.glob("*.h5")) == names
    with Session.open(folder / f"{names[1]}.h5") as session:
        assert session.labels == ["warm-up", "A", "reversal 1", "reversal 2"]
    again = Sweep(folder)
    assert [run.state for run in again.runs.values()] == ["done", "done"]
    assert sweep.main(["--quiet", "-o", str(folder)]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds=1", "--protocols", "replay", "--run-types", "ss", "-o", "x"], "exclude each other"),
        (["--seeds=1", "--protocol-set", "share=0.1", "-o", "x"], "without --protocols"),
        (["--seeds=1", "--protocols", "replay", "--protocol-set", "share=0.1,3", "-o", "x"], "replay share = 3.0"),
        (["--protocols", "replay", "-o", "x"], "--seeds is missing"),
        (["--seeds=1"], "Give -o DIR"),
    ],
)  # fmt: skip
def test_a_bad_sweep_over_protocols_is_one_sentence(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert sweep.main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert len(error.splitlines()) == 1


def test_an_analysis_of_a_session_knows_what_each_stage_started_from_and_changed(tmp_path):
    stages = (Stage(count=2), Stage(Plan(start=1, changes={"delay_ms": 20.0})))
    protocol = Protocol("again from 1", stages)
    path = tmp_path / "run.h5"
    finish(Run.create(path, protocol.configure(TINY), protocol=protocol))
    with Session.open(path) as session:
        data = session.run_data()
        times = session.analyse("speed", problems=[3])["time"]
        changes = session.analyse("recurrent-change")["norm"]
        recurrent = session.weights(slice(None)).recurrent
    assert data.started_from.tolist() == [-1, 0, 0]
    assert times.max() > TINY["sample_ms"] + TINY["delay_ms"] + TINY["response_ms"]
    assert changes[1] == pytest.approx(np.linalg.norm(recurrent[2] - recurrent[0]), rel=1e-5)
