"""Which problems belong to which stage of a protocol, as curves over problems show them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from l2l_engine.protocols.outline import origin_words
from l2l_engine.training.records import Origin

_NAMED = re.compile(r"\bproblem (\d+(?:,\d{3})*)\b")
_NUMBER = re.compile(r"\s*\d+([.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive problems of one stage.

    Attributes
    ----------
    first, last : their numbers, from 1.
    label : the stage's; what the first problem is where it has none.
    kind : the label without numbers, so that A1 and A2 are alike.
    """

    first: int
    last: int
    label: str
    kind: str

    @property
    def words(self) -> str:
        """``Problems 1–50: warm-up``."""
        if self.first == self.last:
            return f"Problem {self.first:,}: {self.label}"
        return f"Problems {self.first:,}–{self.last:,}: {self.label}"


def spans(origins: Sequence[Origin]) -> tuple[Span, ...]:
    """The stages of problems in their order; none where there is at most one.

    Parameters
    ----------
    origins : (K,), how each problem came about.
    """
    found = []
    number = 1
    for (stage, label), group in groupby(origins, key=lambda origin: (origin.stage, origin.label)):
        members = list(group)
        if stage is not None:
            name = label or plain_words(members[0])
            last = number + len(members) - 1
            found.append(Span(number, last, name, _NUMBER.sub("", name).strip() or name))
        number += len(members)
    return tuple(found) if len(found) > 1 else ()


def kinds(found: Sequence[Span]) -> list[str]:
    """The kinds there are, in the order in which they first appear."""
    return list(dict.fromkeys(span.kind for span in found))


def plain_words(origin: Origin) -> str:
    """What a problem was, without saying of which: new, again, reversed and so on."""
    words = origin_words(origin).split(", ", 1)[0]
    return re.sub(r"\s*problem [\d,]+\s*", " ", words).strip() or "problem"


def named(sentence: str, origins: Sequence[Origin]) -> str:
    """A sentence with the label of a problem behind its number: ``problem 53 (A again): 12 trials``."""

    def label(found: re.Match[str]) -> str:
        place = int(found[1].replace(",", "")) - 1
        known = origins[place].label if 0 <= place < len(origins) else ""
        return f"{found[0]} ({known})" if known else found[0]

    return _NAMED.sub(label, sentence)


def words(origin: Origin) -> str:
    """``A1 again: problem 51 again``; the label alone says it where the problem is new."""
    what = origin_words(origin)
    if not origin.label:
        return what
    return origin.label if what in ("", "new") else f"{origin.label}: {what}"
