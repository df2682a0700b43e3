"""The reproduction as text: tables in Markdown, and the document that contains them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError, RunType
from l2l_engine.figures import figure_3, wording
from l2l_engine.figures.analyses import vector_field
from l2l_engine.figures.sources import FigureSource, Network, NetworkSource
from l2l_engine.reproduction.comparison import Ordering, Row, compare, ordering
from l2l_engine.reproduction.measures import PROBLEMS, LearnedNetwork

_CONDITIONS = {
    RunType.ControlManifPert: "Control",
    RunType.SSManifPert: "S→S",
    RunType.DSManifPert: "D→S",
}
_FIRST = "Problem 1"
_COMPARED = (("D→S", "S→S"), ("D→S", "Control"), ("S→S", "Control"), ("D→S", _FIRST))
PARTS = ("networks", "table", "relearning")
"""The generated parts of the document."""
_BLOCK = "<!-- begin {0} -->\n{1}\n<!-- end {0} -->"


def blocks(sources: Sequence[FigureSource]) -> dict[str, str]:
    """Every generated part of the document, by name.

    Parameters
    ----------
    sources : results of Full runs (those that learned 1001 problems count) and perturbation runs

    Raises
    ------
    L2LError
        When no Full run is complete or there is no perturbation run.
    """
    texts = (
        _networks(sources),
        _table(compare(learned(sources))),
        _relearning(figure_3.compute(sources)),
    )
    return dict(zip(PARTS, texts, strict=True))


def learned(sources: Sequence[FigureSource]) -> list[LearnedNetwork]:
    """The complete Full runs among the sources, with their vector-field changes."""
    complete: list[Network] = [
        source
        for source in sources
        if isinstance(source, Network)
        and source.config.run_type is RunType.Full
        and len(source.trials_to_criterion) >= PROBLEMS
    ]
    if not complete:
        raise L2LError(f"No run of the type Full has learned {PROBLEMS} problems: train it first.")
    return [
        LearnedNetwork(network.name, np.asarray(network.trials_to_criterion[:PROBLEMS]), changes)
        for network, changes in vector_field(complete)
    ]


def renew(document: str, parts: Mapping[str, str]) -> str:
    """The document with its generated parts replaced.

    A part named ``table`` stands between ``<!-- begin table -->`` and ``<!-- end table -->``.

    Raises
    ------
    L2LError
        When a part has no place in the document.
    """
    for name, text in parts.items():
        place = re.compile(f"<!-- begin {name} -->.*?<!-- end {name} -->", re.DOTALL)
        if not place.search(document):
            raise L2LError(f"The document has no place for '{name}': put back its two comments.")
        document = place.sub(_BLOCK.format(name, text).replace("\\", r"\\"), document)
    return document


# -- the parts -----------------------------------------------------------------------------


def _networks(sources: Sequence[FigureSource]) -> str:
    found = [source for source in sources if isinstance(source, NetworkSource)]
    lines = [
        "| run type | seeds | problems learned | failed | trials run |",
        "|---|---|---|---|---|",
    ]
    for run_type in RunType:
        runs = [network for network in found if network.config.run_type is run_type]
        if not runs:
            continue
        lengths = [len(network.trials_to_criterion) for network in runs]
        trials = sum(_trials(network) for network in runs)
        failed = sum(network.failed for network in runs)
        seeds = wording.seeds(network.config.seed for network in runs).split(" ", 1)[1]
        span = str(lengths[0]) if len(set(lengths)) == 1 else f"{min(lengths)}–{max(lengths)}"
        lines.append(f"| {run_type.value} | {seeds} | {span} each | {failed} | {trials:,} |")
    return "\n".join(lines)


def _trials(network: NetworkSource) -> int:
    """Trials run for the learned problems; a perturbation run's are its own ones."""
    config = network.config
    counts = network.trials_to_criterion
    if config.run_type.perturbs:
        counts = counts[config.baseline_problems :]
    ran = np.where(np.isfinite(counts), counts + config.criterion_trials, config.max_trials + 1)
    return int(ran.sum())


def _table(rows: Sequence[Row]) -> str:
    n = len(rows[0].values)
    lines = [
        f"| quantity | published, ten networks | published, mean ± SD (n) | here, mean ± SD, n = {n} "
        "| here, range | here / published | p | p, Holm |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        measure, published = row.measure, row.published
        written = f"{measure.written(published.mean)} ± {measure.written(published.spread)}"
        ours = measure.written(row.mean)
        if np.isfinite(row.spread):
            ours += f" ± {measure.written(row.spread)}"
        span = f"{measure.written(row.values.min())}–{measure.written(row.values.max())}"
        ratio = f"{row.mean / published.mean:.2f}" if published.mean else "–"
        lines.append(
            f"| {measure.label} | {published.quoted or '–'} | {written} ({published.n}) | {ours} | {span} "
            f"| {ratio} | {_p(row.p)} | {_p(row.adjusted)} |"
        )
    return "\n".join(lines)


def _relearning(numbers: figure_3.Figure3Numbers) -> str:
    """Mean trials to criterion by seed and condition, then the order of the conditions."""
    means = {_FIRST: dict(zip(numbers.seeds, map(float, numbers.first_problem), strict=True))}
    cells = {_FIRST: {seed: f"{count:,.0f}" for seed, count in means[_FIRST].items()}}
    for condition in numbers.conditions:
        name = _CONDITIONS[condition.run_type]
        means[name] = dict(zip(condition.seeds, map(float, condition.means), strict=True))
        cells[name] = dict(
            zip(condition.seeds, map(_relearned, condition.means, condition.counts), strict=True)
        )
    perturbed = sorted({seed for condition in numbers.conditions for seed in condition.seeds})
    lines = [f"| seed | {' | '.join(cells)} |", "|---|" + "---|" * len(cells)]
    for seed in perturbed:
        row = " | ".join(cells[name].get(seed, "–") for name in cells)
        lines.append(f"| {seed} | {row} |")
    orders = [ordering(slow, fast, means) for slow, fast in _COMPARED]
    return "\n".join(
        [
            *lines,
            "",
            "| relearning | slower in | times as many trials (95 % interval) | p |",
            "|---|---|---|---|",
            *(_ordering(order) for order in orders if len(order.ratios)),
        ]
    )


def _relearned(mean: float, counts: NDArray[np.float64]) -> str:
    failed = int(np.isnan(counts).sum())
    return f"{mean:,.0f} ({len(counts)}{f', {failed} not learned' if failed else ''})"


def _ordering(found: Ordering) -> str:
    slower = f"{int((found.ratios > 1).sum())} of {len(found.ratios)} networks"
    low, high = found.interval
    interval = f" ({low:.2f}–{high:.2f})" if np.isfinite(low) else ""
    return (
        f"| {found.slow} against {found.fast} | {slower} | {found.ratio:.2f}{interval} "
        f"| {_p(found.p)} |"
    )


def _p(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:.2g}" if value >= 0.001 else "< 0.001"
