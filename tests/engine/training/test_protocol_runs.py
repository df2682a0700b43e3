"""Runs that follow a protocol: what each stage says happens, and stopping changes no number."""

import itertools

import numpy as np
import pytest
from tiny import SHORT, finish

import l2l_engine
from l2l_engine.branching import BranchError
from l2l_engine.config import RunConfig, RunType
from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols import Protocol, ProtocolError, Stage, notation, template
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Readout,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
    Until,
)
from l2l_engine.training.records import Outcome, StimuliFrom

CONFIG = SHORT.replace(learning_rate=3e-3, penalised_singular_values=3)

OWN = Own(((1.0,) + (0.0,) * 9, (0.0, 3.0) + (0.0,) * 8))
EVERYTHING = Protocol(
    "everything",
    (
        Stage(Plan(label="warm-up"), 2),
        Stage(Plan(label="A")),
        Stage(Plan(Repeat("A"), Until(False, 7), label="A again")),
        Stage(Plan(Reverse("A"), Until(False, 12), mixture=Interleaved((1, "A")), rule=LowRank(2))),
        Stage(Plan(Similar("A", 0.5), Until(False, 12), mixture=Replay(0.5), rule=Projected(Subspace.PAST, False, 3))),
        Stage(Plan(OWN, start=1, readout=Readout(PerturbationKind.DECISION_TO_STIMULUS, 3)), 2),
        Stage(Plan(rule=Elastic(10.0), changes={"delay_ms": 30.0, "sigma_rec": 0.1})),
        Stage(Plan(rule=Orthogonal(0.1), plastic=("recurrent", "input", "output"))),
        Stage(Plan(keep_moments=True, plastic=("recurrent",))),
        Stage(Plan(rule=Projected(Subspace.BOTH, True), readout=Readout(frozen=True))),
        Stage(
            Plan(
                readout=Readout(PerturbationKind.OUTSIDE_MANIFOLD, derangement=True, frozen=True),
                rule=Elastic(1.0),
            ),
            2,
        ),
    ),
)  # fmt: skip


def learn(path, protocol, **changes):
    config = protocol.configure(_values(CONFIG) | changes)
    return finish(Run.create(path, config, protocol=protocol))


def _values(config):
    names = set(config.__slots__) - {"problems", "run_type"}
    return {name: getattr(config, name) for name in names}


NUMBERS = ("trials_to_criterion", "stimuli", "permutation", "applied", "set_point", "trials_run",
           "mean_square_rate", "singular_values", "outcome", "random_state", "top_singular_norm")  # fmt: skip


def same_numbers(first, second, numbers=NUMBERS):
    with Session.open(first) as a, Session.open(second) as b:
        assert a.n_trials == b.n_trials
        for name in (
            "task_loss",
            "regularisation_cost",
            "stimulus",
            "largest_rate",
            "shown_problem",
        ):
            np.testing.assert_array_equal(a.trial_column(name), b.trial_column(name), name)
        for name in numbers:
            np.testing.assert_array_equal(a.problem_column(name), b.problem_column(name), name)
        for name, array in a.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, b.weights(slice(None)).arrays()[name], name)


# -- the run types ---------------------------------------------------------------------


@pytest.fixture(scope="module", params=list(RunType), ids=lambda run_type: run_type.short)
def published(request, tmp_path_factory):
    """A run of each type, and the protocol it is."""
    config = CONFIG.replace(run_type=request.param, problems=5)
    path = finish(Run.create(tmp_path_factory.mktemp("published") / "run.h5", config))
    return path, config, Protocol.of_run_type(config)


def test_a_run_type_as_a_protocol_gives_the_same_numbers(published, tmp_path):
    path, config, protocol = published
    ours = finish(Run.create(tmp_path / "protocol.h5", config, protocol=protocol))
    same_numbers(path, ours)
    with Session.open(ours) as session:
        assert notation.from_json(session.protocol) == protocol
        assert session.problem_column("stage").tolist() == (
            [0, 0, 1, 1, 1] if config.run_type.perturbs else [0] * 5
        )


def test_a_run_type_as_a_protocol_resumes_in_the_middle(published, tmp_path):
    path, config, protocol = published
    ours = tmp_path / "protocol.h5"
    run = Run.create(ours, config, protocol=protocol)
    for number in itertools.count(1):
        if run.finished:
            break
        run.step()
        if number % 7 == 0:
            run.close()
            run = Run.resume(ours)
    run.close()
    same_numbers(path, ours)


