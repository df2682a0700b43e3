"""A network in training: weights and Adam's moments in, one trial, updated weights out."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from l2l_engine import extras
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.training import adam, compiled, noise, singular, trial
from l2l_engine.training.adam import Adam
from l2l_engine.training.compiled import Found
from l2l_engine.training.divergence import TrainingFailedError
from l2l_engine.training.helper import Helper
from l2l_engine.training.rules.base import Rule
from l2l_engine.training.trial import Summary, Trial, TrialResult

FROZEN_READOUT = frozenset({"output", "output_bias"})
"""What does not learn while the readout is frozen."""

# Compile a loop as one function. Otherwise XLA runs each of a step's dozen small kernels on its own
# in loops whose variables take more than a kilobyte, which makes a trial a third slower.
_WHOLE_LOOPS = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000"


@functools.cache
def load_tensorflow() -> None:
    """Import TensorFlow, quiet; one thread for it and for NumPy's products.

    A trial is a chain of small products, for which several threads would only wait for each other:
    where the machine has other work, a trial takes three times as long.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    extras.require("train")
    threadpool_limits(limits=1, user_api="blas")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # not used here, and announces itself
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_backend_extra_options" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {_WHOLE_LOOPS}".strip()
    with _without_keras():
        import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError:  # already in use in this process
        return


@contextlib.contextmanager
def _without_keras() -> Iterator[None]:
    """Keep TensorFlow from importing Keras, which takes two of the six seconds and is not used here.

    Scripts can still import it afterwards, and ``tf.keras`` does so by itself.
    """
    if "keras" in sys.modules:
        yield
        return
    sys.modules["keras"] = None  # type: ignore[assignment]  # importing it fails
    try:
        yield
    finally:
        del sys.modules["keras"]


@functools.lru_cache(maxsize=16)
def _compiled(config: RunConfig) -> Callable[..., Found]:
    return compiled.compiled(config)


_COMPILED = """units activation dt tau stimulus_channels batch_size
sample_ms delay_ms response_ms mask_ms l2_rate""".split()  # noqa: SIM905 (a list would take 13 lines)


def _what_is_compiled(config: RunConfig) -> RunConfig:
    """The configuration less what does not enter the compiled trial."""
    entering = {name: getattr(config, name) for name in _COMPILED}
    return RunConfig(
        **entering, tau_noise=config.dt, penalised_singular_values=1, manifold_dimensions=1
    )


