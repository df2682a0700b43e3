"""How well a learned problem generalises: to noise at test, and between its two stimuli.

Nothing here changes the network or its training: every curve has its own random stream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.record import Column, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.noise import recurrent_noise
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
BLOCK_TRIALS = 64  # at the paper's size a block's states take 51 MB in float32


@dataclass(frozen=True, slots=True, eq=False)
class NoiseGeneralisation:
    """Performance on one problem against the noise at test."""

    sigma_rec: Float64Array  # (S,)
    loss: Float64Array  # (S,) nats, mean over trials
    loss_sem: Float64Array  # (S,) standard error of it over trials
    accuracy: Float64Array  # (S,) share of trials answered correctly
    trials: int  # at each noise level


def _known_noise() -> KnownAnswer:
    return KnownAnswer(
        "a memory answers without error when its noise is weak",
        (known.bistable(), known.STIMULI, known.CONFIG),
        {"sigma_rec": [0.0, 0.05], "accuracy": [1.0, 1.0]},
        options={"sigmas": (0.0, 0.05), "repeats": 8},
    )


@analysis(
    name="noise-generalisation",
    title="Performance against noise",
    takes=Takes.NETWORK,
    columns={
        "sigma_rec": Column("a.u.", "recurrent noise at test"),
        "loss": Column("nats", "task loss, mean over trials"),
        "loss_sem": Column("nats", "its s.e.m. over trials"),
        "accuracy": Column("", "share of trials answered correctly"),
    },
    cost="0.1 s a noise level",
    source="Goudar et al. (2023), task loss",
    known=_known_noise,
    options={"sigmas": (0.0, 0.05, 0.1, 0.2, 0.4)},
    tabulate=lambda found: {
        name: getattr(found, name) for name in ("sigma_rec", "loss", "loss_sem", "accuracy")
    },
    parameters=(
        Parameter("repeats", "Trials a stimulus", 1, 500),
        Parameter("seed", "Seed", 0, 1_000_000),
    ),
)
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

    Every level has the same noise, scaled, so that the curve is smooth in sigma.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    sigmas : (S,)
        Noise levels at test; ``config.sigma_rec`` was the one trained with.
    repeats : int
        Trials of each stimulus at each level.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

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
    """Choices for morphs from stimulus 0 to stimulus 1."""

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


def _known_curve() -> KnownAnswer:
    return KnownAnswer(
        "a symmetric memory turns half-way between its stimuli, where a tie is response 0",
        (known.bistable(), known.STIMULI, known.CONFIG),
        {"morph": [0, 0.25, 0.5, 0.75, 1], "chosen": [0, 0, 0, 1, 1]},
        options={"morphs": (0, 0.25, 0.5, 0.75, 1)},
    )


@analysis(
    name="psychometric",
    title="Psychometric curve between the stimuli",
    takes=Takes.NETWORK,
    columns={
        "morph": Column("", "place between stimulus 0 (0) and stimulus 1 (1)"),
        "share": Column("", "output of response 1 relative to both responses"),
        "chosen": Column("", "fraction of trials that chose response 1"),
    },
    cost="50 ms without noise",
    source="Goudar et al. (2023), task",
    known=_known_curve,
    options={"morphs": tuple(np.linspace(0, 1, 21))},
    tabulate=lambda found: {name: getattr(found, name) for name in ("morph", "share", "chosen")},
    parameters=(
        Parameter("sigma_rec", "Noise", 0, 2, 0.05, decimals=2),
        Parameter("repeats", "Trials a morph", 1, 500),
    ),
)
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
