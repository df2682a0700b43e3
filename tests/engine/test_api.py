"""What scripts import: l2l_engine.open, simulate, train and the views of a session."""

import sys

import numpy as np
import pytest
from tiny import TINY

import l2l_engine as l2l

OPTIONS = {name: value for name, value in TINY.items() if name[:9] != "penalised"} | {"svBnd": 3.0}


@pytest.fixture(scope="module")
def session():
    with l2l.load_example() as opened:
        yield opened


def test_session_says_what_it_is_and_gives_problems_by_number(session):
    assert repr(session) == (
        "<Full session pretrained.h5: seed 0, 101 of 101 problems in 15,119 trials, 100 units>"
    )
    assert len(session) == 101
    assert [problem.index for problem in session][:3] == [0, 1, 2]
    last = session[-1]
    assert last.index == 100
    np.testing.assert_array_equal(last.weights.recurrent, session.weights(100).recurrent)
    np.testing.assert_array_equal(last.stimuli, session.stimuli[100])
    trials = session[52].trials
    first = session.first_trial[52]
    assert len(trials["task_loss"]) == session.first_trial[53] - first
    np.testing.assert_array_equal(
        trials["task_loss"][:5], session.trial_column("task_loss")[first : first + 5]
    )
    assert (trials["problem"] == 52).all()
    assert len(session[100].trials["problem"]) == session.n_trials - session.first_trial[100]


def test_missing_problems_and_tables_are_sentences(session):
    with pytest.raises(IndexError, match=r"has 101 problems, 0 to 100 .* no problem 500"):
        session[500]
    with pytest.raises(l2l.L2LError, match="no problem -102"):
        session[-102]
    with pytest.raises(KeyError, match="There is no table 'bogus'"):
        session.to_dataframe("bogus")
    with pytest.raises(KeyError, match="There is no column 'bogus' of problems: there are stimuli"):
        session.problem_column("bogus")
    with pytest.raises(KeyError, match="There is no column 'bogus' of trials"):
        session.trial_column("bogus")
    with pytest.raises(IndexError, match="0 to 100 in Python: there is no problem 500"):
        session.weights(500)
    for wrong in ("bogus", 1.5, slice(2, 4), None):
        with pytest.raises(l2l.L2LError, match="number of one problem, from 0, not with"):
            session[wrong]
    with pytest.raises(l2l.L2LError, match=r"no problem for \[1, 500\]"):
        session.network([1, 500])


def test_one_network_and_a_stack_are_simulated_alike(session):
    problem = session[52]
    single = l2l.simulate(problem.network, problem.stimuli)
    assert single.states.shape == (2, 2000, 100)
    assert single.times[-1] == 2000.0
    assert repr(single) == "<2 trials: 2000 steps, 100 units>"
    assert (single.outputs[:, -1].argmax(axis=-1) == [0, 1]).all()
    stack = l2l.simulate(session.network(slice(52, 54)), session.stimuli[52:54])
    np.testing.assert_allclose(stack.states[0], single.states, atol=1e-5)
    noisy, again = (l2l.simulate(problem.network, problem.stimuli, noise=3) for _ in range(2))
    np.testing.assert_array_equal(noisy.states, again.states)
    assert np.abs(noisy.states - single.states).max() > 0.01


def test_inputs_of_ones_own_of_any_length(session):
    network = session[10].network
    inputs = np.zeros((300, 11), np.float32)
    inputs[:, -1] = 10**-0.5
    alone = l2l.simulate(network, inputs=inputs)
    assert alone.states.shape == (1, 300, 100)
    stack = l2l.simulate(session.network([10, 20]), inputs=inputs)
    assert stack.states.shape == (2, 1, 300, 100)
    np.testing.assert_allclose(stack.states[0], alone.states, atol=1e-5)
    for wrong in ({}, {"stimuli": np.ones((2, 9))}, {"inputs": inputs[:, :4]}):
        with pytest.raises(l2l.L2LError):
            l2l.simulate(network, **wrong)
    with pytest.raises(l2l.L2LError, match="noise of shape"):
        l2l.simulate(network, inputs=inputs, noise=np.ones((7, 7)))


