"""What all commands have in common: how they are called, configured, interrupted and ended.

A command makes a :func:`parser`, adds its arguments and hands both, with the function that does the
work, to :func:`run`::

    def main(arguments=None):
        return common.run(_parser(), _work, arguments)

    def _work(options, output):
        with output.progress("Counting") as show:
            show(0.5)
        output.result("2 problems", problems=2)
        return 0

Exit codes: 0 done, 1 partly done, 2 for what the user can correct, 128 plus the signal's number
after a signal.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from l2l_engine import shipped
from l2l_engine.commands import stopping
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError, RunType

DONE, IN_PART, REFUSED = 0, 1, 2
_BROKEN_PIPE = 141  # 128 + SIGPIPE, as if the signal had ended the process
_CONFIG_LIMIT = 1_000_000  # bytes of a configuration file

Work = Callable[[argparse.Namespace, Output], int]


class UsageError(L2LError):
    """The command was called in a way it does not understand."""


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage; reads ``--config`` as well."""

    def error(self, message: str) -> NoReturn:
        """Leave the sentence to :func:`run`."""
        raise UsageError(f"{message[:1].upper()}{message[1:].rstrip('.')}. See {self.prog} --help.")


def parser(prog: str, description: str, *examples: str, dry_run: bool = False) -> Parser:
    """A command's parser with the options that all commands share.

    Parameters
    ----------
    prog : str
        The command's name.
    description : str
        What it does, in a sentence or two.
    *examples : str
        Calls to show at the end of the help.
    dry_run : bool
        Whether it has ``--dry-run``, because something long would start.
    """
    made = Parser(
        prog=prog,
        description=description,
        epilog="\n".join(["examples:", *(f"  {example}" for example in examples)]),
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    shared = made.add_argument_group("all commands")
    shared.add_argument("--version", action="version", version=f"%(prog)s {version()}")
    shared.add_argument("--quiet", action="store_true", help="print results and errors only")
    shared.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object per line: progress, result and error events",
    )
    shared.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="options by their long names from a JSON or TOML file; the command line takes precedence",
    )
    if dry_run:
        shared.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would be done and what it takes, and stop",
        )
    return made


def version() -> str:
    """The program's version."""
    from l2l_engine import __version__

    return __version__


def run(
    made: Parser,
    work: Work,
    arguments: Sequence[str] | None = None,
    *,
    stopped: str = "Stopped; nothing was written.",
) -> int:
    """Call a command's work; the exit code.

    Parameters
    ----------
    made : Parser
        The command's parser.
    work : callable
        Takes the options and the :class:`Output`, returns the exit code. What it raises as
        L2LError becomes one sentence.
    arguments : sequence of str, optional
        The command line without the command; by default the process's.
    stopped : str
        What to say when a signal ends it.
    """
    _write_any_character()
    _complete(made)
    given = sys.argv[1:] if arguments is None else list(arguments)
    output = Output(made.prog, quiet="--quiet" in given, as_json="--json" in given)
    try:
        with stopping.raising():
            options = _parse(made, given)
            output.quiet, output.as_json = options.quiet, options.json
            code = work(options, output)
            sys.stdout.flush()
            return code
    except L2LError as error:
        output.error(str(error))
        return REFUSED
    except BrokenPipeError:
        _leave_the_pipe()
        return _BROKEN_PIPE
    except OSError as error:
        output.error(_of_the_system(error))
        return REFUSED
    except stopping.Interrupted as signal:
        output.note(stopped)
        return signal.exit_code
    except KeyboardInterrupt:
        return stopping.Interrupted().exit_code


def _of_the_system(error: OSError) -> str:
    """A sentence for an error of the system that no other code anticipates, such as a name that is too long."""
    said = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename} cannot be used" if error.filename else "A file cannot be used"
    return f"{where} ({said}): choose another file or folder, or fix its permissions."


def run_type(text: str) -> RunType:
    """A run type by its short or its published name; for ``type=`` of an argument."""
    try:
        return RunType(text)
    except ValueError:
        names = ", ".join(f"{member.short} ({member.value})" for member in RunType)
        raise argparse.ArgumentTypeError(f"'{text}' is none of {names}") from None


