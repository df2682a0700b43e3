"""What scripts see of a session: problems by number, tables, labelled arrays."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import extras
from l2l_engine.analysis import registry, running
from l2l_engine.analysis.running import RunData
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.simulation import Network, simulate
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.naming import session_name

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TRIAL_COLUMNS = {
    "problem": "from 0",
    "stimulus": "0 or 1",
    "task_loss": "nats",
    "regularisation_cost": "",
    "mean_square_rate": "a.u.",
    "largest_rate": "a.u.",
    "correct": "fraction of the batch",
}
PROBLEM_COLUMNS = {
    "first_trial": "row, from 0",
    "trials_run": "trials",
    "trials_to_criterion": "trials",
    "input_norm": "",
    "output_norm": "",
    "recurrent_norm": "",
    "top_singular_norm": "",
    "mean_square_rate": "a.u.",
    "largest_rate": "a.u.",
}
_WEIGHT_AXES = {
    "input": ("channel", "unit"),
    "recurrent": ("from_unit", "unit"),
    "bias": ("unit",),
    "output": ("unit", "response"),
    "output_bias": ("response",),
}
_LARGEST = 4_000_000_000  # bytes of states


class NoSuchProblemError(L2LError, IndexError):
    """The session has no problem with this number."""


class NoSuchColumnError(L2LError, KeyError):
    """There is no table or column with this name."""

    __str__ = Exception.__str__  # a KeyError shows the quoted repr


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One learned problem. Python counts from 0: ``index`` 0 is problem 1 in the window.

    Attributes
    ----------
    index : int
        Its number in the session, from 0.
    weights : NetworkWeights
        The network that learned it, float32; NaN where it was not saved.
    stimuli : (2, stimulus_channels)
        The stimuli that call for response 0 and for response 1.
    trials_to_criterion : float
        NaN where the problem was not learned.
    trials : dict
        Columns of its trials by name, (trials,) each, ``stimulus`` (trials, batch); empty arrays
        where they were not recorded.
    config : RunConfig
        The parameters it was learned with: the run's, except for those changed by its stage of a
        protocol.
    """

    index: int
    weights: NetworkWeights
    stimuli: NDArray[np.float32]
    trials_to_criterion: float
    trials: dict[str, NDArray[Any]]
    config: RunConfig

    @property
    def network(self) -> Network:
        """The network, ready for :func:`l2l_engine.simulate`."""
        return Network(self.weights, self.config)

    def __repr__(self) -> str:
        count = self.trials_to_criterion
        learned = (
            "not learned"
            if np.isnan(count)
            else f"learned in {count:.0f} trial{'s' * (count != 1)}"
        )
        return f"<problem {self.index}, {learned}>"


