"""Whether a stage can be learned with a run's parameters."""

from __future__ import annotations

from l2l_engine.config import ConfigError, RunConfig, field_names
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols.stage import Place
from l2l_engine.training.plan import LowRank, Own, Projected, Similar, Subspace

# they decide array sizes, or the run as a whole
_FIXED = frozenset(
    [
        "seed",
        "run_type",
        "problems",
        "units",
        "activation",
        "recurrent_init",
        "stimulus_channels",
        "batch_size",
        "same_problems",
        "criterion_trials",
        "baseline_problems",
        "manifold_dimensions",
        "derangement",
        "penalised_singular_values",
        "dt",
    ]
)

CHANGEABLE = field_names() - _FIXED
"""Parameters that a stage may change."""


def check(place: Place, config: RunConfig) -> None:
    """Raise ProtocolError where the stage does not fit a configuration."""
    for part in (_changes, _readout, _rule, _problem):
        part(place, config)


def _changes(place: Place, config: RunConfig) -> None:
    changes = place.stage.plan.changes
    if not changes:
        return
    for name in changes:
        if name not in CHANGEABLE:
            raise place.refused("changes", name, f"one of {', '.join(sorted(CHANGEABLE))}")
    try:
        config.replace(**changes)
    except ConfigError as error:
        raise place.error("changes", str(error)) from error


def _readout(place: Place, config: RunConfig) -> None:
    readout, most = place.stage.plan.readout, config.manifold_dimensions
    if readout.perturbation is None:
        return
    name = "readout dimensions"
    k = len(readout.permutation or ()) or readout.dimensions or most
    if k > most:  # a session has room for permutations of so many
        raise place.refused("readout", k, f"at most manifold_dimensions = {most}", name)
    fold = 3 if readout.perturbation is PerturbationKind.OUTSIDE_MANIFOLD else 2
    if fold * k > config.units:
        allowed = f"at most units / {fold} = {config.units // fold}"
        raise place.refused("readout", k, allowed, name)
    if readout.derangement and k < 2:
        raise place.refused("readout", k, "at least 2 for a derangement", name)


def _rule(place: Place, config: RunConfig) -> None:
    rule, units = place.stage.plan.rule, config.units
    if isinstance(rule, LowRank) and rule.rank > units:
        raise place.refused("rule", rule.rank, f"at most units = {units}", "rank")
    if not isinstance(rule, Projected):
        return
    if (rule.dimensions or 1) >= units:
        raise place.refused("rule", rule.dimensions, f"below units = {units}", "rule dimensions")
    k = rule.dimensions or config.manifold_dimensions
    if rule.subspace is not Subspace.PAST and 2 * k > units:
        raise place.refused("rule", k, f"at most units / 2 = {units // 2}", "rule dimensions")


def _problem(place: Place, config: RunConfig) -> None:
    problem, channels = place.stage.plan.problem, config.stimulus_channels
    if isinstance(problem, Own):
        lengths = {len(row) for row in problem.stimuli}
        if lengths != {channels}:
            raise place.refused(
                "problem",
                f"vectors of length {sorted(lengths)}",
                f"two vectors of stimulus_channels = {channels} numbers",
                "own stimuli",
            )
    if isinstance(problem, Similar) and channels < 4:
        raise place.refused(
            "problem",
            problem.overlap,
            "used with stimulus_channels of at least 4, so that there is room beside the pair",
            "similar",
        )
