"""Every parameter of a run: its meaning, unit, default and allowed range."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import math
from dataclasses import dataclass, field
from typing import Any, Self


class L2LError(Exception):
    """A problem the user can fix; its text is one plain sentence that can be shown in a window."""


class ConfigError(L2LError, ValueError):
    """A parameter is out of range; the text names the field, the value and the range."""


class RunType(enum.Enum):
    """What a run does after its first problems (paper Figs 1 and 3).

    ``Full`` learns problem after problem. The three manifold-perturbation types learn
    ``baseline_problems`` ordinary problems, then relearn from the network of problem 1
    with a perturbed, frozen readout.
    """

    Full = "Full"
    ControlManifPert = "ControlManifPert"
    SSManifPert = "SSManifPert"
    DSManifPert = "DSManifPert"

    @classmethod
    def _missing_(cls, value: object) -> RunType | None:
        """Short names are understood wherever a run type is given."""
        name = value.lower() if isinstance(value, str) else ""
        return next(
            (member for member in cls if name in (member.short, member.value.lower())), None
        )

    @property
    def short(self) -> str:
        """The name in commands and file names: full, control, ss or ds."""
        return self.value.removesuffix("ManifPert").lower()

    @property
    def perturbs(self) -> bool:
        """Whether problems after the baseline start from a perturbed problem-1 network."""
        return self is not RunType.Full

    @property
    def default_problems(self) -> int:
        """Length of the published runs of this type."""
        return 1001 if self is RunType.Full else 101


class Activation(enum.Enum):
    """Rate nonlinearities of the published code."""

    SOFTPLUS = "softplus"
    RELU = "relu"
    TANH = "tanh"
    SQUARED_RELU = "squared_relu"


class RecurrentInit(enum.Enum):
    """Initial recurrent weights of the published code."""

    ORTHOGONAL = "orthogonal"
    IDENTITY = "identity"
    GAUSSIAN = "gaussian"


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of allowed values; ``open_low`` excludes the lower end."""

    low: float
    high: float
    open_low: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        return above and value <= self.high

    def __str__(self) -> str:
        if self.open_low:
            return f"above {self.low:.12g} and at most {self.high:.12g}"
        return f"from {self.low:.12g} to {self.high:.12g}"


def _parameter(default: Any, allowed: Range | None, unit: str, label: str) -> Any:
    return field(default=default, metadata={"allowed": allowed, "unit": unit, "label": label})


_POSITIVE = Range(0.0, 1e6, open_low=True)
_NOT_NEGATIVE = Range(0.0, 1e6)

