"""What figures accept, what they refuse and in which words."""

import os
import shutil

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from l2l_engine import figures
from l2l_engine.config import L2LError, RunType
from l2l_engine.figures.sources import NetworkSource
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.published.names import PublishedError


def test_a_session_of_another_size_is_refused_by_what_differs(run):
    sources = figures.load([run("a"), run("b", units=16)])
    with pytest.raises(L2LError, match=r"a\.h5 and b\.h5 .* units is 12 in one and 16"):
        figures.make(1, sources)


@pytest.mark.parametrize(
    ("change", "said"), [({"tau": 80.0}, "tau is 40"), ({"l2_rate": 0.0}, "l2_rate is 0.0005")]
)
def test_a_session_of_another_configuration_is_refused_by_what_differs(run, change, said):
    with pytest.raises(L2LError, match=said):
        figures.make(5, figures.load([run("a"), run("b", **change)]))


def test_seeds_and_lengths_may_differ(run):
    made = figures.make(1, figures.load([run("a"), run("b", 4, seed=1)]))
    assert "n = 2 networks (seeds 0–1; the paper: 10)" in made.caption
    assert "problems 2–4 to 6 (the paper: 2–1001)" in made.caption


def test_sessions_and_published_networks_of_unlike_size_do_not_mix(run, reference):
    published = reference / "published/f5And6_seed_0.mat"
    with pytest.raises(L2LError, match="units is 12 in one and 100 in the other"):
        figures.make(1, figures.load([run(), published]))


@pytest.mark.parametrize("number", [1, 2, 5, 6, 7])
def test_without_a_learned_problem_it_says_what_to_do(run, number):
    with pytest.raises(figures.LackingError, match=r"run\.h5 has no learned.*l2l-train --resume"):
        figures.make(number, figures.load([run(problems=0)]))


@pytest.mark.parametrize("number", figures.REGISTRY)
def test_without_any_source_it_says_what_to_do(number):
    with pytest.raises(figures.LackingError, match=f"Figure {number} needs .* train"):
        figures.make(number, [])


def test_perturbation_runs_without_perturbed_problems_do_not_suffice(run):
    path = run(problems=3, run_type=RunType.SSManifPert)
    with pytest.raises(figures.LackingError, match="l2l-sweep"):
        figures.make(3, figures.load([path]))


def test_the_same_network_given_twice_counts_once(run):
    short, whole = run("short", 4), run("whole", 6)
    figures.make(1, figures.load([whole]))
    results = whole.parent / "results/whole.results.h5"
    sources = figures.load([short, results, whole, whole])
    assert [source.path for source in sources] == [whole]


def test_a_folder_stands_for_the_sessions_in_it(run, tmp_path):
    run("b", seed=1)
    run("a")
    (tmp_path / "notes.txt").write_text("not a session")
    assert [source.name for source in figures.load([tmp_path])] == ["a", "b"]


def test_a_folder_without_any_says_what_to_do(tmp_path):
    with pytest.raises(L2LError, match="l2l-convert"):
        figures.load([tmp_path])


def test_a_file_that_is_no_source_is_refused_in_a_sentence(tmp_path):
    text = tmp_path / "notes.h5"
    text.write_text("not a session")
    with pytest.raises(SessionError, match="not an HDF5 file"):
        figures.load([text])
    with pytest.raises(SessionError, match="does not exist"):
        figures.load([tmp_path / "missing.h5"])


def test_other_matlab_files_are_refused_by_name(tmp_path):
    path = tmp_path / "other.mat"
    savemat(path, {"x": 1.0})
    with pytest.raises(PublishedError, match=r"other\.mat is none of the published"):
        figures.load([path])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.pop("VFC"), "lacks the variable VFC"),
        (lambda found: found.update(VFC=np.ones((1000, 8))), "VFC has the shape"),
        (lambda found: found.update(C=np.ones((7, 1))), "C has 7 rows and VFC 1000"),
    ],
)
def test_a_published_file_with_something_wrong_is_refused_by_its_field(
    reference, tmp_path, change, said
):
    name = "f5And6_seed_0.mat"
    found = {k: v for k, v in loadmat(reference / "published" / name).items() if k[0] != "_"}
    change(found)
    savemat(tmp_path / name, found)
    with pytest.raises(PublishedError, match=said):
        figures.load([tmp_path / name])