@pytest.mark.parametrize("finished", [1, 2, 3, 4])
def test_a_run_type_as_a_protocol_branches(published, tmp_path, finished):
    path, config, protocol = published
    ours = finish(Run.create(tmp_path / "protocol.h5", config, protocol=protocol))
    same_numbers(path, finish(Run.branch(ours, finished, tmp_path / "branch.h5")))


def test_the_template_of_a_run_type_is_that_run_type():
    assert template("ss").configure({}) == RunConfig(run_type="ss")
    assert template("full").configure({"seed": 3}) == RunConfig(seed=3)
    assert template("replay").configure({}).run_type is RunType.Full
    with pytest.raises(ProtocolError, match="leave the run type out"):
        template("ss").configure({"run_type": RunType.Full})


# -- stages ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    return learn(tmp_path_factory.mktemp("everything") / "run.h5", EVERYTHING)


def test_what_each_problem_was_is_recorded(everything):
    with Session.open(everything) as session:
        kinds = [StimuliFrom(kind).name for kind in session.problem_column("stimuli_from")]
        assert (
            kinds == ["NEW"] * 3 + ["REPEATED", "REVERSED", "SIMILAR", "OWN", "OWN"] + ["NEW"] * 6
        )
        assert session.problem_column("from_problem").tolist()[2:7] == [-1, 2, 2, 2, -1]
        assert session.labels[:4] == ["warm-up", "warm-up", "A", "A again"]
        stages = [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10]
        assert session.problem_column("stage").tolist() == stages
        stimuli = session.stimuli
        np.testing.assert_array_equal(stimuli[3], stimuli[2])
        np.testing.assert_array_equal(stimuli[4], stimuli[2][::-1])
        np.testing.assert_allclose((stimuli[5] * stimuli[2]).sum(axis=1), 0.5, atol=1e-6)
        np.testing.assert_allclose(stimuli[5] @ stimuli[5].T, np.eye(2), atol=1e-6)
        np.testing.assert_allclose(session.problem_column("overlaps")[5], 0.5, atol=1e-6)
        np.testing.assert_array_equal(stimuli[6], np.eye(10, dtype=np.float32)[:2])
        assert session.config.problems == 14


def test_a_planned_number_of_trials_is_no_failure(everything, tmp_path):
    with Session.open(everything) as session:
        assert session.trials_run[3] == 7
        assert session.problem_column("outcome")[3] == Outcome.ENDED
    either = Protocol(
        "either", (Stage(Plan(until=Until(True, 8))), Stage(Plan(until=Until(True, 300))))
    )
    path = learn(tmp_path / "either.h5", either, criterion_loss=0.6)
    with Session.open(path) as session:
        outcomes, taken = session.problem_column("outcome"), session.trials_run
        assert (outcomes[0], taken[0]) == (Outcome.ENDED, 8)
        assert outcomes[1] == Outcome.LEARNED
        assert 12 < taken[1] < 300  # past max_trials: a planned number stands in its place
        assert session.trials_to_criterion[1] == taken[1] - 5


def test_overtraining_records_when_the_criterion_was_reached(tmp_path):
    plain = learn(tmp_path / "plain.h5", Protocol("plain", (Stage(),)), max_trials=100)
    over = Protocol("over", (Stage(Plan(until=Until(False, 60))), Stage()))
    path = learn(tmp_path / "over.h5", over, max_trials=100)
    with Session.open(plain) as once, Session.open(path) as session:
        assert session.trials_to_criterion[0] == once.trials_to_criterion[0] < 50
        assert session.trials_run[0] == 60
        assert session.problem_column("outcome").tolist() == [Outcome.ENDED, Outcome.LEARNED]
        assert session.problem_column("set_point")[0] > 0


def test_mixtures_show_the_problems_they_name(everything):
    with Session.open(everything) as session:
        problem, shown = session.trial_column("problem"), session.trial_column("shown_problem")
        assert set(shown[problem == 4]) == {-1, 0, 2}
        assert set(shown[problem == 5]) <= {-1, 0, 1, 2, 3, 4}
        assert len(set(shown[problem == 5])) > 2
        assert set(shown[(problem < 4) | (problem > 5)]) == {-1}


def test_shares_of_a_mixture(tmp_path):
    until = Until(False, 400)
    stages = (Stage(count=2), Stage(Plan(until=until, mixture=Replay(0.25, (1,)))),
              Stage(Plan(until=until, mixture=Interleaved((1, 2, 3)))))  # fmt: skip
    path = learn(tmp_path / "mixed.h5", Protocol("mixed", stages))
    with Session.open(path) as session:
        problem, shown = session.trial_column("problem"), session.trial_column("shown_problem")
    assert np.mean(shown[problem == 2] == 0) == pytest.approx(0.25, abs=0.07)
    shares = [np.mean(shown[problem == 3] == other) for other in (-1, 0, 1, 2)]
    np.testing.assert_allclose(shares, 0.25, atol=0.07)