class Trainer:
    """Trains one network, trial by trial.

    Parameters
    ----------
    config : the run's parameters
    weights : the network to start from
    helper : finds the singular vectors while the trial runs; without one they come before it
    frozen_readout : whether output weights and bias stay as they are

    Attributes
    ----------
    last : what the last trial did; None before the first
    frozen : names of the weights that stay as they are
    top_square : mean of the penalised squared singular values, before the last trial's update
    gradient_norm : of the last trial, before clipping; NaN before the first
    """

    def __init__(
        self,
        config: RunConfig,
        weights: NetworkWeights,
        *,
        helper: Helper | None = None,
        frozen_readout: bool = False,
    ) -> None:
        check_shapes(weights, config)
        load_tensorflow()
        self.config = config
        self.last: TrialResult | None = None
        self.top_square = 0.0
        self.gradient_norm = math.nan
        self._helper = helper
        self._trial = Trial(config, _compiled(_what_is_compiled(config)))
        self.restore(weights, frozen_readout=frozen_readout)

    def restore(self, weights: NetworkWeights, *, frozen_readout: bool) -> None:
        """Continue from other weights, with the optimiser reset."""
        self.begin(weights, frozen=FROZEN_READOUT if frozen_readout else frozenset())

    def begin(
        self,
        weights: NetworkWeights | None = None,
        *,
        frozen: frozenset[str] = frozenset(),
        rule: Rule | None = None,
        keep_moments: bool = False,
    ) -> None:
        """Begin a problem.

        Parameters
        ----------
        weights : the network to start from; by default the present one
        frozen : names of the weights that stay as they are
        rule : what happens to gradients and updates besides Adam
        keep_moments : keep Adam's moments and step count
        """
        if weights is not None:
            self._parameters = trial.pack(weights)
            self._views = self._trial.layout.views(self._parameters)
        if not keep_moments:
            self.reset_optimiser()
        self.hold(frozen, rule)

    def hold(self, frozen: frozenset[str], rule: Rule | None) -> None:
        """Keep weights of these names as they are, and others to a rule; see :meth:`begin`."""
        self.frozen, self._rule = frozen, rule
        for moment in self._adam.moments:  # what is kept of them would go on moving the weights
            parts = self._trial.layout.views(moment)
            for name in frozen:
                getattr(parts, name)[:] = 0.0

    def compile(self) -> None:
        """Compile the trial now (some 3 s), by running one whose result is dropped."""
        batch = self.config.batch_size
        stimuli = np.zeros((batch, self.config.stimulus_channels), np.float32)
        self._trial(self._views, 0.0, stimuli, np.zeros(batch, int), noise.silence(self.config))

    def with_config(self, config: RunConfig) -> Trainer:
        """A trainer of other parameters, with this one's network, frozen weights and moments."""
        other = Trainer(config, self.weights, helper=self._helper)
        other.set_state(self.state())
        other.hold(self.frozen, self._rule)
        other.last, other.gradient_norm = self.last, self.gradient_norm
        other.top_square = self.top_square
        return other

    def reset_optimiser(self) -> None:
        """Forget Adam's moments and step count, as between problems."""
        self._adam = Adam(self.config, self._parameters.size)

    def gradient(
        self,
        stimuli: NDArray[np.float32],
        responses: NDArray[np.integer],
        noise: NDArray[np.float32],
        set_point: float,
    ) -> tuple[NDArray[np.float32], Summary, TrialResult]:
        """Run a trial, and leave the network as it is.

        Parameters
        ----------
        stimuli : (B, stimulus_channels), the stimulus of each row
        responses : (B,) integers, the correct responses
        noise : (T, B, W), added to the net currents, as
            :class:`~l2l_engine.training.noise.NoiseStream` gives it
        set_point : the firing-rate set point h*

        Returns
        -------
        gradient : (P,)
            Of the whole loss, not clipped; 0 for frozen weights.
        summary : Summary
        result : TrialResult
        """
        config = self.config
        recurrent, count = self._views.recurrent, config.penalised_singular_values
        pending = self._helper and self._helper.submit(singular.leading, recurrent, count)
        gradient, summary, result = self._trial(self._views, set_point, stimuli, responses, noise)
        vectors, top_square = pending.result() if pending else singular.leading(recurrent, count)

        parts = self._trial.layout.views(gradient)
        scale = np.float32(2.0 * config.l2_recurrent / count)
        parts.recurrent[:] += scale * (vectors @ (vectors.T @ recurrent))
        self.top_square = float(top_square)
        cost = summary.regularisation_cost + config.l2_recurrent * self.top_square
        if self._rule is not None:
            cost += self._rule.penalise(self._parameters, gradient)
        for name in self.frozen:
            getattr(parts, name)[:] = 0.0
        summary = summary._replace(
            regularisation_cost=cost,
            gradient_norm=adam.norm(gradient),
        )
        return gradient, summary, result

    def step(
        self,
        stimuli: NDArray[np.float32],
        responses: NDArray[np.integer],
        noise: NDArray[np.float32],
        set_point: float,
    ) -> Summary:
        """Run a trial, of what :meth:`gradient` takes, and update the network.

        Raises
        ------
        TrainingFailedError
            When the loss or the gradient is not a finite number; the network stays as it was.
        """
        gradient, summary, result = self.gradient(stimuli, responses, noise, set_point)
        if not np.isfinite(summary).all():
            raise TrainingFailedError(self.config)
        self._update(adam.clip(gradient, summary.gradient_norm, self.config.clip_norm))
        self.gradient_norm, self.last = summary.gradient_norm, result
        return summary

    def _update(self, gradient: NDArray[np.float32]) -> None:
        """Set the initial state's negative entries to 0, then update, as the published code does."""
        if "initial_state" not in self.frozen:
            initial_state = self._views.initial_state
            np.maximum(initial_state, 0.0, out=initial_state)
        if self._rule is None:
            self._adam.step(self._parameters, gradient)
            return
        change = self._adam.change(gradient)
        parts = self._trial.layout.views(change)
        self._rule.constrain(self._views, parts)
        for name in self.frozen:
            getattr(parts, name)[:] = 0.0
        self._parameters -= change

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return trial.unpack(self._parameters, self.config)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything the next trial depends on, as named arrays of fixed shape."""
        return {
            "parameters": self._parameters.copy(),
            **self._adam.state(),
            "frozen_readout": np.array(self.frozen >= FROZEN_READOUT, np.uint8),
        }

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        weights = trial.unpack(state["parameters"], self.config)
        self.restore(weights, frozen_readout=bool(state["frozen_readout"]))
        self._adam.set_state(state)