def test_a_cut_off_published_file_is_refused(reference, tmp_path):
    content = (reference / "published/f5And6_seed_0.mat").read_bytes()
    (tmp_path / "f5And6_seed_0.mat").write_bytes(content[:5000])
    with pytest.raises(PublishedError, match="damaged"):
        figures.load([tmp_path / "f5And6_seed_0.mat"])


def test_results_stand_for_a_session_that_is_elsewhere(run, tmp_path):
    path = run()
    from_session = {
        number: figures.make(number, figures.load([path])).tables() for number in (1, 2, 5, 6, 7)
    }
    alone = shutil.move(path.parent / "results/run.results.h5", tmp_path / "run.results.h5")
    path.unlink()
    sources = figures.load([alone])
    for number, tables in from_session.items():
        found = figures.make(number, sources).tables()
        assert found.keys() == tables.keys()
        for name, table in tables.items():
            for column, values in table.items():
                np.testing.assert_array_equal(found[name][column], values)


def test_results_without_an_analysis_say_what_to_give(run):
    path = run()
    figures.make(1, figures.load([path]))
    results = path.parent / "results/run.results.h5"
    path.unlink()
    with pytest.raises(figures.LackingError, match=r"'vector_field': give the session"):
        figures.make(5, figures.load([results]))


def test_results_without_an_analysis_are_left_out_where_others_have_it(run):
    whole, bare = run("whole"), run("bare", seed=1)
    figures.make(5, figures.load([whole]))
    figures.make(1, figures.load([bare]))
    whole.unlink()
    bare.unlink()
    sources = figures.load([whole.parent / "results"])
    assert "n = 1 network (seed 0;" in figures.make(5, sources).caption
    assert "n = 2 networks" in figures.make(1, sources).caption


def test_damaged_results_given_as_a_source_are_refused(run):
    path = run()
    figures.make(1, figures.load([path]))
    results = path.parent / "results/run.results.h5"
    with h5py.File(results, "r+") as file:
        file["run/trials_to_criterion"][0] = 7
    with pytest.raises(SessionError, match="damaged"):
        figures.load([results])


def test_a_session_being_written_can_be_drawn(run):
    from l2l_engine.storage.writer import SessionWriter

    path = run()
    with SessionWriter.resume(path):
        sources = figures.load([path])
        assert isinstance(sources[0], NetworkSource)
        assert figures.make(5, sources).numbers.sizes.shape == (1, 1, 9)


def accumulation(problems=6, networks=2):
    """What f7.mat holds: the change since the problem ``lag`` before, for as many as there are."""
    change = np.full((networks, 8, problems, problems), np.nan)
    for problem in range(problems):
        for lag in range(problem + 1):
            change[:, :, problem, lag] = problem + lag / 100
    return {"cVFC_mag": change, "cVFC_sup": np.ones((2, networks, 8, problems))}


@pytest.mark.parametrize("packed", [False, True])
def test_the_published_accumulation_is_read_as_it_is(tmp_path, packed):
    stored = accumulation()
    savemat(tmp_path / "f7.mat", stored, do_compression=packed)
    (found,) = figures.load([tmp_path])
    assert found.networks == 2
    np.testing.assert_array_equal(found.change, stored["cVFC_mag"])
    np.testing.assert_array_equal(found.suppression, stored["cVFC_sup"])
    with pytest.raises(figures.LackingError):  # it has no network to draw the others from
        figures.make(1, [found])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cVFC_mag": np.ones((2, 8, 6))}, "cVFC_mag has the shape"),
        ({"cVFC_mag": np.ones((2, 8, 6, 5))}, "do not fit together"),
        ({"cVFC_sup": np.ones((3, 2, 8, 6))}, "cVFC_sup has the shape"),
        ({"cVFC_sup": np.ones((2, 2, 8, 7))}, "do not fit together"),
    ],
)
def test_an_accumulation_that_does_not_fit_together_is_refused(tmp_path, change, said):
    savemat(tmp_path / "f7.mat", {**accumulation(), **change})
    with pytest.raises(PublishedError, match=said):
        figures.load([tmp_path / "f7.mat"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_called_like_a_published_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "f1_perfFit.mat")
    with pytest.raises(PublishedError, match="it is a pipe or a device and not a file"):
        figures.load([tmp_path / "f1_perfFit.mat"])


def test_networks_of_unlike_noise_do_not_mix(run):
    paths = [run("quiet", sigma_rec=0.0), run("noisy", sigma_rec=0.05)]
    with pytest.raises(L2LError, match=r"sigma_rec is 0 in one and 0\.05 in the other"):
        figures.make(1, figures.load(paths))
