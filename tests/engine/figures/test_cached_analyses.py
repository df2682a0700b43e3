"""Analyses behind figures: computed once, again where something changed, and cancellable."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from l2l_engine import figures
from l2l_engine.analysis import parallel
from l2l_engine.analysis.accumulation import PERPENDICULAR, accumulation
from l2l_engine.analysis.vector_field import vector_field_change
from l2l_engine.figures import analyses
from l2l_engine.storage.session import Session


@pytest.fixture
def computed(monkeypatch):
    """The size of each piece that is computed, one after another."""
    seen = []
    monkeypatch.setattr(parallel, "THREADS", 1)
    for name in ("vector_field_change", "accumulation", "representations"):
        function = getattr(analyses, name)

        def counted(*args, name=name, function=function, **options):
            seen.append((name, len(args[0])))
            return function(*args, **options)

        monkeypatch.setattr(analyses, name, counted)
    return seen


@pytest.fixture
def groups_of_three(monkeypatch):
    monkeypatch.setattr(analyses, "GROUP", 3)


def sizes(path, **options):
    return figures.make(5, figures.load([path], **options)).numbers.sizes


def test_what_is_cached_is_what_the_analysis_gives(run):
    path = run()
    found = figures.make(6, figures.load([path])).numbers
    with Session.open(path) as session:
        weights, stimuli = session.weights(slice(None)), session.stimuli
        expected = vector_field_change(weights[:-1], weights[1:], stimuli[1:], session.config)
    np.testing.assert_allclose(found.sizes[0, 0], expected.table().mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(found.recurrent[0], expected.recurrent)


def test_a_second_time_nothing_is_computed(run, computed):
    path = run()
    first = sizes(path)
    assert computed == [("vector_field_change", 5)]
    np.testing.assert_array_equal(sizes(path), first)
    assert len(computed) == 1


def test_recompute_does_not_look_at_what_is_cached(run, computed):
    path = run()
    sizes(path)
    sizes(path, recompute=True)
    assert len(computed) == 2


def test_only_the_groups_that_grew_are_computed(run, grow, computed, groups_of_three):
    path = run(problems=6)
    sizes(path)
    assert computed == [("vector_field_change", 3), ("vector_field_change", 2)]
    grow(path, range(6, 9))
    computed.clear()
    sizes(path)
    assert computed == [("vector_field_change", 3), ("vector_field_change", 2)]
    computed.clear()
    sizes(path)
    assert computed == []


def test_a_changed_network_makes_its_group_computed_anew(run, computed, groups_of_three):
    path = run(problems=7)
    before = sizes(path)
    computed.clear()
    with h5py.File(path, "r+") as file:
        file["problems/weights/recurrent"][6] *= 1.1
    after = sizes(path)
    assert computed == [("vector_field_change", 3)]
    assert not np.array_equal(before, after)


def test_a_damaged_cache_is_computed_anew(run, computed):
    path = run()
    first = sizes(path)
    cache = path.parent / "results/run.results.h5"
    with h5py.File(cache, "r+") as file:
        place = next(iter(file["analyses/vector_field"].values()))
        place["table"][0] = 99.0
    np.testing.assert_array_equal(sizes(path), first)
    cache.write_bytes(b"no HDF5 file at all")
    np.testing.assert_array_equal(sizes(path), first)
    assert len(computed) == 3


def test_an_unwritable_folder_is_no_hindrance(run, computed, cache_folder):
    path = run()
    (path.parent / "results").write_text("a file in the way")
    first = sizes(path)
    np.testing.assert_array_equal(sizes(path), first)
    assert len(computed) == 1
    assert len(list(cache_folder.rglob("run.results.h5"))) == 1


def test_a_cancelled_analysis_goes_on_where_it_stopped(run, computed, groups_of_three):
    path = run(problems=10)

    def cancel(fraction):
        if fraction > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        figures.make(7, figures.load([path]), cancel)
    assert [networks for _, networks in computed][:2] == [4, 7]
    computed.clear()
    figures.make(7, figures.load([path]))
    assert [networks for _, networks in computed] == [7, 10]


@pytest.mark.parametrize("number", [1, 2, 5, 6, 7])
def test_progress_rises_to_one(run, number):
    reports = []
    figures.make(number, figures.load([run("a"), run("b", seed=1)]), reports.append)
    assert reports == sorted(reports)
    assert reports[-1] == 1.0


def test_gaps_among_the_networks_leave_gaps_in_the_numbers(run):
    made = figures.make(6, figures.load([run(problems=8, missing=(3,))]))
    np.testing.assert_array_equal(
        np.isnan(made.numbers.recurrent[0]), [False, False, True, True, False, False, False]
    )
    assert np.isfinite(made.numbers.sizes).all()


def test_accumulation_ends_at_the_first_gap_and_says_so(run):
    made = figures.make(7, figures.load([run(problems=8, missing=(5,))]))
    assert "problems 2–5 (the paper: 2–501)" in made.caption


def test_accumulation_by_group_is_that_of_the_whole(run, groups_of_three):
    path = run(problems=8)
    found = figures.make(7, figures.load([path])).numbers.sets[0]
    with Session.open(path) as session:
        whole = accumulation(session.weights(slice(None)), session.stimuli, session.config)
    perpendicular = whole.magnitude.mean(axis=1)[PERPENDICULAR]
    for lag in range(1, 8):  # all seven problems are of the group 2-51
        since = [perpendicular[place, place + 1 - lag] for place in range(lag - 1, 7)]
        assert found.by_lag[0, 0, lag - 1] == pytest.approx(np.mean(since), rel=1e-5)
    assert np.isnan(found.by_lag[0, 1:]).all()
    np.testing.assert_allclose(
        found.suppression[0].mean(axis=-1), whole.grouped_suppression(3), rtol=1e-6
    )
    own = whole.magnitude.mean(axis=1)[:, range(7), range(7)]
    np.testing.assert_allclose(found.own[0, :, 0], own[:, :3].mean(axis=1), rtol=1e-5)
    since = whole.magnitude.mean(axis=1)[:, :, 0]
    np.testing.assert_allclose(found.from_first[0, :, 0], since[:, :3].mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize(("learned", "last"), [(501, 501), (502, 501), (500, 500), (499, 499)])
def test_accumulation_is_over_the_500_problems_after_the_first(learned, last):
    """Which pieces are computed follows from the run's summary; nothing is computed here."""
    summary = SimpleNamespace(available=[True] * learned)
    pieces = analyses._accumulation_pieces(SimpleNamespace(summary=summary))
    assert pieces[0].problems == range(51)
    assert pieces[-1].problems == range(last)
    assert len(pieces) == 10
