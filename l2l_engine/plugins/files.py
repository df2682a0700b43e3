"""Plug-ins in single files of the user, which are code and off until allowed."""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import platformdirs

from l2l_engine.config import L2LError
from l2l_engine.plugins.declared import Declarations, Kind, PlugIn, said

APPLICATION = "l2l-explorer"
DECLARATION = "PLUG_INS"
LARGEST_FILE = 1_000_000  # bytes; a file of code beyond that is not one


def folder() -> Path:
    """Where single-file plug-ins are looked for; it need not exist."""
    return platformdirs.user_data_path(APPLICATION, appauthor=False) / "plug-ins"


def is_allowed(file: Path) -> bool:
    """Whether the user has allowed this file's code to run."""
    return file.name in _allowed()


def waiting() -> list[str]:
    """Names of the files that declare plug-ins and have not been allowed."""
    return sorted(
        {each.source for each in declarations().plug_ins if each.file and not is_allowed(each.file)}
    )


def allow(file: Path) -> None:
    """Remember that the user allows this file's code, from now on.

    Raises
    ------
    L2LError
        When that cannot be written down.
    """
    record = allowances()
    names = sorted({*_allowed(), file.name})
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        beside = record.with_suffix(".part")
        beside.write_text(json.dumps({"allowed": names}), encoding="utf-8")
        os.replace(beside, record)  # noqa: PTH105
    except OSError as error:
        raise L2LError(
            f"{record} cannot be written ({error.strerror}): the plug-in stays off."
        ) from error
    _allowed.cache_clear()


def allowances() -> Path:
    """The file that records what the user allows."""
    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "plug-ins.json"


@functools.cache
def _allowed() -> frozenset[str]:
    try:
        kept = json.loads(allowances().read_text(encoding="utf-8"))["allowed"]
        return frozenset(name for name in kept if isinstance(name, str))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


@functools.cache
def declarations() -> Declarations:
    """Plug-ins that the user's files declare."""
    declared: list[PlugIn] = []
    unreadable: dict[str, str] = {}
    try:
        files = sorted(folder().glob("*.py"))
    except OSError:
        return Declarations((), {})
    for file in files:
        try:
            declared += _declared(file)
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
            unreadable[file.name] = said(error)
    return Declarations(tuple(declared), unreadable)


def _declared(file: Path) -> list[PlugIn]:
    """What a file's ``PLUG_INS`` says, read without running the file.

    The dictionary has the groups of entry points as keys, and a dictionary of names and attributes
    of the file for each.
    """
    if not file.is_file() or file.stat().st_size > LARGEST_FILE:
        raise ValueError("it is no file, or a very large one")
    for statement in ast.parse(file.read_bytes()).body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == DECLARATION
            for target in statement.targets
        ):
            groups = ast.literal_eval(statement.value)
            try:
                return [
                    PlugIn(Kind(group), str(name), str(attribute), file.name, file)
                    for group, names in groups.items()
                    for name, attribute in names.items()
                ]
            except AttributeError as error:
                raise ValueError(f"{DECLARATION} is no dictionary of dictionaries") from error
    raise ValueError(f"it has no {DECLARATION} = {{...}}")


def imported(file: Path, attribute: str) -> Any:
    """An attribute of a file, which is run when it is first asked for."""
    return getattr(_module_of(file), attribute)


def forget() -> None:
    """Read the files, and what is allowed, again."""
    declarations.cache_clear()
    _allowed.cache_clear()


def _module_of(file: Path) -> Any:
    name = f"l2l_plug_in_{file.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