class SessionViews(Closing):
    """Gives a session its ``len``, its problems by number, and its tables."""

    path: Path
    config: RunConfig
    n_problems: int
    n_trials: int

    def weights(self, index: Any) -> NetworkWeights:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    def problem_column(self, name: str) -> NDArray[Any]:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    def trial_column(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    def config_of(self, index: int) -> RunConfig:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    @property
    def started_from(self) -> NDArray[np.intp] | None:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    @property
    def changed_configs(self) -> dict[int, RunConfig]:
        """See :class:`l2l_engine.storage.session.Session`."""
        raise NotImplementedError

    def __repr__(self) -> str:
        config = self.config
        return (
            f"<{config.run_type.value} session {self.path.name}: seed {config.seed}, "
            f"{self.n_problems} of {config.problems} problems in {self.n_trials:,} trials, "
            f"{config.units} units>"
        )

    def __bool__(self) -> bool:
        return True  # also before the first problem is learned

    def __len__(self) -> int:
        """Number of completed problems."""
        return self.n_problems

    def __iter__(self) -> Iterator[Problem]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Problem:
        """The problem with this number, counted from 0, or from the end if negative."""
        try:
            place = int(self._places(operator.index(index)))
        except TypeError:
            raise NoSuchProblemError(
                f"A session is indexed with the number of one problem, from 0, not with {index!r}: "
                "session.network(...) and session.weights(...) take several."
            ) from None
        return Problem(
            index=place,
            weights=self.weights(place),
            stimuli=self.problem_column("stimuli")[place],
            trials_to_criterion=float(self.problem_column("trials_to_criterion")[place]),
            trials=self._trials_of(place),
            config=self.config_of(place),
        )

    def _places(self, index: Any) -> NDArray[np.intp]:
        """The problems that an index of NumPy's kinds chooses, from 0."""
        try:
            return np.asarray(np.arange(self.n_problems)[index])
        except (IndexError, TypeError, ValueError):
            have = "no problem yet"
            if self.n_problems:
                have = f"{self.n_problems} problems, 0 to {self.n_problems - 1} in Python"
            wanted = index if np.ndim(index) == 0 else f"for {index}"
            raise NoSuchProblemError(
                f"{self.path} has {have}: there is no problem {wanted}."
            ) from None

    def network(self, problems: Any = slice(None)) -> Network:
        """The networks after some problems as a stack, for :func:`l2l_engine.simulate`."""
        return Network(self.weights(problems), self.config)

    def analyse(
        self, name: str, problems: Sequence[int] | None = None, **options: Any
    ) -> dict[str, NDArray[Any]]:
        """Run an analysis on this session; ``l2l-analyse --list`` and docs/analyses.md name them all.

        Parameters
        ----------
        name : str
            Such as ``"forward-transfer"``, built in or of a plug-in.
        problems : sequence of int, optional
            Which problems, counted from 1 as in every table for people; by default all of them.
        **options
            Options of the analysis, such as ``starts=8``; ``progress`` is called with the fraction done.

        Returns
        -------
        dict of str to (rows,)
            The columns of its table; problems count from 1.

        Raises
        ------
        L2LError
            When there is no such analysis, it cannot be run on this session, or a plug-in fails.

        Examples
        --------
        >>> from l2l_engine.api import load_example
        >>> with load_example() as session:
        ...     session.analyse("forward-transfer", problems=[2, 3])["problem"]
        array([2, 3])
        """
        return running.run(registry.find(name), self.run_data(), problems, **options)

    def run_data(self) -> RunData:
        """The run as analyses take it: every problem and network, in memory."""
        return RunData(
            session_name(self.path),
            self.config,
            np.asarray(self.problem_column("trials_to_criterion"), np.float64),
            self.weights(slice(None)),
            self.problem_column("stimuli"),
            self.started_from,
            self.changed_configs,
        )

    def _trials_of(self, place: int) -> dict[str, NDArray[Any]]:
        first = int(self.problem_column("first_trial")[place])
        count = int(self.problem_column("trials_run")[place])
        rows = slice(first, first + count) if min(first, count) >= 0 else slice(0, 0)
        return {name: self.trial_column(name, rows.start, rows.stop) for name in TRIAL_COLUMNS}

    def to_dataframe(self, table: str = "problems") -> pd.DataFrame:
        """The trials or the problems as a pandas table, one row each, counted from 0.

        Parameters
        ----------
        table : {"problems", "trials"}
            Which of them. Units are in ``frame.attrs["units"]``.

        Raises
        ------
        L2LError
            When pandas is not installed, or there is no such table.
        """
        pandas = _optional("pandas")
        if table == "problems":
            units, read = PROBLEM_COLUMNS, self.problem_column
        elif table == "trials":
            units, read = TRIAL_COLUMNS, self.trial_column
        else:
            raise NoSuchColumnError(f"There is no table {table!r}: it is problems or trials.")
        columns: dict[str, NDArray[Any]] = {}
        labels: dict[str, str] = {}
        for name, unit in units.items():
            values = read(name)
            if values.ndim == 2 and values.shape[1] > 1:  # a batch: a column for each of its rows
                parts = {f"{name}_{row}": values[:, row] for row in range(values.shape[1])}
            else:
                parts = {name: values.reshape(-1)}
            columns |= parts
            labels |= dict.fromkeys(parts, unit)
        frame = pandas.DataFrame(columns)
        frame.index.name = table.removesuffix("s")
        frame.attrs["units"] = labels
        return frame

    def to_xarray(self, problems: Any = slice(None), *, trajectories: bool = True) -> xr.Dataset:
        """Weights, stimuli and trajectories of some problems as an xarray dataset.

        Parameters
        ----------
        problems : slice or list of int
            Which problems, counted from 0.
        trajectories : bool
            Run each network on its own stimuli, without noise, and add states and outputs.

        Raises
        ------
        NoSuchProblemError
            When there is no such problem.
        L2LError
            When xarray is not installed, or the states would take more than 4 GB.
        """
        xarray = _optional("xarray")
        config = self.config
        places = np.atleast_1d(self._places(problems))
        size = len(places) * 2 * config.steps * config.units * 4
        if trajectories and size > _LARGEST:
            raise L2LError(
                f"The states of {len(places)} problems take {size / 1e9:.0f} GB: choose fewer "
                "problems, or trajectories=False."
            )
        networks, stimuli = self.network(places), self.problem_column("stimuli")[places]
        held: dict[str, tuple[tuple[str, ...], Any, dict[str, str]]] = {
            name: (("problem", *_WEIGHT_AXES[name]), array, {"units": "1"})
            for name, array in networks.weights.arrays().items()
            if name in _WEIGHT_AXES
        }
        start = networks.weights.initial_state[:, 0]
        held["initial_state"] = (("problem", "unit"), start, {"units": "a.u."})
        held["stimuli"] = (("problem", "stimulus", "stimulus_channel"), stimuli, {"units": "1"})
        counts = self.problem_column("trials_to_criterion")[places]
        held["trials_to_criterion"] = (("problem",), counts, {"units": "trials"})
        coordinates: dict[str, Any] = {
            "problem": places,
            "response": ["0", "1", "fixation"],
        }
        if trajectories:
            activity = simulate(networks, stimuli)
            axes = ("problem", "stimulus", "time")
            held["states"] = ((*axes, "unit"), activity.states, {"units": "a.u."})
            held["outputs"] = ((*axes, "response"), activity.outputs, {"units": "probability"})
            coordinates["time"] = ("time", activity.times, {"units": "ms"})
        return xarray.Dataset(held, coordinates, {"session": str(self.path)})


def _optional(name: str) -> Any:
    extras.require("data")
    return importlib.import_module(name)
