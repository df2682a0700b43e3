"""Figures that are made from tables of studies, and the tables themselves as files."""

import csv

import numpy as np
import pytest

from l2l_engine import figures, shipped
from l2l_engine.analysis.record import Column
from l2l_engine.commands import figures as command
from l2l_engine.config import L2LError
from l2l_engine.figures import compose, study_numbers, study_table
from l2l_engine.figures.study_table import StudyTable

SEEDS = (0, 1, 2)


def write(folder, name, **columns):
    about = {key: Column("trials" if "trials" in key else "", key) for key in columns}
    path = folder / f"{name}.csv"
    path.write_text(study_table.text(name, columns, about, ["made up for a test"]))
    return path


def grid(*axes):
    """Every combination as columns."""
    return [column.ravel() for column in np.meshgrid(*axes, indexing="ij")]


@pytest.fixture
def tables(tmp_path):
    """A folder with the tables of every study, of three made-up networks."""
    random = np.random.RandomState(0)
    folder = tmp_path / "tables"
    folder.mkdir()
    warm_up, seed, number, stage = grid((50, 500), SEEDS, range(1, 5), range(4))
    similarity = np.where(stage == 0, 1.0, 1.0 - 0.1 * stage)
    write(
        folder,
        "revisit_problems",
        warm_up=warm_up,
        seed=seed,
        set=number,
        stage=np.array(figures.figure_revisit.STAGES)[stage],
        problem=warm_up + 4 * (number - 1) + stage + 1,
        trials=1000.0 * (1 - similarity) + 1,
        similarity_0=similarity,
        similarity_1=similarity,
    )
    warm_up, seed = grid((50, 500), SEEDS)
    angles = {f"angle_{k}_rad": np.full(len(seed), 0.1 * k) for k in range(1, 5)}
    write(folder, "revisit_networks", warm_up=warm_up, seed=seed, **angles)
    seed, problem = grid(SEEDS, range(2, 1002))
    correct = problem % 3
    write(
        folder,
        "beyond_first_try",
        seed=seed,
        problem=problem,
        loss=2.0 - correct + 0.01 * random.rand(len(seed)),
        correct=correct,
        trials=10.0 * (3 - correct),
    )
    seed, problem = grid(SEEDS, (1, 10, 100))
    write(folder, "beyond_gradients", seed=seed, problem=problem, alignment=1.0 / problem)
    seed, problem = grid(SEEDS, (2, 3, 52, 53))
    write(folder, "beyond_ranks", seed=seed, problem=problem, rank=1.0 + seed + (problem > 50))
    seed, first, time = grid(SEEDS, (2, 52), (1500.0, 2000.0))
    share = np.where(time == 1500, 0.5, 1.0)
    write(
        folder,
        "beyond_abstraction",
        seed=seed,
        first=first,
        time=time,
        parallelism=share,
        generalisation=share,
    )
    write(
        folder,
        "beyond_likeness",
        pair=["networks", "networks", "itself"],
        run=["seed 0", "seed 0", "seed 0, early"],
        other_run=["seed 1", "seed 2", "seed 0, later"],
        procrustes=[0.5, 0.6, 0.1],
        dynamics=[0.3, 0.2, 0.1],
    )
    seed, reversal = grid(SEEDS, range(4))
    write(folder, "serial_reversal", seed=seed, reversal=reversal, trials=100.0 / (1 + reversal))
    seed, overlap = grid(SEEDS, (0.0, 0.5, 0.9))
    write(
        folder,
        "overlap",
        seed=seed,
        overlap=overlap,
        trials_first=np.full(len(seed), 30.0),
        trials_second=40 * (1 - overlap),
    )
    condition, seed, problem = grid(("blocked", "interleaved"), SEEDS, range(1, 4))
    write(
        folder,
        "mixing",
        condition=condition,
        seed=seed,
        problem=problem,
        correct=np.where(condition == "blocked", 1, 2),
    )
    condition, seed, problem = grid(("plain", "outside"), SEEDS, range(2, 6))
    write(
        folder,
        "projection",
        condition=condition,
        seed=seed,
        problem=problem,
        trials=np.where(condition == "plain", 50.0, 200.0),
    )
    return folder


@pytest.mark.parametrize("name", ["revisit", "beyond", "studies"])
def test_a_figure_is_drawn_from_a_folder_of_tables(tables, name, tmp_path, capsys):
    out = tmp_path / "out"
    assert command.main([str(tables), "--figure", name, "-o", str(out), "--format", "svg"]) == 0
    assert "seeds 0–2" in capsys.readouterr().out
    assert (out / f"figure_{name}.svg").stat().st_size > 1000
    written = list(out.glob(f"figure_{name}_*.csv"))
    assert len(written) >= 2
    for path in written:
        rows = list(csv.reader(line for line in path.open() if not line.startswith("#")))
        assert len(rows) > 1


