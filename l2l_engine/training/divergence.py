"""What can be done when the loss is no longer a number."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from l2l_engine.config import Activation, L2LError, RecurrentInit, RunConfig

LEARNING_SETTINGS: Mapping[Activation, Mapping[str, Any]] = MappingProxyType(
    {
        Activation.SOFTPLUS: {},
        Activation.RELU: {},
        Activation.TANH: {"learning_rate": 1e-3},
        Activation.SQUARED_RELU: {
            "recurrent_init": RecurrentInit.IDENTITY,
            "tau": 500.0,
            "learning_rate": 1e-3,
            "l2_rate": 0.5,
        },
    }
)
"""What must differ from the paper's parameters for networks of each activation to learn.

What was measured with them: docs/model.md, "Other activations".
"""


class TrainingFailedError(L2LError):
    """The loss stopped being a number; the network before that trial is kept."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__(
            "Training stopped: the loss is no longer a number. The network before this trial is "
            f"kept. {_advice(config)}"
        )


def _advice(config: RunConfig) -> str:
    wanted = LEARNING_SETTINGS[config.activation]
    if any(getattr(config, name) != value for name, value in wanted.items()):
        settings = ", ".join(f"{name} = {_written(value)}" for name, value in wanted.items())
        return (
            f"Networks whose activation is {config.activation.value} learn with {settings}: "
            "start a new run with that."
        )
    return (
        "Start a new run, or branch from a learned problem, with a learning_rate below "
        f"{config.learning_rate:g}."
    )


def _written(value: float | Enum) -> str:
    return str(value.value) if isinstance(value, Enum) else f"{value:g}"
