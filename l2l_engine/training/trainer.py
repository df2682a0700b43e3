"""A network in training: weights and Adam's moments in, one trial, updated weights out."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.training import singular, trial
from l2l_engine.training.trial import Summary, TrialResult

Report = Callable[[str], None]


class TrainingFailedError(L2LError):
    """The loss stopped being a number; the network before that trial is kept."""


@functools.cache
def load_tensorflow() -> None:
    """Import TensorFlow, quiet; one thread for it and for NumPy's products.

    A trial is a chain of small products, for which several threads would only wait for each other:
    where the machine has other work, a trial takes three times as long.
    """
    threadpool_limits(limits=1, user_api="blas")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # not used here, and announces itself
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError:  # already in use in this process
        return


@functools.lru_cache(maxsize=8)
def _compiled(config: RunConfig, frozen_readout: bool) -> Callable[..., TrialResult]:
    return trial.compile_trial(config, frozen_readout=frozen_readout)


def _what_is_compiled(config: RunConfig) -> RunConfig:
    """The configuration less what does not enter the compiled trial."""
    return config.replace(
        seed=0,
        run_type=RunType.Full,
        problems=1,
        criterion_loss=1.0,
        criterion_trials=1,
        max_trials=1,
        learning_rate=1e-4,
        baseline_problems=1,
        derangement=False,
    )


class Trainer:
    """Trains one network, trial by trial.

    Parameters
    ----------
    config : the run's parameters
    weights : the network to start from
    frozen_readout : whether output weights and bias stay as they are
    """

    def __init__(
        self, config: RunConfig, weights: NetworkWeights, *, frozen_readout: bool = False
    ) -> None:
        check_shapes(weights, config)
        load_tensorflow()
        self.config = config
        self.last: TrialResult | None = None
        self.top_square = 0.0  # mean of the penalised squared singular values, last trial
        self.gradient_norm = math.nan  # before clipping, last trial
        self.adam_step = 0
        self._parameters: Any
        self._mean: Any
        self._square: Any
        self.restore(weights, frozen_readout=frozen_readout)

    def restore(self, weights: NetworkWeights, *, frozen_readout: bool) -> None:
        """Go on from other weights, with the optimiser reset."""
        self.frozen_readout = frozen_readout
        self._trial = _compiled(_what_is_compiled(self.config), frozen_readout)
        self._set_parameters(trial.pack(weights))
        self.reset_optimiser()

    def compile(self) -> None:
        """Compile the trial now (some 3 s), by running one whose result is dropped."""
        config = self.config
        batch, units = config.batch_size, config.units
        self._trial(
            self._parameters,
            self._mean,
            self._square,
            trial.adam_rate(config, 1),
            np.zeros((config.steps, batch, units), np.float32),
            np.zeros((batch, config.stimulus_channels), np.float32),
            np.zeros(batch, np.int32),
            np.zeros((units, config.penalised_singular_values), np.float32),
            np.float32(0.0),
            np.float32(0.0),
        )

    def reset_optimiser(self) -> None:
        """Forget Adam's moments and step count, as between problems."""
        zeros = np.zeros_like(self._packed)
        self._set_moments(zeros, zeros, 0)

    def step(
        self,
        stimuli: NDArray[np.float32],
        responses: NDArray[np.int32],
        normal: NDArray[np.float32],
        set_point: float,
    ) -> Summary:
        """Run a trial and update the network.

        Parameters
        ----------
        stimuli : (B, stimulus_channels), the stimulus of each row
        responses : (B,) int32, the correct responses
        normal : (T, B, N) white noise
        set_point : the firing-rate set point h*

        Raises
        ------
        TrainingFailedError
            When the loss or the gradient is not a finite number; the network stays as it was.
        """
        vectors, mean_square = singular.leading(
            self._recurrent(), self.config.penalised_singular_values
        )
        result = self._trial(
            self._parameters,
            self._mean,
            self._square,
            trial.adam_rate(self.config, self.adam_step + 1),
            normal,
            stimuli,
            responses,
            vectors,
            mean_square,
            np.float32(set_point),
        )
        summary = Summary(*result.summary.numpy().tolist())
        if not np.isfinite(summary).all():
            raise TrainingFailedError(
                "Training stopped: the loss is no longer a number. The network before this trial "
                "is kept; branch from a learned problem with a lower learning rate."
            )
        self.top_square, self.gradient_norm = float(mean_square), summary.gradient_norm
        self._parameters, self._mean, self._square = result.parameters, result.mean, result.square
        self._packed = result.parameters.numpy()
        self.adam_step += 1
        self.last = result
        return summary

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return trial.unpack(self._packed, self.config)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything the next trial depends on, as named arrays of fixed shape."""
        return {
            "parameters": self._packed.copy(),
            "adam_mean": self._mean.numpy().copy(),
            "adam_square": self._square.numpy().copy(),
            "adam_step": np.array(self.adam_step, np.int64),
            "frozen_readout": np.array(self.frozen_readout, np.uint8),
        }

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        weights = trial.unpack(state["parameters"], self.config)
        self.restore(weights, frozen_readout=bool(state["frozen_readout"]))
        self._set_moments(state["adam_mean"], state["adam_square"], int(state["adam_step"]))

    def _set_parameters(self, packed: NDArray[np.float32]) -> None:
        import tensorflow as tf

        self._packed = packed
        self._parameters = tf.constant(packed)

    def _set_moments(
        self, mean: NDArray[np.float32], square: NDArray[np.float32], step: int
    ) -> None:
        import tensorflow as tf

        self._mean, self._square = tf.constant(mean), tf.constant(square)
        self.adam_step = step

    def _recurrent(self) -> NDArray[np.float32]:
        units, start = self.config.units, self.config.inputs * self.config.units
        return self._packed[start : start + units * units].reshape(units, units)
