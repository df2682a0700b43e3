"""What the published files are called and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.layout import Column

NETWORK = "saved"
STIMULI = "trIms"
CRITERION = "conv"
SINGULAR = "SINGS"
STATES = "states"
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
    r"(?:_(?P<problem>[1-9]\d{0,6}))?\.(?:mat|txt|npy)"
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
    """The prefix of a run's files; it holds only what the published code varied."""
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
    """The configuration a prefix tells; the rest as published.

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
        raise PublishedError(f"The file names {prefix} tell no run: {error}") from error


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
