"""The numbers of each figure: the published ones from published files, ours as analysed."""

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from l2l_engine import figures, shipped
from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.analysis.vector_field import decompose
from l2l_engine.config import RunType
from l2l_engine.figures import figure_6, wording
from l2l_engine.figures.changes import Changes
from l2l_engine.storage.published import export_published, import_published
from l2l_engine.storage.session import Session


@pytest.fixture(scope="module")
def published(reference):
    return reference / "published"


@pytest.fixture(scope="module")
def networks(published):
    return figures.load([published / f"f5And6_seed_{seed}.mat" for seed in range(5)])


def test_figure_1_gives_the_published_fits(published, networks):
    expected = loadmat(published / "f1_perfFit.mat")
    fits = figures.make(1, networks).numbers.fits
    np.testing.assert_allclose(fits.time_constants, expected["TC"][0, :5], rtol=1e-4)
    np.testing.assert_allclose(fits.asymptotes, expected["AS"][0, :5], rtol=1e-4)
    np.testing.assert_allclose(fits.amplitudes, expected["SC"][0, :5], rtol=1e-4)


def test_figure_1_shows_each_published_network_once_among_ten_fits(published):
    made = figures.make(1, figures.load([published]))
    assert len(made.numbers.fits.names) == 10
    # science: 37.9 +- 16.1 problems and 22.7 +- 2.8 trials over the ten networks
    assert made.numbers.fits.time_constants.mean() == pytest.approx(37.9, abs=0.05)
    assert made.numbers.fits.time_constants.std(ddof=1) == pytest.approx(16.1, abs=0.05)
    assert made.numbers.fits.asymptotes.mean() == pytest.approx(22.7, abs=0.05)
    assert "d, e, Exponential fits from problem 2 on, n = 10" in made.caption


def test_figure_1_is_drawn_from_the_published_fits_alone(published):
    made = figures.make(1, figures.load([published / "f1_perfFit.mat"]))
    assert made.caption == "Fits of 10 published networks, problems 2–1001."
    assert made.picture(dpi=50).startswith(b"\x89PNG")


def test_figure_5_gives_the_published_group_means_and_dimensionalities(published, networks):
    numbers = figures.make(5, networks).numbers
    for place in range(5):
        found = loadmat(published / f"f5And6_seed_{place}.mat")
        np.testing.assert_allclose(
            numbers.sizes[place], np.abs(found["VFC_sum"]), rtol=1e-12, err_msg=str(place)
        )
        for ours, parts, total in (
            (numbers.within, "dims_SingProb_sum", "dimsT_SingProb_sum"),
            (numbers.across, "dims_SingEp", "dimsT_SingEp"),
        ):
            np.testing.assert_array_equal(ours[place, :, 0], found[parts][:, 0, 0])
            np.testing.assert_array_equal(ours[place, :, 1], found[parts][:, 0, 1])
            np.testing.assert_array_equal(ours[place, :, 2], found[parts][:, 1, 0])
            np.testing.assert_array_equal(ours[place, :, 3], found[total][:, 0])


def test_figure_6_gives_the_published_correlations(published, networks):
    expected = loadmat(published / "f5And6_All.mat")["corrs"]
    made = figures.make(6, networks)
    np.testing.assert_allclose(made.numbers.correlations.values, expected[:5], rtol=1e-6)
    together = figures.make(6, figures.load([published])).numbers
    np.testing.assert_array_equal(together.correlations.values, expected)
    assert len(together.explained) == 5
    assert 0.62 - 0.005 <= together.explained.min() <= together.explained.max() <= 0.80 + 0.005


def test_figure_6_puts_the_weight_change_on_the_x_axis(networks):
    made = figures.make(6, networks)
    axes = next(panel for panel in made.figure().axes if "‖ΔW‖" in panel.get_xlabel())
    assert axes.get_ylabel() == "Trials to criterion"
    x, y = axes.lines[0].get_data()
    np.testing.assert_array_equal(x, made.numbers.recurrent[0][:500])
    np.testing.assert_array_equal(y, made.numbers.counts[0][:500])


