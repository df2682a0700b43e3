"""The rule of a problem, from its plan and from what was learned before."""

from __future__ import annotations

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.training.past import Past
from l2l_engine.training.plan import (
    Adam,
    Elastic,
    LowRank,
    Orthogonal,
    Plan,
    Projected,
    Subspace,
)
from l2l_engine.training.rules.base import Rule
from l2l_engine.training.rules.elastic import ElasticUpdate
from l2l_engine.training.rules.low_rank import LowRankUpdate
from l2l_engine.training.rules.orthogonal import OrthogonalUpdate
from l2l_engine.training.rules.projected import ProjectedUpdate


def make(plan: Plan, past: Past, start: NetworkWeights, config: RunConfig) -> Rule | None:
    """The rule a problem is learned by; None is the published update.

    Parameters
    ----------
    plan : of the problem
    past : all problems before it
    start : the network it starts from
    config : RunConfig
    """
    match plan.rule:
        case Adam():
            return None
        case Projected(subspace=Subspace.PAST, inside=inside, dimensions=int(k)):
            return ProjectedUpdate(past.activity.leading(k), inside=inside)
        case Projected(subspace=subspace, inside=inside, dimensions=k):
            found = past.activity.subspaces(k or config.manifold_dimensions)
            directions = {
                Subspace.DECISION: found.decision,
                Subspace.STIMULUS: found.stimulus,
                Subspace.BOTH: found.both,
            }[subspace]
            return ProjectedUpdate(directions, inside=inside)
        case Orthogonal(regularisation=alpha):
            return OrthogonalUpdate(past.correlation, alpha, config.inputs, plan.plastic)
        case LowRank(rank=rank):
            return LowRankUpdate(start.recurrent, rank)
        case Elastic(strength=strength):
            fisher = past.fisher
            return ElasticUpdate(fisher.information, fisher.weighted, fisher.offset, strength)
