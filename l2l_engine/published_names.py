"""Parameters under the names of the published training code.

Source: the configuration and the arguments of ``train`` in the authors' public train.py.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from l2l_engine.config import Activation, ConfigError, RecurrentInit, RunType, field_names

FIELDS: dict[str, str] = {
    "batchSize": "batch_size",
    "l2": "l2_rate",
    "l2_h": "l2_rate",
    "l2_wR": "l2_recurrent",
    "l2_wI": "l2_input",
    "l2_wO": "l2_output",
    "learningRateInit": "learning_rate",
    "init_lr_full": "learning_rate",
    "svBnd": "penalised_singular_values",
    "rType": "run_type",
    "runType": "run_type",
    "w_rec_init": "recurrent_init",
    "num_rnn": "units",
    "max_tasks": "problems",
}
"""Published name -> field of :class:`RunConfig`; names that agree are not listed."""

_ACTIVATIONS = {"suplin": Activation.SQUARED_RELU}
_INITIALISATIONS = {
    "diag": RecurrentInit.IDENTITY,
    "randortho": RecurrentInit.ORTHOGONAL,
    "randgauss": RecurrentInit.GAUSSIAN,
}
# names that say nothing here, with the only value they may have
_IMPLIED: dict[str, object] = {"rnn_type": "LeakyRNN", "SAVE_PARAMS": True}
_ELSEWHERE = {
    "alpha": "it follows from dt and tau",
    "alpha_noise": "it follows from dt and tau_noise",
    "rng": "give a seed instead",
    "save_name": "give the session's path instead",
    "tdim": "it follows from sample_ms, delay_ms, response_ms and dt",
    "num_input": "give stimulus_channels instead",
    "image_shape": "give stimulus_channels instead",
}
_TOTAL = "training_iters"


@dataclass(frozen=True, slots=True)
class PublishedSettings:
    """What published names say.

    Attributes
    ----------
    fields
        Fields of :class:`RunConfig`.
    total_trials
        After how many trials in all the run ends (``training_iters``); None where not limited.
    """

    fields: dict[str, Any]
    total_trials: int | None = None


def from_published_names(values: Mapping[str, Any]) -> PublishedSettings:
    """Fields of a configuration from published names, our own, or both.

    Parameters
    ----------
    values : mapping
        Such as ``{"w_rec_init": "diag", "activation": "suplin", "l2_h": 0.001, "rType": "Full"}``.

    Raises
    ------
    ConfigError
        When a name is unknown or has no counterpart here, or two names of one field disagree.

    Examples
    --------
    >>> from_published_names({"l2_h": 0.001, "rType": "SSManifPert"}).fields
    {'l2_rate': 0.001, 'run_type': <RunType.SSManifPert: 'SSManifPert'>}
    """
    fields: dict[str, Any] = {}
    said_by: dict[str, str] = {}
    total = None
    for name, value in values.items():
        if name in _ELSEWHERE:
            raise ConfigError(f"{name} cannot be set: {_ELSEWHERE[name]}.")
        if name in _IMPLIED:
            if value != _IMPLIED[name]:
                raise ConfigError(f"{name} = {value!r} is unknown: it must be {_IMPLIED[name]}.")
            continue
        if name == _TOTAL:
            total = _total(value)
            continue
        field = FIELDS.get(name, name)
        if field not in field_names():
            raise ConfigError(
                f"{name} is not a parameter of a run: the parameters are "
                f"{', '.join(sorted(field_names()))}, and the published names "
                f"{', '.join(sorted((*FIELDS, *_IMPLIED, _TOTAL)))}."
            )
        converted = _converted(name, field, value)
        if field in fields and fields[field] != converted:
            raise ConfigError(
                f"{said_by[field]} and {name} are names of one parameter, {field}, and disagree: give "
                "one of them."
            )
        fields[field], said_by[field] = converted, name
    return PublishedSettings(fields, total)


def _converted(name: str, field: str, value: Any) -> Any:
    """A value as our configuration has it."""
    if field == "run_type":
        return _run_type(value)
    if field == "activation" and isinstance(value, str):
        return _ACTIVATIONS.get(value, value)
    if field == "recurrent_init" and isinstance(value, str):
        return _INITIALISATIONS.get(value, value)
    if name == "svBnd" and isinstance(value, float) and not value.is_integer():
        raise ConfigError(
            f"svBnd = {value:g} must be a whole number: it counts the largest singular values that "
            "are penalised."
        )
    return value


def _run_type(value: Any) -> Any:
    """A run type by its name, or the published code's own enumeration."""
    if isinstance(value, enum.Enum) and not isinstance(value, RunType):
        value = value.name
    if isinstance(value, str):
        value = value.removeprefix("runType.")
        return RunType.__members__.get(value, value)
    return value


def _total(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{_TOTAL} = {value!r} must be a whole number of at least 1.")
    return value