def test_figure_1_leaves_failed_problems_out_and_says_so(run):
    made = figures.make(1, figures.load([run(problems=8, failed=(3, 4))]))
    assert "2 problems were not learned and are left out." in made.caption
    assert made.numbers.boxes[0].mean == pytest.approx(np.mean([99, 98, 95, 94, 93]))


def test_figure_6_draws_the_published_example_beside_ones_own(published):
    ours = shipped.data(shipped.RESULTS) / "full_seed0.results.h5"
    made = figures.make(6, figures.load([ours, published / "f5And6_seed_0.mat"]))
    examples = [made.numbers.names[place] for place in made.numbers.examples]
    assert examples == ["full_seed0", "published seed 0"]
    assert "Each problem of full_seed0 and published seed 0." in made.caption
    drawn = [len(line.get_xdata()) for line in made.figure().axes[3].lines]
    assert drawn == [500, 500, 500, 500]
    alone = figures.make(6, figures.load([published / "f5And6_seed_0.mat"]))
    assert alone.numbers.examples == (0,)


def test_figure_1_has_boxes_of_the_example_and_of_all_and_a_page_for_each_fit(run, tmp_path):
    made = figures.make(1, figures.load([run("a", 54), run("b", 40, seed=1)]))
    a, b = made.numbers.counts
    assert made.numbers.example_boxes[0].mean == pytest.approx(a[1:51].mean())
    assert made.numbers.boxes[0].mean == pytest.approx(np.concatenate([a[1:51], b[1:51]]).mean())
    written = {path.name for path in made.save(tmp_path / "figures", ["pdf"])}
    assert {"figure_1.pdf", "figure_1_page_1.pdf", "figure_1_page_2.pdf"} <= written
    first, second = made.pages()
    for page, fit in ((first, made.numbers.fitted[0]), (second, made.numbers.fitted[1])):
        linear, log = page.axes
        assert (linear.get_yscale(), log.get_yscale()) == ("linear", "log")
        np.testing.assert_allclose(log.lines[2].get_ydata()[0], fit(np.zeros(1))[0])


def test_figure_1_without_enough_problems_has_no_fit_and_says_why(run):
    made = figures.make(1, figures.load([run()]))
    assert made.numbers.fit is None
    texts = [text.get_text() for axes in made.figure().axes for text in axes.texts]
    assert any("31 learned" in text.replace("\n", " ") for text in texts)


def test_figure_2_takes_problems_2_to_51_of_the_first_network(run):
    made = figures.make(2, figures.load([run("a", 54), run("b", 6, seed=1)]))
    assert made.numbers.network == "a"
    np.testing.assert_array_equal(made.numbers.problems, np.arange(2, 52))
    assert [part.trajectories.shape[:2] for part in made.numbers.parts] == [
        (50, 1),
        (50, 2),
        (50, 2),
    ]
    assert "(the paper" not in made.caption


def test_figure_2_parts_add_up_to_the_network_of_one_problem(run):
    """With one problem the means are its own currents: the parts sum to s_t W_out."""
    from l2l_engine.network import simulate
    from l2l_engine.storage.session import Session

    path = run(problems=2)
    numbers = figures.make(2, figures.load([path])).numbers
    with Session.open(path) as session:
        weights = session.weights([1]).astype(np.float64)
        states = simulate(weights, session.stimuli[1:], session.config)
    whole = (states @ weights.output[:, None])[0, :, :, :2]
    every = round(10 / session.config.dt)  # 2.5 steps to the even one
    found = sum(part.current for part in numbers.parts)
    np.testing.assert_allclose(found, whole[:, every - 1 :: every], atol=1e-10)
    np.testing.assert_allclose(numbers.current_times[0], every * session.config.dt)