def session(text: str) -> Path:
    """A session's path; ``example`` is the one that comes with the program. For ``type=``."""
    path = Path(text)
    return shipped.data(shipped.EXAMPLE) if text == EXAMPLE and not path.exists() else path


EXAMPLE = "example"
"""Stands for the session that comes with the program wherever a command reads one."""

RUN_TYPES = ",".join(member.short for member in RunType)
"""The short names, for a ``metavar``."""


# -- the configuration file --------------------------------------------------------------


def _parse(made: Parser, given: list[str]) -> argparse.Namespace:
    finder = Parser(prog=made.prog, add_help=False, allow_abbrev=False)
    finder.add_argument("--config", type=Path)
    found, _ = finder.parse_known_args(given)
    if found.config is not None:
        _set_defaults(made, read_config(found.config), found.config)
    return made.parse_args(given)


def read_config(path: Path) -> dict[str, Any]:
    """The options in a JSON or TOML file.

    Raises
    ------
    L2LError
        When it cannot be read or holds no table of options.
    """
    try:
        if not path.is_file():
            raise L2LError(f"{path} is not a file: give a JSON or TOML file to --config.")
        if path.stat().st_size > _CONFIG_LIMIT:
            raise L2LError(f"{path} is too large for a configuration: give one below 1 MB.")
        text = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise L2LError(f"{path} cannot be read ({error}): give a text file to --config.") from error
    except (ValueError, RecursionError) as error:
        kind = "TOML" if path.suffix.lower() == ".toml" else "JSON"
        raise L2LError(f"{path} is not valid {kind} ({error}): correct it.") from error
    if not isinstance(values, dict):
        raise L2LError(f"{path} holds no options: write them as names with values.")
    return values


def _set_defaults(made: Parser, values: Mapping[str, Any], path: Path) -> None:
    actions = {action.dest: action for action in made._actions}
    for name in ("help", "version", "config"):
        actions.pop(name, None)
    for name, value in values.items():
        action = actions.get(name.replace("-", "_"))
        if action is None:
            known = ", ".join(sorted(dest.replace("_", "-") for dest in actions))
            raise UsageError(f"{path}: {name} is not an option of {made.prog}: it has {known}.")
        try:
            action.default = _default(action, value)
        except (argparse.ArgumentTypeError, TypeError, ValueError) as error:
            raise UsageError(f"{path}: {name} = {value!r} does not fit: {error}.") from error
        action.required = False
        if not action.option_strings:  # a positional may be left out now
            action.nargs = "*" if action.nargs == "+" else "?"


def _default(action: argparse.Action, value: Any) -> Any:
    if action.nargs == 0:  # a switch
        if not isinstance(value, bool):
            raise ValueError("it must be true or false")
        return value if action.const is not False else not value
    if isinstance(value, dict):  # NAME=VALUE,VALUE options as a table
        value = [f"{key}={_joined(item)}" for key, item in value.items()]
    if action.nargs in ("+", "*") or type(action).__name__ == "_AppendAction":
        return [
            _converted(action, item) for item in (value if isinstance(value, list) else [value])
        ]
    return _converted(action, value)


def _joined(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ",".join(item if isinstance(item, str) else json.dumps(item) for item in values)


def _converted(action: argparse.Action, value: Any) -> Any:
    if isinstance(value, (dict, list, bool)) or value is None:
        raise ValueError("it must be a number or a text")
    convert = action.type if callable(action.type) else str
    result = convert(str(value))
    if action.choices is not None and result not in action.choices:
        raise ValueError(f"it must be one of {', '.join(map(str, action.choices))}")
    return result


# -- the terminal ------------------------------------------------------------------------


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples and wraps the description."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def _write_any_character() -> None:
    """Replace what the terminal's encoding lacks rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _leave_the_pipe() -> None:
    """Keep Python from complaining about the closed pipe as it exits."""
    try:
        empty = os.open(os.devnull, os.O_WRONLY)
        os.dup2(empty, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


def _complete(made: Parser) -> None:
    """Answer the shell's request for completions, where argcomplete is installed."""
    if "_ARGCOMPLETE" in os.environ:
        try:
            import argcomplete
        except ImportError:
            return
        argcomplete.autocomplete(made)