def test_the_criterion_looks_at_a_problems_own_trials(tmp_path):
    mixture = Replay(0.5, (1,))
    protocol = Protocol("own", (Stage(), Stage(Plan(mixture=mixture))))
    path = learn(tmp_path / "own.h5", protocol, max_trials=500, criterion_loss=0.7)
    with Session.open(path) as session:
        here = session.trial_column("problem") == 1
        own = here & (session.trial_column("shown_problem") == -1)
        losses = session.trial_column("task_loss")[own]
        assert session.trials_to_criterion[1] == own.sum() - 5 < here.sum() - 5
        assert losses[-5:].mean() < 0.7
        assert session.trials_run[1] == here.sum()


def test_only_plastic_weights_move(everything):
    with Session.open(everything) as session:
        for problem, moving in ((9, {"recurrent", "input", "output"}), (10, {"recurrent"})):
            before, after = session.weights(problem - 1), session.weights(problem)
            for name in WEIGHT_NAMES:
                same = np.array_equal(getattr(before, name), getattr(after, name))
                assert same == (name not in moving), name


def test_kept_moments_go_on(tmp_path):
    kept = Protocol("kept", (Stage(), Stage(Plan(keep_moments=True, label="kept"))))
    reset = Protocol("reset", (Stage(), Stage()))
    runs = {}
    for protocol in (kept, reset):
        path = learn(tmp_path / f"{protocol.name}.h5", protocol)
        with Session.open(path) as session:
            runs[protocol.name] = session.trial_column("task_loss"), session.trials_run[0]
    losses, first = runs["kept"]
    np.testing.assert_array_equal(losses[: first + 1], runs["reset"][0][: first + 1])
    assert not np.array_equal(losses[first + 1], runs["reset"][0][first + 1])
    with pytest.raises(BranchError, match=r"Problem 2 keeps the optimiser's moments"):
        Run.branch(tmp_path / "kept.h5", 1, tmp_path / "branch.h5")


def test_problems_start_from_the_network_they_name(everything):
    with Session.open(everything) as session:
        first = session.weights(0)
        assert (
            session.permutations[6].tolist()[3] == -1
        )  # of 3 directions, of 4 the file has room for
        assert (
            session.problem_column("applied").tolist()
            == [False] * 6 + [True] * 2 + [False] * 4 + [True] * 2
        )
    again = Protocol("again", (Stage(count=2), Stage(Plan(Repeat(1), Until(False, 1), start=1))))
    run = Run.create(
        session.path.parent / "again.h5", again.configure(_values(CONFIG)), protocol=again
    )
    with run:
        while run.n_problems < 2:
            run.step()
        np.testing.assert_array_equal(run.weights.recurrent, first.recurrent)


def test_changed_parameters_hold_for_their_stage(tmp_path):
    changed = Plan(until=Until(False, 3), changes={"delay_ms": 60.0, "learning_rate": 1e-9})
    protocol = Protocol("longer", (Stage(), Stage(changed), Stage()))
    config = protocol.configure(_values(CONFIG))
    with Run.create(tmp_path / "longer.h5", config, protocol=protocol) as run:
        steps = {}
        before = run.weights
        while not run.finished:
            present = run.n_problems
            run.step()
            steps.setdefault(present, run.view().states.shape[1])
            assert run.view().config.steps == steps[present]
            if run.n_problems == 1 and present == 0:
                before = run.weights
            if run.n_problems == 2 and present == 1:
                np.testing.assert_allclose(run.weights.recurrent, before.recurrent, atol=1e-7)
        assert list(steps.values()) == [40, 60, 40]
        assert run.config == config
    with Session.open(tmp_path / "longer.h5") as session:
        assert [session.config_of(index).delay_ms for index in range(4)] == [20, 60, 20, 20]
        assert l2l_engine.simulate(session[1].network, session[1].stimuli).states.shape[1] == 60
        assert session[0].config == session.config


# -- stopping --------------------------------------------------------------------------


def test_everything_resumes_anywhere(everything, tmp_path):
    path = tmp_path / "run.h5"
    run = Run.create(path, EVERYTHING.configure(_values(CONFIG)), protocol=EVERYTHING)
    for number in itertools.count(1):
        if run.finished:
            break
        run.step()
        if number % 5 == 0:
            run.close()
            run = Run.resume(path)
    run.close()
    same_numbers(everything, path)


