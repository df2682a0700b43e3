"""Plug-ins of installed packages, which name them in entry points."""

from __future__ import annotations

import functools
import importlib
from importlib import metadata
from typing import Any

from l2l_engine.plugins.declared import Declarations, Kind, PlugIn, said


@functools.cache
def declarations() -> Declarations:
    """Plug-ins of installed packages, each package once: the first on the path counts."""
    groups = {kind.value: kind for kind in Kind}
    seen: set[str] = set()
    declared: list[PlugIn] = []
    unreadable: dict[str, str] = {}
    for package in metadata.distributions():
        try:
            points = [point for point in package.entry_points if point.group in groups]
            if not points or (name := package.metadata["Name"]) in seen:
                continue
            seen.add(name)
            source = f"{name} {package.version}"
        except Exception as error:  # a damaged package must not hide the others
            unreadable[str(getattr(package, "_path", package))] = said(error)
            continue
        declared += [
            PlugIn(groups[point.group], point.name, point.value, source) for point in points
        ]
    return Declarations(tuple(declared), unreadable)


def imported(plug_in: PlugIn) -> Any:
    """What a package's plug-in names, its module imported."""
    module, _, attribute = plug_in.place.partition(":")
    made: Any = importlib.import_module(module.strip())
    for name in filter(None, attribute.strip().split(".")):
        made = getattr(made, name)
    return made
