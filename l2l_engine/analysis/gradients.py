"""Gradients through a whole trial: whether different problems call for the same weight change.

Backpropagation through time as in training (see :mod:`l2l_engine.training`), in NumPy and without noise,
for many trials of one network at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]
PROBES = 12
PROBE_SEED = 123


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Noise-free trials of one network, and what their gradients need."""

    weights: NetworkWeights
    config: RunConfig
    shown: FloatArray  # (M, T, C) inputs
    states: Float64  # (M, T, N), after each step
    slopes: FloatArray  # (M, T, N), of the activation
    outputs: Float64  # (M, T, 3), after the softmax


def run(weights: NetworkWeights, stimuli: FloatArray, config: RunConfig) -> Trials:
    """Simulate M trials of one network in float64.

    Parameters
    ----------
    weights : one network
    stimuli : (M, stimulus_channels)
    config : RunConfig
    """
    exact = weights.astype(np.float64)
    shown = task.inputs(np.asarray(stimuli, np.float64), config)
    states = network.simulate(exact[None], np.asarray(stimuli, np.float64)[None], config)
    outputs = network.outputs(exact[None], states)[0]
    before = _before(exact, states[0])
    currents = shown @ exact.input + before @ exact.recurrent + exact.bias
    slopes = network.activation_slope(currents, config.activation)
    return Trials(exact, config, shown, states[0], slopes, outputs)


def weight_gradients(trials: Trials, at_logits: Float64) -> dict[str, Float64]:
    """The gradient for every weight of each trial, by name (M, ...).

    Parameters
    ----------
    trials : Trials
    at_logits : (M, T, 3)
        The gradient of what is differentiated with respect to the logits s_t W_out + b_out.
    """
    weights, config = trials.weights, trials.config
    local = at_logits @ weights.output.T
    currents = np.empty_like(local)
    gradient = np.zeros_like(local[:, 0])
    for step in reversed(range(config.steps)):
        gradient += local[:, step]
        currents[:, step] = gradient * trials.slopes[:, step] * config.alpha
        gradient = (1 - config.alpha) * gradient + currents[:, step] @ weights.recurrent.T
    before = _before(weights, trials.states)
    return {
        "input": trials.shown.swapaxes(1, 2) @ currents,
        "recurrent": before.swapaxes(1, 2) @ currents,
        "bias": currents.sum(axis=1),
        "initial_state": gradient[:, None],
        "output": trials.states.swapaxes(1, 2) @ at_logits,
        "output_bias": at_logits.sum(axis=1),
    }


def loss_at_logits(trials: Trials, responses: NDArray[np.integer]) -> Float64:
    """The gradient (M, T, 3) of each trial's task loss with respect to its logits."""
    mask = task.loss_mask(trials.config).astype(np.float64)
    difference = trials.outputs - task.targets(responses, trials.config)
    return difference * (mask / mask.sum())[:, None]


def _before(weights: NetworkWeights, states: Float64) -> Float64:
    start = np.broadcast_to(weights.initial_state, (len(states), 1, states.shape[-1]))
    return np.concatenate([start, states[:, :-1]], axis=1)


# -- alignment of problems' gradients --------------------------------------------------


def _known_alignment() -> KnownAnswer:
    return KnownAnswer(
        "the same problem twice asks for the same change",
        (known.bistable(start=0.05), known.STIMULI, known.CONFIG),
        {"alignment": [1.0]},
        options={"problems": np.stack([known.STIMULI] * 2)},
    )


