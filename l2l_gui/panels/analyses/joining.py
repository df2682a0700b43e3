"""The tables of several sessions as one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from l2l_engine.analysis.record import Column as Meaning
from l2l_gui.panels.analyses.computing import Found
from l2l_gui.panels.analyses.curves import SESSION
from l2l_gui.panels.columns import Column


def joined(found: Found, about: Mapping[str, Meaning]) -> list[Column]:
    """Every column of all sessions below each other, the session in front where there are several.

    Parameters
    ----------
    found : the tables, one a session
    about : what each column means, by name
    """
    columns = []
    if len(found.names) > 1:
        lengths = [len(next(iter(table.values()))) for table in found.tables]
        columns.append(Column(SESSION, np.repeat(found.names, lengths)))
    for name in found.tables[0]:
        values = np.concatenate([table[name] for table in found.tables])
        columns.append(Column(name, values, about[name].unit))
    return columns