def test_figure_3_takes_the_perturbed_problems_and_problem_1(run):
    kinds = {RunType.ControlManifPert: 8, RunType.DSManifPert: 7, RunType.SSManifPert: 8}
    paths = [
        run(f"{kind.value}{seed}", problems, run_type=kind, seed=seed, failed=(4,))
        for kind, problems in kinds.items()
        for seed in (0, 1)
    ]
    made = figures.make(3, figures.load(paths))
    numbers = made.numbers
    assert numbers.seeds == (0, 1)
    np.testing.assert_array_equal(numbers.first_problem, [100, 101])
    control, ds, ss = numbers.conditions
    # problems 4 on are perturbed (baseline 3), problem 5 failed
    np.testing.assert_allclose(
        control.means, [np.mean([97, 95, 94, 93]), np.mean([98, 96, 95, 94])]
    )
    np.testing.assert_allclose(ds.means[0], np.mean([97, 95, 94]))
    assert ss.run_type is RunType.SSManifPert
    assert "6 perturbed problems were not learned" in made.caption
    rows = made.tables()["problems"]
    assert set(rows["moved_directions"]) <= {0, 2, 3, 4}  # no permutation moves one direction alone
    assert not np.concatenate(control.moved).any()  # Control draws permutations and applies none
    assert rows["problem"][:5] == [4, 5, 6, 7, 8]


def test_figure_3_leaves_unknown_permutations_of_imported_runs_unknown(run, tmp_path):
    paths = []
    for kind in (RunType.ControlManifPert, RunType.SSManifPert):
        folder = export_published(run(kind.value, run_type=kind), tmp_path / kind.value)
        paths.append(import_published(folder, tmp_path / f"again-{kind.value}.h5"))
    made = figures.make(3, figures.load(paths))
    control, _, ss = made.numbers.conditions
    assert control.moved[0].tolist() == [0, 0, 0]
    assert np.isnan(ss.moved[0]).all()
    assert "The permutations of 3 perturbed problems of imported runs are unknown" in made.caption
    assert made.picture(dpi=50)


def test_figure_3_compares_the_same_seeds_in_every_column(run):
    kinds = {RunType.ControlManifPert: (0, 1), RunType.DSManifPert: (1, 2)}
    paths = [
        run(f"{kind.value}{seed}", 6, run_type=kind, seed=seed)
        for kind, seeds in kinds.items()
        for seed in seeds
    ]
    made = figures.make(3, figures.load([*paths, run("whole", 6, seed=7)]))
    assert "a and b compare seed 1." in made.caption
    linear, log = made.figure().axes[:2]
    assert (linear.get_yscale(), log.get_yscale()) == ("linear", "log")
    points = [line for line in linear.lines if line.get_marker() == "o"]
    heights = [line.get_ydata().tolist() for line in points]
    assert heights == [[101.0], [pytest.approx(np.mean([98, 97, 96]))], [pytest.approx(97)]]
    assert "Control\n(frozen\nreadout)" in [text.get_text() for text in linear.get_xticklabels()]


def test_figure_2_shows_each_part_on_its_own_scale(run):
    below = figures.make(2, figures.load([run(problems=4)])).figure().axes[3:9]
    limits = [axes.get_ylim() for axes in below]
    assert limits[:3] == limits[3:]
    assert len(set(limits[:3])) == 3


def test_figure_3_with_one_condition_draws_it_and_counts_the_others_as_none(run):
    made = figures.make(3, figures.load([run(problems=6, run_type=RunType.DSManifPert)]))
    assert "Control 0, D→S 1, S→S 0" in made.caption
    assert made.picture(dpi=50)


