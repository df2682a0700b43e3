"""The bench that panels are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench


@pytest.fixture
def bench(qtbot, learned: Path, no_errors) -> Iterator[Bench]:
    """Six problems of the shipped session; problem 4 selected, problems 2 to 4 the group."""
    made = Bench(qtbot, learned, 6)
    made.select(4)
    yield made
    made.close()