def test_tables_and_labelled_arrays(session):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    frame = session.to_dataframe()
    assert (frame.index.name, len(frame)) == ("problem", 101)
    assert frame.attrs["units"]["trials_to_criterion"] == "trials"
    trials = session.to_dataframe("trials")
    assert len(trials) == session.n_trials
    np.testing.assert_array_equal(trials["stimulus"], session.trial_column("stimulus")[:, 0])
    with pytest.raises(IndexError, match="there is no problem for"):
        session.to_xarray([500])
    data = session.to_xarray([3, 52])
    assert data.states.dims == ("problem", "stimulus", "time", "unit")
    assert data.time.attrs["units"] == "ms"
    chosen = data.sel(problem=52)
    np.testing.assert_array_equal(chosen.recurrent, session.weights(52).recurrent)
    assert "states" not in session.to_xarray([3], trajectories=False)


def test_absent_pandas_is_one_sentence(session, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(l2l.L2LError, match=r"pip install 'l2l-explorer\[data\]'"):
        session.to_dataframe()


def test_published_numbers_are_at_hand():
    assert l2l.published()["Asymptote of the fit (trials)"].n == 10


def test_training_resumes_calls_back_and_shows_progress(tmp_path, capsys):
    path = tmp_path / "run.h5"
    seen = []

    def stop_after_seven(run, step):
        seen.append(step.trial.task_loss)
        return len(seen) < 7

    with l2l.train(path=path, problems=3, resume=True, callback=stop_after_seven, **OPTIONS) as cut:
        assert (cut.n_trials, len(seen)) == (7, 7)
    with l2l.train(path=path, problems=3, resume=True, progress=True, **OPTIONS) as whole:
        assert len(whole) == 3
        losses = whole.trial_column("task_loss")
    assert "3/3 problems" in capsys.readouterr().err
    with l2l.train(path=tmp_path / "at_once.h5", problems=3, **OPTIONS) as other:
        np.testing.assert_array_equal(other.trial_column("task_loss"), losses)
    with l2l.train(path=path, problems=3, resume=True, **OPTIONS) as finished:
        assert len(finished) == 3
    with pytest.raises(l2l.ConfigError, match="seed = 0, not 1"):
        l2l.train(path=path, seed=1, problems=3, resume=True, **OPTIONS)


def test_own_problems_from_the_first_one(tmp_path):
    random = np.random.default_rng(3)
    own = random.normal(size=(2, 2, 10))
    path = tmp_path / "own.h5"
    common = {"seed": 3, "problems": 3, "path": path, "stimuli": own, **OPTIONS}

    def stop_in_the_second(run, step):
        return run.n_problems < 1 or run.trial_in_problem < 2

    with l2l.train(**common, callback=stop_in_the_second) as begun:
        assert begun.n_problems == 1
    with l2l.train(**common, resume=True) as session:
        unit = own / np.linalg.norm(own, axis=-1, keepdims=True)
        np.testing.assert_allclose(session.stimuli[:2], unit, atol=1e-6)
        drawn = session.stimuli[2]
        origin = session.problem_column("stimuli_from").tolist()
        network = session.weights(1).recurrent
    assert origin == [4, 4, 0]
    with l2l.train(**common | {"path": tmp_path / "at-one-go.h5"}) as whole:
        np.testing.assert_array_equal(whole.weights(1).recurrent, network)
    with l2l.train(**common | {"path": tmp_path / "drawn.h5", "stimuli": None}) as plain:
        np.testing.assert_array_equal(plain.stimuli[2], drawn)  # the stream is not disturbed


@pytest.mark.parametrize("own", [np.zeros((1, 2, 10)), np.ones((2, 10)), np.ones((1, 2, 9))])
def test_own_problems_that_do_not_fit_are_one_sentence(own, tmp_path):
    with pytest.raises(l2l.L2LError, match="stimuli"):
        l2l.train(stimuli=own, path=tmp_path / "a.h5", **OPTIONS)
    assert not list(tmp_path.iterdir())


def test_stimuli_of_a_batch_are_a_column_each(tmp_path):
    pytest.importorskip("pandas")
    with l2l.train(path=tmp_path / "batch.h5", problems=1, batchSize=2, **OPTIONS) as session:
        frame = session.to_dataframe("trials")
        np.testing.assert_array_equal(
            frame[["stimulus_0", "stimulus_1"]], session.trial_column("stimulus")
        )
        assert frame.attrs["units"]["stimulus_1"] == "0 or 1"