def test_figure_4_decomposes_what_learning_one_problem_changed(run, tmp_path):
    path = run(problems=8)
    made = figures.make(4, figures.load([path]))
    numbers = made.numbers
    with Session.open(path) as session:
        pair, stimuli = session.weights(slice(6, 8)), session.stimuli[7:8]
    change = decompose(pair[:1], pair[1:], stimuli, numbers.config)
    assert numbers.problem == 8  # the thirtieth, or the last
    np.testing.assert_allclose(numbers.total, change.total[0])
    np.testing.assert_allclose(numbers.weight_parallel + numbers.state_parallel, numbers.total)
    norms = np.linalg.norm(change.weight_perpendicular[0], axis=-1)
    np.testing.assert_allclose(numbers.perpendicular, norms, atol=1e-12)
    *vectors, _, across = made.figure().axes
    assert [axes.get_title().split(",")[0] for axes in vectors] == ["sample", "delay", "response"]
    middle = round(numbers.config.sample_ms / 2 / numbers.config.dt) - 1
    drawn = {text.get_text(): text.xy for text in vectors[0].texts}
    weight = (numbers.weight_parallel[0, middle], numbers.perpendicular[0, middle])
    np.testing.assert_allclose(drawn["W"], weight)
    np.testing.assert_array_equal(across.lines[0].get_ydata(), numbers.perpendicular[0])
    rows = (made.save(tmp_path, ["svg"])[-1]).read_text().splitlines()
    assert rows[1].startswith("# units: time_ms (ms), total_size (a.u. per step)")


def test_figure_4_says_what_it_needs(run):
    with pytest.raises(figures.LackingError, match="were not saved"):
        figures.make(4, figures.load([run(problems=8, missing=(7,))]))
    with pytest.raises(figures.LackingError, match="2 are needed"):
        figures.make(4, figures.load([run("short", problems=1)]))


def test_figure_7_needs_the_first_networks(run):
    with pytest.raises(figures.LackingError, match="lacks the network of problem 1 or 2"):
        figures.make(7, figures.load([run(missing=(1,))]))


def test_seeds_are_named_in_spans():
    assert wording.seeds([4]) == "seed 4"
    assert wording.seeds([0, 1, 2, 4, 7, 8]) == "seeds 0–2, 4, 7–8"


def test_a_shorter_last_group_is_not_compared_in_dimensions(run, monkeypatch):
    made = figures.make(5, figures.load([run(problems=56)]))
    assert np.isfinite(made.numbers.across[0, 0]).all()
    assert np.isnan(made.numbers.across[0, 1]).all()
    assert "The last group holds 5 problems." in made.caption


@pytest.fixture(scope="module")
def legacy_run(reference, tmp_path_factory):
    target = tmp_path_factory.mktemp("legacy") / "legacy.h5"
    return import_published(reference / "legacy_run", target)


def test_figures_5_and_6_of_the_legacy_run_are_the_authors(reference, legacy_run):
    expected = np.load(reference / "authors_scripts/figures_5_6_legacy_run.npz")
    made = figures.make(5, figures.load([legacy_run]))
    numbers = made.numbers
    np.testing.assert_allclose(numbers.sizes[0, 0], np.abs(expected["VFC_sum"][0]), rtol=1e-6)
    within = expected["dims_SingProb"].mean(axis=0)
    np.testing.assert_allclose(
        numbers.within[0, 0],
        [within[0, 0], within[0, 1], within[1, 0], expected["dimsT_SingProb"].mean()],
        rtol=1e-6,
    )
    across = expected["dims_SingEp"][0]
    np.testing.assert_allclose(
        numbers.across[0, 0],
        [across[0, 0], across[0, 1], across[1, 0], expected["dimsT_SingEp"][0, 0]],
        rtol=1e-6,
    )
    assert np.isnan(numbers.across[0, 1]).all()  # 9 of its 42 problems have a network
    assert "33 problems are left out because their networks were not saved." in made.caption
    recurrent = figures.make(6, figures.load([legacy_run])).numbers.recurrent[0]
    np.testing.assert_allclose(recurrent[:50], expected["VFC"][:, 3], rtol=1e-6)