@pytest.mark.parametrize("finished", [1, 3, 6, 7, 8, 9, 12, 13])
def test_everything_branches(everything, tmp_path, finished):
    branch = finish(Run.branch(everything, finished, tmp_path / "branch.h5"))
    same_numbers(everything, branch)
    with Session.open(everything) as old, Session.open(branch) as new:
        assert old.protocol == new.protocol
        assert old.labels == new.labels


def test_a_branch_takes_a_protocol_of_its_own(everything, tmp_path):
    protocol = Protocol("after", (Stage(Plan(Reverse(3), label="3 reversed")), Stage()), after=4)
    path = tmp_path / "branch.h5"
    run = Run.branch(everything, 4, path, protocol=protocol)
    assert run.config.problems == 6
    run.step()
    run.close()
    finish(Run.resume(path))
    with Session.open(everything) as old, Session.open(path) as session:
        np.testing.assert_array_equal(session.stimuli[4], old.stimuli[2][::-1])
        assert session.labels == [*old.labels[:4], "3 reversed", ""]
        assert session.problem_column("stage")[4:].tolist() == [0, 1]
    with pytest.raises(BranchError, match="begins after problem 4"):
        Run.branch(everything, 3, tmp_path / "no.h5", protocol=protocol)
    with pytest.raises(ProtocolError, match="branch from a session"):
        Run.create(tmp_path / "no.h5", CONFIG, protocol=protocol)


def test_past_its_end_come_new_problems(tmp_path):
    path = learn(tmp_path / "run.h5", Protocol("short", (Stage(), Stage(Plan(Repeat(1))))))
    finish(Run.resume(path, problems=3))
    with Session.open(path) as session:
        assert session.problem_column("stimuli_from").tolist() == [0, 1, 0]
        assert session.problem_column("stage").tolist() == [0, 1, -1]


def test_a_protocol_killed_before_its_first_checkpoint_starts_again(tmp_path):
    from l2l_engine.network import initial_weights

    protocol = Protocol("again", (Stage(), Stage(Plan(Repeat(1)))))
    config, path = protocol.configure(_values(CONFIG)), tmp_path / "run.h5"
    initial = initial_weights(np.random.RandomState(config.seed), config)
    SessionWriter.create(path, config, initial, protocol=notation.to_json(protocol)).close()
    finish(Run.resume(path))
    with Session.open(path) as session:
        assert session.problem_column("stimuli_from").tolist() == [0, 1]
        assert notation.from_json(session.protocol) == protocol


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ('{"stages": [{"problem": {"repeat": 9}}]}', "Stage 1: problem = 9"),
        (
            '{"stages": [{}, {"rule": {"rank": 99}}]}',
            "Stage 2: rank = 99 must be at most units = 16",
        ),
        ('{"stages": [{"changes": {"tau": "x"}}]}', "Stage 1: tau = 'x' must be a number"),
    ],
)
def test_a_session_whose_protocol_is_damaged_is_read_and_not_trained(
    tmp_path, monkeypatch, text, said
):
    from l2l_engine import starting
    from l2l_engine.network import initial_weights

    path = tmp_path / "run.h5"
    initial = initial_weights(np.random.RandomState(0), CONFIG)
    with SessionWriter.create(path, CONFIG, initial, protocol=text) as writer:
        writer.write_checkpoint({"trial": np.array(0), "problem": np.array(0)})
    with Session.open(path) as session:
        assert session.config_of(0) == CONFIG
    monkeypatch.setattr(starting, "_load", lambda report: pytest.fail("TensorFlow was loaded"))
    with pytest.raises(ProtocolError) as refused:
        Run.resume(path)
    assert "run.h5: " in str(refused.value)
    assert said in str(refused.value)


def test_a_trial_that_fails_leaves_a_mixtures_draws_as_they_were(tmp_path, monkeypatch):
    from l2l_engine.training.curriculum import Curriculum

    plan = Plan(until=Until(False, 9), mixture=Replay(0.5, (1,)))
    protocol = Protocol("mixed", (Stage(Plan(until=Until(False, 2))), Stage(plan)))
    config = protocol.configure(_values(CONFIG))
    whole, broken = (Curriculum(config, protocol.course()) for _ in range(2))
    expected = [whole.step().trial for _ in range(10)]
    found = []
    for number in range(10):
        if number in (2, 6):
            with monkeypatch.context() as patched:
                patched.setattr(broken._trainer, "step", _interrupted)
                with pytest.raises(KeyboardInterrupt):
                    broken.step()
        found.append(broken.step().trial)
    whole.close()
    broken.close()
    assert [trial.shown_problem for trial in found] == [trial.shown_problem for trial in expected]
    assert [trial.task_loss for trial in found] == [trial.task_loss for trial in expected]


def _interrupted(*_):
    raise KeyboardInterrupt
