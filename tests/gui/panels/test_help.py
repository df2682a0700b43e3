"""Every panel says what it draws, and no text is left over."""

from __future__ import annotations

from pathlib import Path

import pytest

from l2l_gui.panels import PANELS, help_text


@pytest.mark.parametrize("entry", PANELS, ids=lambda entry: entry.panel)
def test_a_panel_says_what_it_draws_and_where_the_paper_explains_it(entry):
    text = entry.load().help
    assert text.count(". ") >= 2
    assert "\n" not in text
    assert text.endswith(".")


def test_every_text_belongs_to_a_panel():
    texts = {path.stem for path in (Path(help_text.__file__).parent / "help").iterdir()}
    assert texts <= {entry.load().name for entry in PANELS}
