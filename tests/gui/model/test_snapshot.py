import numpy as np
import pytest

from l2l_engine.storage.session import Session
from l2l_engine.training.records import Origin
from l2l_gui.model.snapshot import Growing, TrialHistory, of_session


def test_a_view_of_growing_numbers_never_changes():
    numbers = Growing(np.arange(3.0))
    before = numbers.values
    for value in range(5000):
        numbers.append(value)
    assert before.tolist() == [0.0, 1.0, 2.0]
    assert len(numbers.values) == 5003
    with pytest.raises(ValueError, match="read-only"):
        numbers.values[0] = 1.0


def test_a_file_shows_its_counts_and_what_was_answered_right(learned):
    with Session.open(learned) as session:
        now = of_session(session)
        window = session.config.criterion_trials
        correct = session.trial_column("correct")[session.trial_column("problem") == 4]
    assert now.problems == len(now.counts) == len(now.accuracy) > 4
    assert now.accuracy[4] == pytest.approx(correct[-window:].mean())
    assert now.counts[4] == len(correct) - window


def test_history_grown_trial_by_trial_is_what_the_file_says(learned):
    with Session.open(learned) as session:
        whole = of_session(session)
        problem = session.trial_column("problem")
        start = int(np.searchsorted(problem, 7))
        grown = TrialHistory(session, trials=start, problems=7)
        assert len(grown.losses.values) == 0
        for loss, right in zip(
            session.trial_column("task_loss")[problem == 7],
            session.trial_column("correct")[problem == 7],
            strict=True,
        ):
            grown.add_trial(float(loss), float(right))
        now = grown.snapshot(session.path, session.config)
        grown.end_problem(float(whole.counts[7]), Origin(), Origin())
    losses = now.losses
    assert now.present == 8
    assert now.mean_loss < session.config.criterion_loss
    assert losses.min() >= 0
    after = grown.snapshot(session.path, session.config)
    np.testing.assert_array_equal(after.counts, whole.counts[:8])
    np.testing.assert_allclose(after.accuracy, whole.accuracy[:8], rtol=1e-6)
