"""The worked examples of CONTRIBUTING.md run as they stand; the panel's is tested with the panels."""

import pytest
from contributing import EXAMPLES, example

from l2l_engine import figures, shipped
from l2l_engine.analysis.record import record_of
from l2l_engine.protocols import notation
from l2l_engine.training.plan import Repeat


def test_there_is_one_of_each():
    assert list(EXAMPLES) == ["An analysis", "A panel", "A figure", "A protocol"]


@pytest.mark.parametrize("heading", EXAMPLES)
def test_example_is_under_thirty_lines(heading):
    lines = [line for line in EXAMPLES[heading].splitlines() if line.strip()]
    assert len(lines) < 30


def test_analysis_gives_its_known_answer():
    assert record_of(example("An analysis").mean_rate).check() == []


def test_figure_is_drawn_from_the_shipped_networks(monkeypatch, tmp_path):
    monkeypatch.setitem(figures.REGISTRY, 8, example("A figure"))
    made = figures.make(8, figures.load([shipped.data(shipped.RESULTS)]))
    written = [path.name for path in made.save(tmp_path, ["pdf"])]
    assert written == ["figure_8.pdf", "figure_8_first.csv"]
    assert "3443" in (tmp_path / "figure_8_first.csv").read_text()


def test_protocol_repeats_what_was_learned():
    protocol = example("A protocol").there_and_back(problems=3)
    assert protocol.problems == 6
    assert notation.from_json(notation.to_json(protocol)) == protocol
    assert [plan.problem for plan in protocol.plans()][3:] == [Repeat(1), Repeat(2), Repeat(3)]
