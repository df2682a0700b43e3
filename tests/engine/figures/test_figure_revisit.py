"""The figure of revisit and reverse, from sessions that hold such sets."""

import csv

import numpy as np
import pytest

from l2l_engine import figures
from l2l_engine.commands import figures as command
from l2l_engine.config import RunConfig
from l2l_engine.figures import compose
from l2l_engine.network import initial_weights
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord

SMALL = RunConfig(
    units=12,
    dt=4.0,
    tau=40.0,
    sample_ms=80,
    delay_ms=120,
    response_ms=80,
    mask_ms=20,
    penalised_singular_values=4,
)


@pytest.fixture
def sets(tmp_path):
    """Writes a session of two sets of A, B, A again and A reversed after a new problem."""

    def write(name="sets", seed=0, trials=(20, 30, 5, 60)):
        config = SMALL.replace(seed=seed, problems=9)
        random = np.random.RandomState(seed)
        path = tmp_path / f"{name}.h5"
        first = initial_weights(random, config)
        pairs = random.randn(5, 2, 10).astype(np.float32)
        a, b, c, d, new = pairs
        order = [new, a, b, a, a[::-1], c, d, c, c[::-1]]
        with SessionWriter.create(path, config, first) as writer:
            for index, stimuli in enumerate(order):
                weights = first.map(
                    lambda array: (
                        array + 0.1 * random.standard_normal(array.shape).astype(np.float32)
                    )
                )
                count = float(trials[(index - 1) % 4] + index) if index else 100.0
                writer.add_problem(
                    ProblemRecord(index, stimuli, -1, count, weights, np.zeros(12), *[0.1] * 6)
                )
        return path

    return write


def test_it_is_drawn_with_its_numbers(sets, tmp_path, capsys):
    paths = [str(sets("a")), str(sets("b", seed=1, trials=(20, 30, np.nan, 60)))]
    folder = tmp_path / "figures"
    assert command.main([*paths, "--figure", "revisit", "-o", str(folder), "--format", "svg"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "Revisit and reverse. n = 2 networks (seeds 0–1), 4 sets, after 1 problem"
    )
    assert "2 problems were not learned" in said
    assert "R² = " in said
    assert "over 10 problems" in said
    with (folder / "figure_revisit_problems.csv").open() as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert [row["stage"] for row in rows[:4]] == ["A", "B", "A again", "A reversed"]
    assert [row["problem"] for row in rows[:8]] == [str(k) for k in range(2, 10)]
    assert [float(row["trials_to_criterion"]) for row in rows[:4]] == [21, 32, 8, 64]
    assert [float(row["similarity_0"]) for row in rows[::4]] == pytest.approx([1.0] * 4)
    assert (folder / "figure_revisit.svg").stat().st_size > 1000


def test_nothing_leaves_the_page(sets):
    figure = figures.make("revisit", figures.load([sets()])).figure()
    with compose.styled():
        figure.draw_without_rendering()
        shown = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert shown.x0 >= -0.01
    assert shown.y0 >= -0.01
    assert shown.x1 <= width + 0.01
    assert shown.y1 <= height + 0.01


def test_other_sessions_do_not_suffice_and_are_left_out(run, sets, tmp_path, capsys):
    with pytest.raises(figures.LackingError, match="--protocol revisit-and-reverse"):
        figures.make("revisit", figures.load([run()]))
    made = figures.make("revisit", figures.load([run("plain"), sets()]))
    assert made.numbers.names == ("sets",)
    arguments = [str(run("other")), "-o", str(tmp_path / "out"), "--figure", "revisit"]
    assert command.main(arguments) == 2
    assert "The figure revisit left out." in capsys.readouterr().err
    assert command.main([*arguments[:-1], "8"]) == 2
    assert "invalid choice: 8" in capsys.readouterr().err
    assert command.main([*arguments, "--dry-run"]) == 2  # it lacks the same things
    assert "The figure revisit left out." in capsys.readouterr().err
    assert command.main([str(tmp_path / "sets.h5"), *arguments[1:], "--dry-run"]) == 0
    assert "Would draw the figure revisit" in capsys.readouterr().out


def test_it_is_not_among_the_papers_figures():
    assert set(figures.REGISTRY) == set(range(1, 8))
    assert set(figures.BEYOND) == {"revisit", "beyond", "studies"}
