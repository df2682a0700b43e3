"""Disturbing a learned network: pulses, lesions, noise, a shifted go signal, morphed stimuli.

Nothing here changes the network or its training: every function has its own random stream
and returns what a trial would have been.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine import network, task
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.noise import recurrent_noise
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
BLOCK_TRIALS = 64  # at the paper's size a block's states take 51 MB in float32


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """M trials of one network."""

    states: FloatArray  # (M, T, N)
    outputs: FloatArray  # (M, T, 3) after the softmax


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """A push of the state of every trial at one time."""

    direction: FloatArray  # (N,) of any length above 0, normalised
    size: float  # in rate units; negative pushes the other way
    time_ms: float  # of the state pushed; 0 pushes the initial state


@dataclass(frozen=True, slots=True)
class Probe:
    """All disturbances of a trial at once; the default disturbs nothing."""

    sigma_rec: float = 0.0  # recurrent noise
    seed: int = 0  # of the noise
    lesioned: tuple[int, ...] = ()  # units silenced
    go_ms: float | None = None  # when fixation goes off; the trial's length holds it on
    pulse: Pulse | None = None


def probe_trials(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    probe: Probe,
    *,
    unpushed: FloatArray | None = None,
) -> Trials:
    """Trials of one network under a probe, in the dtype of the weights.

    A pulse shows in the state at its time: after ``time_ms`` / dt steps.

    Parameters
    ----------
    weights : one network
    stimuli : (M, stimulus_channels)
        One trial each.
    unpushed : (M, T, N), optional
        States under the same probe without its pulse, if at hand: only what follows the pulse
        is then simulated.

    Raises
    ------
    L2LError
        When a unit, a time or a direction is out of range.
    """
    weights = lesion(weights, probe.lesioned) if probe.lesioned else weights
    stack = weights[None]
    dtype = weights.recurrent.dtype
    trials, steps = len(stimuli), config.steps
    drive = _inputs(np.asarray(stimuli, dtype), config, probe.go_ms) @ weights.input + weights.bias
    if probe.sigma_rec > 0:
        generator = np.random.default_rng(probe.seed)
        shape = (trials, steps, weights.units)
        drive += recurrent_noise(generator, shape, config.replace(sigma_rec=probe.sigma_rec), dtype)

    def run(start: int, state: FloatArray | None) -> FloatArray:
        initial = None if state is None else state[None]
        return network.run_dynamics(stack, drive[None, :, start:], config, initial_state=initial)[0]

    if probe.pulse is None:
        states = run(0, None)
    else:
        step, push = _push(probe.pulse, weights.units, config)
        push = push.astype(dtype)
        if step == 0:
            states = run(0, np.broadcast_to(weights.initial_state + push, (trials, weights.units)))
        else:
            states = np.array(run(0, None) if unpushed is None else unpushed, dtype)
            states[:, step - 1] += push
            if step < steps:
                states[:, step:] = run(step, states[:, step - 1])
    if probe.lesioned:
        states[..., list(probe.lesioned)] = 0.0  # they drive nothing; show them silent
    return Trials(states, network.outputs(stack, states[None])[0])


def push_state(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, pulse: Pulse
) -> Trials:
    """Noise-free trials (M, ...) whose state is pushed once; see :func:`probe_trials`."""
    return probe_trials(weights, stimuli, config, Probe(pulse=pulse))


def shift_go(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, go_ms: float
) -> Trials:
    """Noise-free trials (M, ...) whose fixation input goes off at ``go_ms`` from trial onset.

    ``go_ms`` equal to the trial's length holds fixation on throughout; the stimulus stays where
    it was.
    """
    return probe_trials(weights, stimuli, config, Probe(go_ms=go_ms))


def lesion(weights: NetworkWeights, units: Iterable[int]) -> NetworkWeights:
    """A copy of a network, or of a stack, in which ``units`` neither receive nor send.

    Their input, recurrent (both ways), bias and output weights and their initial state are 0.

    Raises
    ------
    L2LError
        When there is no such unit.
    """
    chosen = list(units)
    for unit in chosen:
        if not 0 <= unit < weights.units:
            raise L2LError(f"There is no unit {unit}: units run from 0 to {weights.units - 1}.")
    result = weights.copy()
    for array in (result.input, result.recurrent, result.bias, result.initial_state):
        array[..., chosen] = 0.0
    result.recurrent[..., chosen, :] = 0.0
    result.output[..., chosen, :] = 0.0
    return result


def _inputs(stimuli: FloatArray, config: RunConfig, go_ms: float | None) -> FloatArray:
    shown = task.inputs(stimuli, config)
    if go_ms is not None:
        go = _step("go signal", go_ms, config)
        shown[..., go:, -1] = 0.0
        shown[..., :go, -1] = config.stimulus_channels**-0.5
    return shown


def _push(pulse: Pulse, units: int, config: RunConfig) -> tuple[int, Float64Array]:
    direction = np.asarray(pulse.direction, np.float64)
    length = np.linalg.norm(direction)
    if direction.shape != (units,) or not np.isfinite(length) or length == 0:
        raise L2LError(
            f"The pulse's direction must be {units} finite numbers that are not all 0, one a unit."
        )
    return _step("pulse", pulse.time_ms, config), pulse.size / length * direction


def _step(name: str, time_ms: float, config: RunConfig) -> int:
    length = config.steps * config.dt
    if not 0 <= time_ms <= length:
        raise L2LError(f"The {name} at {time_ms:g} ms is outside the trial, 0 to {length:g} ms.")
    return round(time_ms / config.dt)


# -- noise -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class NoiseGeneralisation:
    """Performance on one problem against the noise at test."""

    sigma_rec: Float64Array  # (S,)
    loss: Float64Array  # (S,) nats, mean over trials
    loss_sem: Float64Array  # (S,) standard error of it over trials
    accuracy: Float64Array  # (S,) share of trials answered correctly
    trials: int  # at each noise level


def noise_generalisation(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    sigmas: ArrayLike,
    *,
    repeats: int = 16,
    seed: int = 0,
    progress: Progress | None = None,
) -> NoiseGeneralisation:
    """Loss and accuracy of one network on one problem against its recurrent noise.

    Every level sees the same noise, scaled, so that the curve is smooth in sigma.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    sigmas : (S,)
        Noise levels at test; ``config.sigma_rec`` was the one trained with.
    repeats : int
        Trials of each stimulus at each level.
    progress : optional
        Told the fraction done, from 0 to 1; whatever it raises cancels.

    Raises
    ------
    L2LError
        When a noise level is negative or ``repeats`` is below 1.
    """
    levels = np.atleast_1d(np.asarray(sigmas, np.float64))
    if not (np.isfinite(levels) & (levels >= 0)).all():
        raise L2LError("A noise level is out of range: each must be at least 0.")
    _require_trials("repeats", repeats)
    unit_config = config.replace(sigma_rec=1.0)
    generator = np.random.default_rng(seed)
    loss = np.empty((len(levels), repeats, task.RESPONSES))
    correct = np.empty_like(loss)
    blocks = _blocks(repeats, BLOCK_TRIALS // task.RESPONSES)
    for number, block in enumerate(blocks):
        count = block.stop - block.start
        shape = (count * task.RESPONSES, config.steps, weights.units)
        noise = recurrent_noise(generator, shape, unit_config, weights.recurrent.dtype)
        responses = np.tile(np.arange(task.RESPONSES), count)
        shown = np.tile(stimuli, (count, 1))
        for level, sigma in enumerate(levels):
            outputs = _outputs(weights, shown, config, noise * noise.dtype.type(sigma))
            loss[level, block] = task.cross_entropy(outputs, responses, config).reshape(count, -1)
            right = task.choices(outputs, config) == responses
            correct[level, block] = right.reshape(count, -1)
            if progress is not None:
                progress((number * len(levels) + level + 1) / (len(blocks) * len(levels)))
    trials = repeats * task.RESPONSES
    by_level = loss.reshape(len(levels), trials)
    return NoiseGeneralisation(
        sigma_rec=levels,
        loss=by_level.mean(axis=1),
        loss_sem=by_level.std(axis=1, ddof=1) / np.sqrt(trials),
        accuracy=correct.reshape(len(levels), trials).mean(axis=1),
        trials=trials,
    )


# -- morphs ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Psychometric:
    """Choices along the way from stimulus 0 to stimulus 1."""

    morph: Float64Array  # (n,) 0 is stimulus 0, 1 is stimulus 1
    share: Float64Array  # (n,) output of response 1 relative to both responses, mean over trials
    chosen: Float64Array  # (n,) fraction of trials that chose response 1
    trials: int  # at each morph


def morph_stimuli(stimuli: FloatArray, morphs: ArrayLike) -> FloatArray:
    """Stimuli (n, stimulus_channels) between two, (2, stimulus_channels), at ``morphs`` (n,).

    (1 - m) s_0 + m s_1, scaled back to the length of the stimuli (interpolated, if they differ).

    Raises
    ------
    L2LError
        When a morph is no number from 0 to 1, or opposite stimuli cancel.
    """
    amount = np.atleast_1d(np.asarray(morphs, np.float64))[:, None]
    if not ((amount >= 0) & (amount <= 1)).all():
        raise L2LError("A morph is out of range: it must be from 0 (stimulus 0) to 1 (stimulus 1).")
    ends = stimuli.astype(np.float64)
    lengths = np.linalg.norm(ends, axis=1)
    mixed = (1 - amount) * ends[0] + amount * ends[1]
    length = np.linalg.norm(mixed, axis=1, keepdims=True)
    if (length <= 1e-12 * lengths.max()).any():
        raise L2LError("The two stimuli cancel at this morph: they are opposite.")
    wanted = (1 - amount) * lengths[0] + amount * lengths[1]
    return (mixed * (wanted / length)).astype(stimuli.dtype)


def psychometric(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    morphs: ArrayLike,
    *,
    sigma_rec: float = 0.0,
    repeats: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> Psychometric:
    """Stimulus-morph psychometric curve of one network, with or without noise.

    Trial r has the same noise at every morph, so that the curve shows the stimulus alone.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    morphs : (n,)
        From 0 to 1; see :func:`morph_stimuli`.
    sigma_rec, repeats, seed
        Noise, trials at each morph, and the noise's own random stream. Without noise one trial
        says all.

    Raises
    ------
    L2LError
        When a morph or ``repeats`` is out of range.
    """
    shown = morph_stimuli(stimuli, morphs)
    _require_trials("repeats", repeats)
    repeats = repeats if sigma_rec > 0 else 1
    noise_config = config.replace(sigma_rec=sigma_rec)
    generator = np.random.default_rng(seed)
    share = np.zeros(len(shown))
    chosen = np.zeros(len(shown))
    blocks = _blocks(len(shown), BLOCK_TRIALS)
    for repeat in range(repeats):
        shape = (config.steps, weights.units)
        noise = (
            recurrent_noise(generator, shape, noise_config, weights.recurrent.dtype)[None]
            if sigma_rec > 0
            else None
        )
        for number, block in enumerate(blocks):
            outputs = _outputs(weights, shown[block], config, noise)
            share[block] += response_share(outputs, config)
            chosen[block] += task.choices(outputs, config)
            if progress is not None:
                progress((repeat * len(blocks) + number + 1) / (repeats * len(blocks)))
    return Psychometric(
        morph=np.atleast_1d(np.asarray(morphs, np.float64)),
        share=share / repeats,
        chosen=chosen / repeats,
        trials=repeats,
    )


def response_share(outputs: FloatArray, config: RunConfig) -> FloatArray:
    """Output of response 1 relative to both, (...), of outputs (..., T, 3).

    Means over the scored response time; above 0.5 exactly where :func:`l2l_engine.task.choices`
    is 1.
    """
    scored = outputs[..., config.go_step + config.mask_steps :, : task.RESPONSES].mean(axis=-2)
    return scored[..., 1] / np.maximum(scored.sum(axis=-1), np.finfo(scored.dtype).tiny)


# -- shared ----------------------------------------------------------------------------


def _outputs(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, noise: FloatArray | None
) -> FloatArray:
    """Outputs (M, T, 3) to stimuli (M, C) under noise that broadcasts to (M, T, N)."""
    stack = weights[None]
    states = network.simulate(stack, stimuli[None], config, noise=noise)
    return network.outputs(stack, states)[0]


def _blocks(count: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _require_trials(name: str, value: int) -> None:
    if value < 1:
        raise L2LError(f"{name} = {value} is out of range: it must be at least 1.")