@analysis(
    name="gradient-alignment",
    title="Alignment of unseen problems' gradients",
    takes=Takes.NETWORK,
    columns={
        "alignment": Column("", "mean pairwise cosine of the gradients for W_rec"),
        "norm": Column("nats per a.u.", "mean norm of the gradients"),
    },
    cost="0.3 s a problem",
    source="Riemer et al., ICLR (2019), for the network of Goudar et al. (2023)",
    known=_known_alignment,
    parameters=(Parameter("count", "Unseen problems", 2, 100),),
)
def gradient_alignment(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    problems: FloatArray | None = None,
    count: int = PROBES,
) -> Columns:
    """How similar the recurrent weight changes are that unseen problems call for.

    High while a schema is being formed, since any problem teaches it; low when only what is specific to
    each problem remains to be learned.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
        Of its own problem; not used.
    config : RunConfig
    problems : (P, 2, stimulus_channels), optional
        The problems asked; by default ``count`` drawn from ``RandomState(123)``, the same for all.
    count : int

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    if problems is None:
        random = np.random.RandomState(PROBE_SEED)
        problems = np.stack([task.draw_stimuli(random, config) for _ in range(max(count, 1))])
    if len(problems) < 2:
        raise L2LError(
            f"count = {len(problems)} problems cannot be compared: it must be at least 2."
        )
    trials = run(weights, problems.reshape(-1, problems.shape[-1]), config)
    responses = np.tile(np.arange(task.RESPONSES), len(problems))
    gradients = weight_gradients(trials, loss_at_logits(trials, responses))["recurrent"]
    flat = gradients.reshape(len(problems), task.RESPONSES, -1).mean(axis=1)
    norms = np.linalg.norm(flat, axis=1)
    unit = flat / np.where(norms > 0, norms, np.nan)[:, None]
    first, second = np.triu_indices(len(problems), 1)
    return {"alignment": [(unit @ unit.T)[first, second].mean()], "norm": [norms.mean()]}


# -- rich or lazy ----------------------------------------------------------------------


def _known_kernel() -> KnownAnswer:
    before = known.bistable(start=0.05)
    after = before.copy()
    after.output[:] *= -0.5
    after.output_bias[:] += 1.0
    return KnownAnswer(
        "with the readout alone plastic, the kernel depends on the states and these stay",
        (before[None], after[None], known.STIMULI[None], known.CONFIG),
        {"alignment": [1.0]},
        options={"plastic": ("output", "output_bias")},
    )


@analysis(
    name="kernel-alignment",
    title="Rich or lazy: alignment of the tangent kernel",
    takes=Takes.PAIRS,
    columns={"alignment": Column("", "kernel alignment, 1 = lazy (the kernel did not change)")},
    cost="0.6 s a problem",
    source="Liu, Baratin, Cornford, Mihalas, Shea-Brown & Lajoie, ICLR (2024)",
    known=_known_kernel,
    parameters=(Parameter("count", "Unseen problems", 2, 100),),
)
def kernel_alignment(
    before: NetworkWeights,
    after: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    plastic: tuple[str, ...] = WEIGHT_NAMES,
    count: int = PROBES,
) -> Columns:
    """How far a problem changes the network's tangent kernel: learning is rich where it does.

    The kernel of a network is K = G G', where row m of G is the gradient of the decision (logit of
    response 1 less that of response 0, averaged over the scored response time) to stimulus m with
    respect to all plastic weights. Alignment is the cosine of the two kernels as vectors.

    Parameters
    ----------
    before, after : stacks of K networks
    stimuli : (K, 2, stimulus_channels)
        Each problem's own, shown besides ``count`` problems drawn from ``RandomState(123)``.
    config : RunConfig
    plastic : tuple of str
        Names of the weights that count.
    count : int
    """
    random = np.random.RandomState(PROBE_SEED)
    probes = [task.draw_stimuli(random, config) for _ in range(count)]
    found = []
    for index, own in enumerate(stimuli):
        shown = np.concatenate([own, *probes])
        kernels = [_kernel(weights[index], shown, config, plastic) for weights in (before, after)]
        flat = [kernel.ravel() / np.linalg.norm(kernel) for kernel in kernels]
        found.append(float(flat[0] @ flat[1]))
    return {"alignment": found}


def _kernel(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, plastic: tuple[str, ...]
) -> Float64:
    trials = run(weights, stimuli, config)
    scored = slice(config.go_step + config.mask_steps, None)
    at_logits = np.zeros_like(trials.outputs)
    at_logits[:, scored, :2] = np.array([-1.0, 1.0]) / at_logits[:, scored].shape[1]
    gradients = weight_gradients(trials, at_logits)
    features = np.concatenate(
        [gradients[name].reshape(len(stimuli), -1) for name in plastic], axis=1
    )
    kernel: Float64 = features @ features.T
    return kernel
