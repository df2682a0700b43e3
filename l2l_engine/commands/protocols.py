"""The options with which a command takes a protocol."""

from __future__ import annotations

import argparse
from typing import Any

from l2l_engine import plugins
from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_engine.config import ConfigError
from l2l_engine.plugins import Kind
from l2l_engine.protocols import choosing
from l2l_engine.protocols.designs import BUILT_IN
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.templates import TEMPLATES, explain
from l2l_engine.sweeps.grid import parse_setting


def add(parser: argparse.ArgumentParser, *, listing: bool = True) -> None:
    """Add ``--protocol``, ``--protocol-set`` and, with ``listing``, ``--list-protocols``."""
    group = parser.add_argument_group(
        "protocol: which problems, in which order, under which rules",
        "such as --protocol revisit-and-reverse --protocol-set sets=5",
    )
    group.add_argument(
        "--protocol",
        metavar="NAME|FILE",
        help="a named protocol (l2l-train --list-protocols) or a protocol's JSON file, in place of a run type",
    )
    group.add_argument(
        "--protocol-set",
        action="append",
        metavar="NAME=V",
        help="a parameter of the named protocol; may be repeated",
    )
    if listing:
        group.add_argument(
            "--list-protocols", action="store_true", help="explain every named protocol, and stop"
        )


def chosen(options: argparse.Namespace, *, after: int | None = None) -> Protocol | None:
    """The protocol asked for; None where none is."""
    if options.protocol is None:
        if options.protocol_set:
            raise common.UsageError("--protocol-set is given without --protocol: name a protocol.")
        return None
    numbers: dict[str, Any] = {}
    for text in options.protocol_set or ():
        name, values = parse_setting(text)
        if len(values) != 1 or name in numbers:
            raise ConfigError(
                f"--protocol-set {text}: give {name} one value; l2l-sweep takes several."
            )
        numbers[name] = values[0]
    return choosing.choose(options.protocol, numbers, after=after)


def show_all(output: Output) -> int:
    """Print every named protocol, its parameters and what it is for; the exit code."""
    blocks, found = [], []
    for name in TEMPLATES:
        known = choosing.parameters(name)
        shown = ", ".join(f"{key}={value:g}" for key, value in known.items())
        blocks.append(f"{name} ({shown})\n    {explain(name)}")
        found.append({"name": name, "parameters": known, "explanation": explain(name)})
    output.result("\n".join(blocks), protocols=found)
    for line in plugins.not_offered(Kind.PROTOCOL, BUILT_IN):
        output.warn(line)
    return common.DONE
