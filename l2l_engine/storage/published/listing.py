"""Which runs a folder or zip of published files holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from l2l_engine.storage.published.names import CRITERION, NETWORK
from l2l_engine.storage.published.source import SourceFiles


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """One run's files; ``networks`` counts the saved ones. The fork's has no prefix."""

    prefix: str
    networks: int


def published_runs(path: Path) -> list[PublishedRun]:
    """The runs in a folder or zip, by prefix; empty where there are none.

    Raises
    ------
    PublishedError
        When it cannot be read, or is not to be trusted.
    """
    counts: dict[str, int] = {}
    with SourceFiles(path) as files:
        for name in files.files:
            if name.kind in (NETWORK, CRITERION):
                counts[name.prefix] = counts.get(name.prefix, 0) + (name.kind == NETWORK)
    return [PublishedRun(prefix, counts[prefix]) for prefix in sorted(counts)]
