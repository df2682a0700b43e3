"""Names and contents of the published files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Self

from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.layout import Column
from l2l_engine.storage.plain_files import printable

NETWORK = "saved"
STIMULI = "trIms"
CRITERION = "conv"
SINGULAR = "SINGS"
STATES = "states"
SETTINGS = "config"
"""Ours, not the authors': the whole configuration as JSON, beside their files."""
SETTINGS_FORMAT = "l2l-published-config"
# text file -> column of /problems
SUMMARIES = {
    "wNormI": "input_norm",
    "wNormO": "output_norm",
    "wNormR2": "recurrent_norm",
    "wNormR": "top_singular_norm",
    "hNorm": "mean_square_rate",
    "HM": "largest_rate",
}
IMAGES = "images"
# variable of saved_PREFIX_K.mat -> weights
VARIABLES = {
    "wts_RNNin_weights": "input",
    "wts_leakyRNN_weights": "recurrent",
    "wts_leakyRNN_biases": "bias",
    "wts_leakyRNN_init_state": "initial_state",
    "wts_out_RNN_weights": "output",
    "wts_out_RNN_biases": "output_bias",
}
KERNEL = "wts_leakyRNN_kernel"  # of a fork: the input weights' rows, then the recurrent ones
WHOLE = "%f"
DECIMAL = "%12.9f"

_NUMBER = r"\d{1,9}\.\d{6}"
_FILE = re.compile(
    rf"(?P<kind>[A-Za-z]+\d?)_(?P<prefix>\d{{1,10}}(?:_{_NUMBER}){{6}}(?:_runType\.[A-Za-z]+)?)"
    r"(?:_(?P<problem>[1-9]\d{0,6}))?\.(?:mat|txt|npy|json)"
)
_FORK_FILE = re.compile(r"(?P<problem>[1-9]\d{0,6})\.mat")


class PublishedError(L2LError):
    """A published file cannot be read; the text names the file, the field and the fix."""


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a file name; ``prefix`` is empty in the fork's layout."""

    kind: str
    prefix: str
    problem: int | None  # from 1

    @classmethod
    def parse(cls, name: str, folder: str = "") -> Self | None:
        """The parts of ``name``, inside a folder called ``folder``; None for other files."""
        if found := _FILE.fullmatch(name):
            problem = found["problem"]
            return cls(found["kind"], found["prefix"], int(problem) if problem else None)
        if folder == NETWORK and (found := _FORK_FILE.fullmatch(name)):
            return cls(NETWORK, "", int(found["problem"]))
        return None


def prefix_of(config: RunConfig) -> str:
    """The prefix of a run's files: only the parameters the published code varied."""
    numbers = (
        config.learning_rate,
        config.l2_recurrent,
        config.l2_input,
        config.l2_rate,
        config.l2_output,
        config.penalised_singular_values,
    )
    return "_".join(
        (
            str(config.seed),
            *(f"{number:f}" for number in numbers),
            f"runType.{config.run_type.value}",
        )
    )


def config_of(prefix: str, units: int, stimulus_channels: int, batch_size: int) -> RunConfig:
    """The configuration a prefix describes; everything else as published.

    Raises
    ------
    PublishedError
        When a number in it is out of range or the run type unknown.
    """
    values: dict[str, object] = {
        "units": units,
        "stimulus_channels": stimulus_channels,
        "batch_size": batch_size,
    }
    if prefix:
        seed, *numbers = prefix.split("_")[:7]
        names = ("learning_rate", "l2_recurrent", "l2_input", "l2_rate", "l2_output")
        values |= {"seed": int(seed)} | dict(zip(names, map(float, numbers), strict=False))
        values["penalised_singular_values"] = float(numbers[5])
        values["run_type"] = prefix.partition("_runType.")[2] or RunType.Full
    else:
        values["penalised_singular_values"] = min(10, units)
    try:
        return RunConfig.from_values(values)
    except ConfigError as error:
        raise PublishedError(f"The file names {prefix} do not describe a run: {error}") from error


def settings_text(config: RunConfig, drawn: bool) -> str:
    """The JSON that :func:`settings_of` reads.

    Parameters
    ----------
    config : RunConfig
        The run's configuration.
    drawn : bool
        Whether the untrained network is the one drawn from the seed; a branch starts from another.
    """
    document = {
        "format": SETTINGS_FORMAT,
        "version": 1,
        "initial_drawn_from_seed": drawn,
        "config": json.loads(config.to_json()),
    }
    return json.dumps(document, indent=1) + "\n"


def settings_of(text: str, label: str, prefix: str) -> tuple[RunConfig, bool]:
    """The configuration, and whether the untrained network is drawn from its seed.

    Raises
    ------
    PublishedError
        When the text is damaged, of a newer version, or tells another run than the file names.
    """
    try:
        document = json.loads(text)
        if document["format"] != SETTINGS_FORMAT:
            raise ValueError("another format")
        version, values = int(document["version"]), document["config"]
        drawn = bool(document["initial_drawn_from_seed"])
        if not isinstance(values, dict):
            raise ValueError("no configuration")
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise PublishedError(
            f"{label} is damaged ({printable(str(error), 60)}): delete it, and what it told is taken "
            "as published."
        ) from error
    if version > 1:
        raise PublishedError(
            f"{label} has the newer format version {version}: update L2L Explorer."
        )
    try:
        config = RunConfig.from_values(values)
    except ConfigError as error:
        raise PublishedError(f"{label}: {error}") from error
    if not prefix_of(config).startswith(prefix):
        raise PublishedError(
            f"{label} describes another run than its name does: delete it, or rename it back."
        )
    return config, drawn


def mat_shapes(columns: dict[str, Column]) -> dict[str, tuple[int, int]]:
    """Shape of each variable of a saved file; vectors are rows."""
    return {
        variable: (1, *columns[name].shape)[-2:]  # type: ignore[misc]
        for variable, name in VARIABLES.items()
    }


def mat_variables(weights: NetworkWeights) -> dict[str, object]:
    """The variables of a saved file but the images."""
    return {
        variable: getattr(weights, name).reshape(-1, getattr(weights, name).shape[-1])
        for variable, name in VARIABLES.items()
    }