MOST_STEPS = 100_000
"""Time steps of a trial."""
MOST_STATES = 50_000_000
"""Units x steps x trials of a batch: 200 MB for each of the arrays a training trial needs."""
_LONGEST_JSON = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class RunConfig:
    """All parameters of one run. The defaults are the paper's.

    Each field's ``metadata`` holds its allowed :class:`Range`, unit and label, so that a
    form can be built from the class.

    Raises
    ------
    ConfigError
        When a value is of the wrong kind or out of range.
    """

    seed: int = _parameter(0, Range(0, 2**32 - 1), "", "Seed of every random stream")
    run_type: RunType = _parameter(RunType.Full, None, "", "Run type")
    problems: int = _parameter(0, Range(0, 1_000_000), "", "Problems to learn (0: as published)")
    # network
    units: int = _parameter(100, Range(2, 4096), "", "Recurrent units")
    activation: Activation = _parameter(Activation.SOFTPLUS, None, "", "Activation")
    recurrent_init: RecurrentInit = _parameter(
        RecurrentInit.ORTHOGONAL, None, "", "Initial recurrent weights"
    )
    dt: float = _parameter(1.0, Range(0.0, 100.0, open_low=True), "ms", "Time step")
    tau: float = _parameter(100.0, _POSITIVE, "ms", "Unit time constant")
    tau_noise: float = _parameter(2.0, _POSITIVE, "ms", "Noise time constant")
    sigma_rec: float = _parameter(0.05, Range(0.0, 100.0), "", "Recurrent noise")
    # task
    stimulus_channels: int = _parameter(10, Range(2, 1024), "", "Stimulus channels")
    sample_ms: float = _parameter(500.0, _POSITIVE, "ms", "Sample epoch")
    delay_ms: float = _parameter(1000.0, _NOT_NEGATIVE, "ms", "Delay epoch")
    response_ms: float = _parameter(500.0, _POSITIVE, "ms", "Response epoch")
    mask_ms: float = _parameter(100.0, _NOT_NEGATIVE, "ms", "Unscored time after the go signal")
    batch_size: int = _parameter(1, Range(1, 4096), "", "Stimuli drawn per trial")
    # learning
    learning_rate: float = _parameter(1e-4, Range(0.0, 1.0, open_low=True), "", "Learning rate")
    beta1: float = _parameter(0.3, Range(0.0, 0.999999), "", "Adam first-moment decay")
    beta2: float = _parameter(0.999, Range(0.0, 0.999999), "", "Adam second-moment decay")
    epsilon: float = _parameter(1e-8, Range(1e-30, 1.0), "", "Adam epsilon")
    clip_norm: float = _parameter(1.0, _POSITIVE, "", "Largest global gradient norm")
    l2_rate: float = _parameter(0.0005, _NOT_NEGATIVE, "", "Firing-rate penalty")
    l2_recurrent: float = _parameter(0.001, _NOT_NEGATIVE, "", "Singular-value penalty")
    l2_input: float = _parameter(0.0001, _NOT_NEGATIVE, "", "Input-weight penalty")
    l2_output: float = _parameter(0.1, _NOT_NEGATIVE, "", "Output-weight penalty")
    penalised_singular_values: int = _parameter(
        10, Range(1, 4096), "", "Largest singular values penalised"
    )
    criterion_loss: float = _parameter(0.005, _POSITIVE, "nats", "Criterion on the mean loss")
    criterion_trials: int = _parameter(50, Range(1, 100_000), "trials", "Criterion window")
    max_trials: int = _parameter(20_000, Range(1, 10_000_000), "trials", "Trials before failure")
    same_problems: bool = _parameter(
        False, None, "", "Same problems whatever the run (not as published)"
    )
    # manifold perturbation (paper Fig. 3)
    baseline_problems: int = _parameter(
        50, Range(1, 100_000), "", "Ordinary problems before the perturbed ones"
    )
    manifold_dimensions: int = _parameter(4, Range(1, 4096), "", "Dimensions of each subspace (k)")
    derangement: bool = _parameter(False, None, "", "Permute so that no direction stays")

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value = _coerced(item, getattr(self, item.name))
            object.__setattr__(self, item.name, value)
        if self.problems == 0:
            object.__setattr__(self, "problems", self.run_type.default_problems)
        self._check_steps()
        self._require(self.mask_ms < self.response_ms, "mask_ms", "below response_ms", "ms")
        self._require(self.dt <= self.tau, "dt", f"at most tau = {self.tau:g} ms", "ms")
        self._require(
            self.dt <= 2 * self.tau_noise, "dt", f"at most 2 tau_noise = {2 * self.tau_noise:g} ms"
        )
        limit = f"at most units = {self.units}"
        self._require(
            self.penalised_singular_values <= self.units, "penalised_singular_values", limit
        )
        self._require(self.manifold_dimensions <= self.units, "manifold_dimensions", limit)
        if self.run_type.perturbs:
            self._require(
                2 * self.manifold_dimensions <= self.units,
                "manifold_dimensions",
                f"at most half of units = {self.units}, for the decision and the stimulus subspace "
                "have so many dimensions each",
            )
        if self.derangement:
            self._require(self.manifold_dimensions > 1, "manifold_dimensions", "at least 2")

    def _check_steps(self) -> None:
        """Refuse epochs that are not a whole number of steps, and trials too large for memory."""
        total = self.sample_ms + self.delay_ms + self.response_ms
        if total / self.dt > MOST_STEPS:
            raise ConfigError(
                f"dt = {self.dt:g} ms makes a trial of {total:g} ms more than {MOST_STEPS} steps long: "
                f"it must be at least {total / MOST_STEPS:g} ms."
            )
        for name in ("sample_ms", "delay_ms", "response_ms", "mask_ms"):
            steps = getattr(self, name) / self.dt
            if abs(steps - round(steps)) > 1e-6:
                raise ConfigError(
                    f"{name} = {getattr(self, name):g} ms is not a whole number of time steps: "
                    f"choose a multiple of dt = {self.dt:g} ms."
                )
        states = self.units * self.steps * self.batch_size
        if states > MOST_STATES:
            raise ConfigError(
                f"units x steps x batch_size = {self.units} x {self.steps} x {self.batch_size} = "
                f"{states} is out of range: it must be at most {MOST_STATES}, or a trial does not fit "
                "into memory."
            )

    def _require(self, holds: bool, name: str, allowed: str, unit: str = "") -> None:
        if not holds:
            value = f"{getattr(self, name):g}{' ' + unit if unit else ''}"
            raise ConfigError(f"{name} = {value} is out of range: it must be {allowed}.")

    # -- derived quantities ------------------------------------------------------------

    @property
    def alpha(self) -> float:
        """Leak per step, dt / tau."""
        return self.dt / self.tau

    @property
    def alpha_noise(self) -> float:
        """Noise leak per step, dt / tau_noise."""
        return self.dt / self.tau_noise

    @property
    def go_step(self) -> int:
        """First step of the response epoch."""
        return round((self.sample_ms + self.delay_ms) / self.dt)

    @property
    def sample_steps(self) -> int:
        """Steps of the sample epoch."""
        return round(self.sample_ms / self.dt)

    @property
    def mask_steps(self) -> int:
        """Steps after the go signal that the loss leaves out."""
        return round(self.mask_ms / self.dt)

    @property
    def steps(self) -> int:
        """Steps of a trial, T."""
        return self.go_step + round(self.response_ms / self.dt)

    @property
    def inputs(self) -> int:
        """Input channels: the stimulus channels, then fixation."""
        return self.stimulus_channels + 1

    @property
    def initial_bias(self) -> float:
        """Bias every unit starts with: 0.5 for the rectifying activations, else 0."""
        return 0.5 if self.activation in (Activation.RELU, Activation.SQUARED_RELU) else 0.0

    # -- to and from JSON --------------------------------------------------------------

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again.

        A changed ``run_type`` brings its published length unless ``problems`` is given.
        """
        if "run_type" in changes:
            changes.setdefault("problems", 0)
        unknown = changes.keys() - field_names()
        if unknown:
            raise ConfigError(_unknown_field(sorted(unknown)[0]))
        return dataclasses.replace(self, **changes)

    def to_json(self) -> str:
        """The configuration as a JSON object, one key per field."""
        values = {
            item.name: value.value if isinstance(value, enum.Enum) else value
            for item in dataclasses.fields(self)
            for value in [getattr(self, item.name)]
        }
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` wrote; fields left out take their default.

        Raises
        ------
        ConfigError
            When the text is no JSON object, or has an unknown or out-of-range field.
        """
        if len(text) > _LONGEST_JSON:
            raise ConfigError("The configuration is longer than a million characters: shorten it.")
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:  # also numbers of too many digits
            raise ConfigError(f"The configuration is not valid JSON ({error}).") from error
        if not isinstance(values, dict):
            raise ConfigError("The configuration is not a JSON object of named parameters.")
        return cls.from_values(values)

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """Build from a mapping of field names, refusing unknown names."""
        for name in values:
            if name not in field_names():
                raise ConfigError(_unknown_field(name))
        return cls(**values)


