"""The runs of a sweep: every combination of seeds, run types and settings, each with its name."""

from __future__ import annotations

import enum
import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from l2l_engine.config import ConfigError, RunConfig, RunType
from l2l_engine.protocols import choosing, notation
from l2l_engine.protocols.protocol import Protocol

LARGEST = 100_000  # runs of one sweep
_LONGEST_NAME = 80  # characters; beyond, a digest stands for the parameters


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep."""

    name: str
    config: RunConfig
    state: str = "waiting"  # waiting, running, stopped, done or failed
    message: str = ""
    problems: int = 0
    trials: int = 0
    inherited: int = 0  # of the trials, those of the run it branched from
    trials_left: float = float("nan")  # expected
    baseline: str = ""  # file of the Full run it branches from, once that has come far enough
    protocol: str = ""  # what it follows, JSON; empty: its run type

    @property
    def file(self) -> str:
        """Name of its session in the sweep's folder."""
        return f"{self.name}.h5"


def grid(
    seeds: Sequence[int],
    run_types: Sequence[RunType],
    settings: Mapping[str, Sequence[Any]] | None = None,
    *,
    protocols: Mapping[str, Protocol] | None = None,
    **fixed: Any,
) -> list[SweepRun]:
    """Every combination of seeds, run types and settings, as runs yet to be made.

    Parameters
    ----------
    seeds, run_types : sequences
        What to combine.
    settings : mapping, optional
        Values of parameters, by name. Those with several values are part of the runs' names.
    protocols : mapping, optional
        What runs follow in place of a run type, by the word that stands for it in their names; see
        :func:`protocol_grid`. ``run_types`` is then not used.
    **fixed
        Parameters that all runs share.

    Raises
    ------
    ConfigError
        When nothing is asked for, something is asked for twice, a setting is unknown or a value is
        out of range.
    """
    settings = dict(settings or {})
    kinds: Sequence[Any] = list(protocols.items()) if protocols is not None else run_types
    sizes = {"seed": len(seeds), "protocol" if protocols is not None else "run type": len(kinds)}
    sizes |= {name: len(values) for name, values in settings.items()}
    for name, size in sizes.items():
        if size == 0:
            raise ConfigError(f"The sweep has no {name}: give at least one value.")
    total = 1
    for size in sizes.values():
        total *= size
    if total > LARGEST:
        raise ConfigError(f"The sweep has {total:,} runs: ask for at most {LARGEST:,}.")
    varied = [name for name, values in settings.items() if len(values) > 1]
    runs = []
    for values in itertools.product(*settings.values()):
        chosen = dict(zip(settings, values, strict=True))
        for kind, seed in itertools.product(kinds, seeds):
            given = {**fixed, **chosen, "seed": seed}
            if protocols is not None:
                word, protocol = kind
                config = protocol.configure(given)
                written = notation.to_json(protocol)
                runs.append(SweepRun(_name(config, varied, word), config, protocol=written))
            else:
                config = RunConfig.from_values(given | {"run_type": kind})
                runs.append(SweepRun(_name(config, varied, config.run_type.short), config))
    if len({run.name for run in runs}) < len(runs):
        raise ConfigError("The sweep names a seed, run type or value twice: give each once.")
    return runs


def protocol_grid(
    asked: Sequence[str], settings: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Protocol]:
    """Every combination of protocols and their parameters, for :func:`grid`.

    Parameters
    ----------
    asked : sequence of str
        Names of templates, or JSON files.
    settings : mapping, optional
        Values of the templates' parameters, by name. Those with several are part of the runs' names.

    Raises
    ------
    ProtocolError, ConfigError
        When a protocol or a parameter is unknown, or one is named twice.
    """
    settings = dict(settings or {})
    if math.prod(map(len, settings.values())) * len(asked) > LARGEST:
        raise ConfigError(f"The sweep has more than {LARGEST:,} protocols: ask for fewer.")
    found: dict[str, Protocol] = {}
    for name, values in itertools.product(asked, itertools.product(*settings.values())):
        numbers = dict(zip(settings, values, strict=True))
        protocol = choosing.choose(name, numbers)
        words = [f"{key}={_shown(numbers[key])}" for key in settings if len(settings[key]) > 1]
        word = "_".join([choosing.file_name(protocol), *words])
        if word in found:
            raise ConfigError(f"The sweep names the protocol {word} twice: give each another name.")
        found[word] = protocol
    return found


def _name(config: RunConfig, varied: Iterable[str], kind: str) -> str:
    """``ds_seed3_sigma_rec=0.1``: run type or protocol, the seed and the parameters that vary."""
    stem = f"{kind}_seed{config.seed}"
    words = [f"{name}={_shown(getattr(config, name))}" for name in varied]
    name = "_".join([stem, *words])
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{stem}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _shown(value: Any) -> str:
    return str(value.value) if isinstance(value, enum.Enum) else str(value).lower()


# -- as people write them ----------------------------------------------------------------


def parse_seeds(text: str) -> list[int]:
    """Seeds written as ``0-9`` or ``0, 3, 5-7``.

    Raises
    ------
    ConfigError
        When it reads otherwise, a range is empty, or there are too many.
    """
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        try:
            span = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise ConfigError(f"Seeds: '{part.strip()}' should read like 0-9 or 0,3,5-7.") from None
        if not span:
            raise ConfigError(f"Seeds: {part.strip()} is an empty range: write {last}-{first}.")
        if len(numbers) + len(span) > LARGEST:
            raise ConfigError(f"Seeds: choose at most {LARGEST:,} of them, such as 0-9.")
        numbers += span
    return numbers


def parse_setting(text: str) -> tuple[str, list[Any]]:
    """``sigma_rec = 0.05, 0.1`` as the parameter's name and its values.

    Raises
    ------
    ConfigError
        When it reads otherwise.
    """
    name, equals, values = (word.strip() for word in text.partition("="))
    words = [word.strip() for word in values.split(",")]
    if not (name and equals and all(words)):
        raise ConfigError(
            f"'{text.strip()}' should read NAME=VALUE,VALUE, such as sigma_rec=0.05,0.1."
        )
    return name.replace("-", "_"), [_value(word) for word in words]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text  # a name, such as an activation's; RunConfig says if it is none