@pytest.mark.parametrize("name", ["revisit", "beyond", "studies"])
def test_nothing_leaves_the_page(tables, name):
    figure = figures.make(name, figures.load([tables])).figure()
    with compose.styled():
        figure.draw_without_rendering()
        shown = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert shown.x0 >= -0.01
    assert shown.y0 >= -0.01
    assert shown.x1 <= width + 0.01
    assert shown.y1 <= height + 0.01


def test_revisit_has_a_regression_for_each_warm_up(tables):
    numbers = figures.make("revisit", figures.load([tables])).numbers
    assert [group.warm_up for group in numbers.groups] == [50, 500]
    for group in numbers.groups:
        assert group.together.r_squared == pytest.approx(1.0)
        assert group.together.n == 3 * 4 * 3
        assert group.over_networks.n == 3 * 3
        assert group.together.slope == pytest.approx(-1000.0)


def test_numbers_of_a_network_are_means_over_its_problems(tables):
    sources = {source.name: source for source in figures.load([tables])}
    first = study_numbers.first_try(sources["beyond_first_try"])
    assert first.trials[0, 0].tolist() == [30.0, 20.0, 10.0]
    assert first.right == pytest.approx(0.5, abs=0.02)
    assert (first.correlation > 0.9).all()
    ranks = study_numbers.ranks(sources["beyond_ranks"])
    assert ranks.at.tolist() == [2, 52]
    assert ranks.values.tolist() == [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
    mixed = study_numbers.conditions(sources["mixing"], ("blocked", "interleaved"), "correct")
    assert mixed.means.tolist() == [[1.0] * 3, [2.0] * 3]


def test_a_network_in_one_condition_only_is_left_out(tables):
    path = tables / "projection.csv"
    found = study_table.read(path)
    outside_2 = (found["condition"] == "outside") & (found["seed"] == 2)
    left = study_numbers.conditions(found.where(~outside_2), ("plain", "outside"), "trials")
    assert left.seeds == (0, 1)
    assert left.values.shape == (2, 2, 4)


def test_a_missing_table_is_said_where_its_panel_would_be(tables):
    (tables / "projection.csv").unlink()
    made = figures.make("studies", figures.load([tables]))
    assert "projection" not in made.tables()
    texts = [text.get_text() for axes in made.figure().axes for text in axes.texts]
    assert any("l2l-study" in text.replace("\n", " ") for text in texts)
    (tables / "beyond_ranks.csv").unlink()
    with pytest.raises(figures.LackingError, match="l2l-study beyond"):
        figures.make("beyond", figures.load([tables]))


def test_a_table_comes_back_as_it_was_written(tmp_path):
    path = write(tmp_path, "x", words=["a", "b, c"], whole=[1, 2], number=[0.123456789, np.nan])
    found = study_table.read(path)
    assert found["words"].tolist() == ["a", "b, c"]
    assert found["whole"].dtype.kind == "i"
    assert found["number"][0] == pytest.approx(0.123457)
    assert np.isnan(found["number"][1])
    head = path.read_text().splitlines()
    assert head[0] == "# L2L study: x"
    assert "# number: Number" in head


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seed,trials\n0,1\n", "is no table of a study"),
        ("# L2L study: x\nseed,trials\n0\n", "cut off or damaged"),
        ("# L2L study: x\nseed,trials\n", "cut off or damaged"),
        ("# L2L study: x\nseed,seed\n1,2\n", "cut off or damaged"),
        ("", "is no table of a study"),
    ],
)
def test_a_bad_table_is_refused_with_its_name(tmp_path, content, said):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(L2LError, match=said) as caught:
        study_table.read(path)
    assert "bad.csv" in str(caught.value)


def test_words_where_numbers_belong_are_refused_and_so_is_a_missing_column(tmp_path):
    table = StudyTable(tmp_path / "t.csv", {"seed": np.array(["a"])})
    with pytest.raises(L2LError, match=r"t\.csv.*seed must hold numbers"):
        table.numbers("seed")
    with pytest.raises(L2LError, match=r"t\.csv has no column trials"):
        table["trials"]


def test_without_sources_figures_beyond_the_paper_are_those_that_ship(
    tables, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(shipped, "data", lambda name: {shipped.RESULTS: tables}[name])
    assert command.main(["--figure", "revisit", "-o", str(tmp_path / "out")]) == 0
    assert "n = 3 networks" in capsys.readouterr().out
    assert command.main(["--figure", "revisit", "1", "-o", str(tmp_path / "out")]) == 2
    assert "or --shipped" in capsys.readouterr().err
