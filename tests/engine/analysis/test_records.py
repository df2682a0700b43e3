"""Every analysis is asked its known answer, and is what its record says."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from l2l_engine.analysis import known, registry, running
from l2l_engine.analysis.record import Column, KnownAnswer, Parameter, Takes, analysis, record_of
from l2l_engine.analysis.running import RunData
from l2l_engine.config import L2LError, RunType
from l2l_engine.network import NetworkWeights

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "analyses.md"


@pytest.fixture
def data():
    """Three problems of a memory; the second was not saved."""
    a, b, c = np.eye(10)[:3]
    stimuli = np.array([[a, b], [b, a], [a, c], [c, b]])
    weights = NetworkWeights.stack([known.bistable(pair) for pair in stimuli])
    for array in weights.arrays().values():
        array[1] = np.nan
    return RunData("memory", known.CONFIG, np.array([40.0, 30, np.nan, 10]), weights, stimuli)


@pytest.mark.parametrize("name", registry.names())
def test_every_analysis_gives_its_known_answer(name):
    record = registry.find(name)
    assert record.check() == []
    assert record.summary.endswith(".")
    assert all(column.meaning for column in record.columns.values())


@pytest.mark.parametrize(
    "name", [name for name in registry.BUILT_IN if registry.find(name).takes is Takes.NETWORK]
)
def test_what_takes_one_network_runs_on_every_saved_one(name, data):
    record = registry.find(name)
    found = running.run(record, data)
    assert list(found) == list(running.columns_of(record))
    assert set(found["problem"]) == {1, 3, 4}


def test_pairs_are_of_saved_neighbours_and_problems_can_be_chosen(data):
    record = registry.find("recurrent-change")
    np.testing.assert_array_equal(running.run(record, data)["problem"], [4])
    with pytest.raises(L2LError, match="no pair of saved networks"):
        running.run(record, data, [1, 2, 3])
    with pytest.raises(L2LError, match="memory has no problem 5: choose from 1 to 4"):
        running.run(record, data, [5])


def test_a_group_is_numbered_as_in_the_run(data):
    found = running.run(registry.find("forgetting"), data, [3, 4])
    np.testing.assert_array_equal(found["problem"], [3, 3, 4, 4])
    np.testing.assert_array_equal(found["network"], [3, 4, 3, 4])


def test_problems_after_the_baseline_of_a_perturbation_run_are_paired_with_problem_1(data):
    config = known.CONFIG.replace(
        run_type=RunType.SSManifPert, baseline_problems=3, manifold_dimensions=1
    )
    perturbed = dataclasses.replace(data, config=config)
    before, after = (perturbed.weights[row] for row in (0, 3))
    after.recurrent[...] = before.recurrent + 2.0
    found = running.run(registry.find("recurrent-change"), perturbed)
    np.testing.assert_array_equal(found["problem"], [4])
    assert found["norm"] == pytest.approx([4.0])


def test_counts_are_from_problem_2_on(data):
    found = running.run(registry.find("moving-mean"), data, window=2)
    np.testing.assert_array_equal(found["problem"], [2, 3, 4])
    np.testing.assert_array_equal(found["moving_mean"], [30, 30, 10])


def test_progress_of_a_run_rises_to_one(data):
    for name in ("psychometric", "forgetting"):
        seen = []
        running.run(registry.find(name), data, progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1.0)


def test_a_wrong_answer_and_undeclared_columns_are_noticed():
    @analysis(
        name="half",
        title="Half",
        takes=Takes.COUNTS,
        columns={"half": Column("trials", "half the counts")},
        cost="none",
        source="this test",
        known=lambda: KnownAnswer("a half of 4 is 2", ([4.0],), {"half": [2.0]}),
    )
    def half(counts, name="half"):
        return {name: np.asarray(counts) / 3}

    (sentence,) = record_of(half).check()
    assert sentence.startswith("half: half is [1.3")
    with pytest.raises(L2LError, match="gave the columns third, but declares half"):
        record_of(half).table([4.0], name="third")


def test_names_are_found_without_importing_an_analysis():
    code = (
        "import sys; from l2l_engine.analysis import registry; registry.names();"
        "print([m for m in ('scipy', 'tensorflow', 'l2l_engine.analysis.vector_field')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_named_in_one_sentence():
    with pytest.raises(L2LError, match="no analysis 'magic': choose one of exponential-fit"):
        registry.find("magic")


def test_the_document_lists_every_analysis_as_declared():
    # after a change: python -c "from l2l_engine.analysis import registry; print(registry.markdown())"
    assert registry.markdown() in DOCUMENT.read_text(encoding="utf-8")


def test_the_documents_examples_run_as_they_stand(capsys):
    text, _, _ = DOCUMENT.read_text(encoding="utf-8").partition("## An analysis of your own")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    space = {}
    for block in blocks:
        exec(block, space)
    assert len(blocks) == 3
    assert space["alike"]["procrustes"] == pytest.approx([0.0], abs=1e-6)


def test_the_documents_own_analysis_works(data):
    code = DOCUMENT.read_text(encoding="utf-8").split("## An analysis of your own")[1]
    space = {}
    exec(code.split("```python")[1].split("```")[0], space)
    record = record_of(space["mean_rate"])
    assert record.check() == []
    assert set(running.run(record, data)["problem"]) == {1, 3, 4}


def test_pairs_are_of_what_each_problem_started_from(data):
    """In a protocol a problem may start from any network before it."""
    record = registry.find("recurrent-change")
    started = dataclasses.replace(data, started_from=np.array([-1, 0, 0, 0]))
    found = running.run(record, started)
    assert found["problem"].tolist() == [3, 4]  # the second was not saved
    size = np.linalg.norm(data.weights[3].recurrent - data.weights[0].recurrent)
    assert found["norm"][1] == pytest.approx(size)


def test_a_network_is_analysed_with_the_parameters_that_its_stage_changed(data):
    record = registry.find("lyapunov")
    slower = data.config.replace(tau=2 * data.config.tau)
    usual = running.run(record, data)
    other = running.run(record, dataclasses.replace(data, configs={2: slower}))
    name = next(name for name, values in usual.items() if (values != other[name]).any())
    differs = np.unique(usual["problem"][usual[name] != other[name]])
    assert differs.tolist() == [3]


def test_a_parameter_that_the_function_does_not_take_is_refused_where_it_is_declared():
    declare = analysis(
        name="x", title="X", takes=Takes.COUNTS, columns={}, cost="none", source="", known=lambda: None,
        parameters=(Parameter("window", "Window"),),
    )  # fmt: skip
    with pytest.raises(L2LError, match="'x' declares window, which it does not take"):
        declare(lambda counts: {})