@functools.cache
def field_names() -> frozenset[str]:
    """The names of all parameters."""
    return frozenset(item.name for item in dataclasses.fields(RunConfig))


def _unknown_field(name: str) -> str:
    return f"{_shown(name)[1:-1]} is not a parameter of a run: the parameters are {', '.join(sorted(field_names()))}."


_ENUMS: dict[str, type[enum.Enum]] = {
    "run_type": RunType,
    "activation": Activation,
    "recurrent_init": RecurrentInit,
}


def _coerced(item: dataclasses.Field[Any], value: Any) -> Any:
    """The value as the field's type, or ConfigError naming field, value and range."""
    name = item.name
    if name in _ENUMS:
        try:
            return _ENUMS[name](value)
        except (ValueError, TypeError):
            choices = ", ".join(member.value for member in _ENUMS[name])
            raise ConfigError(
                f"{name} = {_shown(value)} is unknown: it must be one of {choices}."
            ) from None
    if isinstance(item.default, bool):
        if not isinstance(value, bool):
            raise ConfigError(f"{name} = {_shown(value)} must be true or false.")
        return value
    whole = isinstance(item.default, int)
    allowed: Range = item.metadata["allowed"]
    kind = "a whole number" if whole else "a number"
    try:
        number = float(value)
        if isinstance(value, (bool, str)) or not math.isfinite(number):
            raise ValueError
        if whole and number != int(value):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{name} = {_shown(value)} must be {kind} {allowed}.") from None
    unit = f" {item.metadata['unit']}" if item.metadata["unit"] else ""
    if number not in allowed:
        raise ConfigError(f"{name} = {number:g}{unit} is out of range: it must be {allowed}.")
    return int(value) if whole else number


def _shown(value: object) -> str:
    """A value for a sentence: not too long, whatever it is."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return f"a number of {int(math.log10(abs(value))) + 1} digits"
    text = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 80 else f"{text[:80]}…"
