"""The delayed sensorimotor association task: problems, inputs, targets, loss mask.

Source: Goudar et al., Nat. Neurosci. 26, 879-890 (2023), Fig. 1a and Methods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig

FloatArray = NDArray[np.floating]

RESPONSES = 2
OUTPUTS = 3  # response 0, response 1, fixation
FIXATION = 2


@dataclass(frozen=True, slots=True)
class Epoch:
    """A named part of the trial, ``start`` to ``stop`` in ms from trial onset."""

    name: str
    start: float
    stop: float


def epochs(config: RunConfig) -> tuple[Epoch, Epoch, Epoch]:
    """Sample (stimulus and fixation on), delay (fixation on), response (inputs off)."""
    sample_end = config.sample_ms
    go = sample_end + config.delay_ms
    return (
        Epoch("sample", 0.0, sample_end),
        Epoch("delay", sample_end, go),
        Epoch("response", go, go + config.response_ms),
    )


def draw_stimuli(random: np.random.RandomState, config: RunConfig) -> NDArray[np.float32]:
    """Draw a problem: an orthonormal pair of stimuli, float32 (2, stimulus_channels)."""
    stimuli = random.randn(RESPONSES, config.stimulus_channels).astype(np.float32)
    stimuli /= np.linalg.norm(stimuli, axis=1, keepdims=True)
    stimuli[1] -= np.dot(stimuli[0], stimuli[1]) * stimuli[0]
    stimuli /= np.linalg.norm(stimuli, axis=1, keepdims=True)
    return stimuli


def problem_stimuli(
    random: np.random.RandomState, config: RunConfig, problem: int
) -> NDArray[np.float32]:
    """Stimuli of a run's next problem, float32 (2, stimulus_channels).

    As published they come from the run's one stream, so that they depend on how many trials came
    before. With ``same_problems`` they depend on the seed and the 0-based problem alone, and
    ``random`` is left as it is: conditions then meet the same problems.
    """
    if config.same_problems:
        return draw_stimuli(np.random.RandomState([config.seed, problem]), config)
    return draw_stimuli(random, config)


def similar_stimuli(
    random: np.random.RandomState, stimuli: NDArray[np.float32], overlap: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Draw an orthonormal pair that overlaps with a given one.

    Each new stimulus is ``overlap`` times its counterpart plus a random direction orthogonal to both
    of the given ones. Of an orthonormal pair the overlaps come out as asked; of another pair the new
    one is made orthonormal, and they come out near it.

    Parameters
    ----------
    stimuli : (2, stimulus_channels), of unit length, with at least 4 channels
    overlap : the cosine asked for, from 0 to 1

    Returns
    -------
    pair : float32 (2, stimulus_channels)
    overlaps : (2,), the cosine of each with its counterpart
    """
    given = stimuli.astype(np.float64)
    drawn = random.randn(RESPONSES, given.shape[1])
    basis, _ = np.linalg.qr(np.concatenate([given, drawn]).T)
    mixed = overlap * given + np.sqrt(1.0 - overlap**2) * basis[:, RESPONSES:].T
    left, _, right = np.linalg.svd(mixed, full_matrices=False)
    pair = left @ right  # the nearest orthonormal pair
    return pair.astype(np.float32), np.sum(pair * given, axis=1)


def inputs(stimuli: FloatArray, config: RunConfig) -> FloatArray:
    """Input time courses of trials, in the dtype of ``stimuli``.

    Parameters
    ----------
    stimuli : (..., stimulus_channels)
        The stimulus of each trial.

    Returns
    -------
    (..., steps, inputs)
        Stimulus channels, then fixation at 1/sqrt(stimulus_channels) until the go signal.
    """
    stimuli = np.asarray(stimuli)
    result = np.zeros((*stimuli.shape[:-1], config.steps, config.inputs), stimuli.dtype)
    result[..., : config.sample_steps, :-1] = stimuli[..., None, :]
    result[..., : config.go_step, -1] = config.stimulus_channels**-0.5
    return result


def targets(responses: NDArray[np.integer], config: RunConfig) -> NDArray[np.float32]:
    """One-hot targets, float32 (..., steps, 3), of trials with the given correct responses (...)."""
    responses = np.asarray(responses)
    result = np.zeros((*responses.shape, config.steps, OUTPUTS), np.float32)
    result[..., : config.go_step, FIXATION] = 1.0
    result[..., config.go_step :, :RESPONSES] = np.eye(RESPONSES, dtype=np.float32)[
        responses[..., None]
    ]
    return result


def loss_mask(config: RunConfig) -> NDArray[np.float32]:
    """1 where a step counts in the loss, 0 in the ``mask_ms`` after the go signal; (steps,)."""
    mask = np.ones(config.steps, np.float32)
    mask[config.go_step : config.go_step + config.mask_steps] = 0.0
    return mask


def times(config: RunConfig) -> NDArray[np.float64]:
    """Time of each step's state, in ms from trial onset: dt, 2 dt, ... ; (steps,)."""
    return np.arange(1, config.steps + 1, dtype=np.float64) * config.dt


def cross_entropy(
    outputs: FloatArray, responses: NDArray[np.integer], config: RunConfig
) -> FloatArray:
    """Mean softmax cross-entropy (nats) over the unmasked steps of each trial.

    Parameters
    ----------
    outputs : (..., steps, 3)
        Network outputs after the softmax.
    responses : (...)
        Correct response of each trial.
    """
    mask = loss_mask(config)
    likelihood = (outputs * targets(responses, config)).sum(axis=-1)
    loss = -np.log(np.maximum(likelihood, np.finfo(outputs.dtype).tiny))
    return (loss * mask).sum(axis=-1) / mask.sum()


def choices(outputs: FloatArray, config: RunConfig) -> NDArray[np.intp]:
    """Response chosen in each trial: the larger mean response output in the scored response time.

    ``outputs`` is (..., steps, 3); the result (...) holds 0 or 1.
    """
    scored = outputs[..., config.go_step + config.mask_steps :, :RESPONSES]
    return scored.mean(axis=-2).argmax(axis=-1)
