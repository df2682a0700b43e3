"""The studies' tables that come with the program, and the page that is written from them."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import l2l_engine as l2l
from l2l_engine import figures, shipped
from l2l_engine.figures import study_table
from l2l_engine.reproduction.report import renew
from l2l_engine.studies import STUDIES, report

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "beyond.md"


@pytest.fixture(scope="module")
def tables():
    folder = shipped.data(shipped.RESULTS)
    return {path.stem: study_table.read(path) for path in folder.glob("*.csv")}


def test_every_number_in_the_pages_tables_follows_from_what_ships(tables):
    text = PAGE.read_text(encoding="utf-8")
    assert renew(text, report.blocks(list(tables.values()))) == text


def test_revisit_and_reverse_is_ten_networks_of_twenty_sets_after_each_warm_up(tables):
    problems = tables["revisit_problems"]
    for condition in STUDIES["revisit"].conditions:
        for seed in range(10):
            here = (problems["warm_up"] == condition.after) & (problems["seed"] == seed)
            rows = problems.where(here)
            assert rows["stage"].tolist() == ["A", "B", "A again", "A reversed"] * 20
            first = condition.after + 1
            assert rows["problem"].tolist() == list(range(first, first + 80))


def test_the_regression_of_trials_on_similarity_is_that_of_the_tables_rows(tables):
    made = figures.make("revisit", list(tables.values()))
    problems = tables["revisit_problems"]
    later = problems["stage"] != "A"
    for group in made.numbers.groups:
        rows = problems.where(later & (problems["warm_up"] == group.warm_up))
        similarity = (rows.numbers("similarity_0") + rows.numbers("similarity_1")) / 2
        known = np.isfinite(rows.numbers("trials"))
        found = stats.linregress(similarity[known], rows.numbers("trials")[known])
        assert group.together.r_squared == pytest.approx(found.rvalue**2)
        assert group.together.slope == pytest.approx(found.slope)
        assert f"R² = {found.rvalue**2:.2f} over {known.sum()} problems" in made.caption


def test_the_example_sessions_own_problems_give_the_tables_rows_again(tables):
    """The session that ships is the beginning of seed 0, from which the tables were made."""
    with l2l.load_example() as session:
        for name, analysis, columns, problems in (
            ("beyond_first_try", "forward-transfer", ("loss", "correct"), (2, 3, 4, 60)),
            ("beyond_ranks", "functional-rank", ("rank",), (2, 3)),
            ("beyond_gradients", "gradient-alignment", ("alignment", "norm"), (5,)),
        ):
            found = session.analyse(analysis, problems)
            table = tables[name]
            rows = table.where((table["seed"] == 0) & np.isin(table["problem"], problems))
            for column in columns:
                assert rows.numbers(column) == pytest.approx(found[column], rel=1e-3)
        tries = tables["beyond_first_try"]
        trials = tries.numbers("trials")[(tries["seed"] == 0) & (tries["problem"] <= 101)]
        np.testing.assert_array_equal(trials, session.trials_to_criterion[1:])


def test_every_table_says_its_seeds_units_version_and_date(tables):
    for table in tables.values():
        head = [line for line in table.path.read_text().splitlines() if line.startswith("#")]
        assert re.search(r"runs: full_seed0 \(seed 0\)", "\n".join(head)), table.name
        assert any(
            re.search(r"made with L2L Explorer .+ on \d{4}-\d\d-\d\d$", line) for line in head
        )
        for column in table.columns:
            assert any(line.startswith(f"# {column}: ") for line in head), (table.name, column)


@pytest.mark.parametrize("name", figures.BEYOND)
def test_every_figure_beyond_the_paper_is_drawn_from_what_ships(tables, name):
    made = figures.make(name, list(tables.values()))
    assert made.picture("png", 40).startswith(b"\x89PNG")
    assert (DOCS / "images" / "beyond" / f"{name}.png").stat().st_size > 10_000