def test_figure_2_of_the_legacy_run_is_the_authors(reference, legacy_run):
    found = np.load(reference / "authors_scripts/figure_2_legacy_run.npz")["output_currents"]
    numbers = figures.make(2, figures.load([legacy_run])).numbers
    for part, expected in zip(numbers.parts, found, strict=True):
        for stimulus in range(2):
            # the mean decision, the same for both stimuli, is there once
            first = 50 if stimulus == 1 and part.name != "mean decision" else 0
            trials = expected[:2, first : first + 50]  # output, problem, every 10 ms from 10 ms
            np.testing.assert_allclose(
                part.current[stimulus].T, trials.mean(axis=1), rtol=1e-4, atol=1e-5
            )
            error = trials.std(axis=1, ddof=1) / np.sqrt(50)
            np.testing.assert_allclose(part.current_sem[stimulus].T, error, rtol=1e-4, atol=1e-5)


def _write_published_accumulation(path, networks=2, problems=60):
    """Invented numbers with the shape of the published ones: change = lag, suppression = problem."""
    lag = np.arange(1.0, problems + 1)
    change = np.where(lag <= lag[:, None], lag, np.nan) * np.ones((networks, 8, 1, 1))
    suppression = np.broadcast_to(np.arange(problems), (2, networks, 8, problems)).astype(float)
    savemat(path, {"cVFC_mag": change, "cVFC_sup": suppression})


def test_figure_7_is_drawn_from_the_published_accumulation(tmp_path):
    _write_published_accumulation(tmp_path / "f7.mat")
    made = figures.make(7, figures.load([tmp_path / "f7.mat"]))
    (authors,) = made.numbers.sets
    np.testing.assert_allclose(authors.by_lag[0, 0, :50], np.arange(1, 51))
    np.testing.assert_allclose(authors.by_lag[0, 1, :60], np.arange(1, 61))
    assert np.isnan(authors.by_lag[:, 2:]).all()
    np.testing.assert_allclose(authors.own[0, 1], [1, 1])
    np.testing.assert_allclose(authors.from_first[0, 1], [25.5, 55.5])
    assert np.isnan(authors.own[:, 0]).all()
    np.testing.assert_allclose(authors.suppression[0, 1, :, 3], [24.5, 54.5])
    assert "2 published networks" in made.caption
    assert made.picture(dpi=40)


def test_figure_7_shows_the_published_networks_beside_ours(run, tmp_path):
    _write_published_accumulation(tmp_path / "f7.mat")
    made = figures.make(7, figures.load([run(), tmp_path / "f7.mat"]))
    ours, authors = made.numbers.sets
    assert (ours.published, authors.published) == (False, True)
    table = made.tables()["groups"]
    assert {"run", "published 0", "published 1"} == set(table["network"])
    assert made.picture(dpi=40)


def test_figure_7_says_what_net_suppression_leaves_open(run):
    caption = figures.make(7, figures.load([run()])).caption
    assert "larger is more" in caption
    assert "whether they oppose each other is not shown" in caption


def test_figure_6_explains_the_500_problems_after_the_first(run, monkeypatch):
    random = np.random.RandomState(0)
    counts, table = random.uniform(10, 99, 503), random.normal(size=(503, 9))
    recurrent = table[:, COLUMNS.index("recurrent")]
    recurrent[499], counts[499] = 9.0, 700.0  # the last that counts
    recurrent[500], counts[500] = -9.0, 900.0  # the first that does not
    changes = Changes(counts, table, np.full((11, 4), np.nan), np.full((11, 4), np.nan))
    monkeypatch.setattr(figure_6, "vector_field", lambda found, _: [(found[0], changes)])
    made = figures.make(6, figures.load([run(problems=3)]))
    expected = np.corrcoef(recurrent[:500], counts[:500])[0, 1] ** 2
    np.testing.assert_allclose(made.numbers.explained, [expected])
