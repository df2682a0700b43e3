"""What all commands share: configuration files, errors, events, pipes and encodings."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from l2l_engine import __version__
from l2l_engine.commands import (
    analyse,
    branch,
    common,
    convert,
    figures,
    info,
    stopping,
    sweep,
    train,
)
from l2l_engine.config import L2LError, RunType

VERSION_1 = Path(__file__).parents[1] / "storage" / "fixtures" / "version_1.h5"
COMMANDS = ("analyse", "branch", "convert", "figures", "info", "reproduce", "sweep", "train")


def parser():
    made = common.parser("l2l-test", "Test.", "l2l-test 3", dry_run=True)
    made.add_argument("files", nargs="+", type=Path)
    made.add_argument("--seeds", nargs="+", type=int)
    made.add_argument("--run-type", type=common.run_type)
    made.add_argument("--set", action="append")
    made.add_argument("--size", choices=["small", "large"], required=True)
    return made


def options(arguments):
    seen = []
    code = common.run(parser(), lambda given, output: seen.append(given) or 0, arguments)
    assert code == 0
    return seen[0]


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_config_file_gives_what_the_command_line_leaves_out(kind, tmp_path):
    path = tmp_path / f"options.{kind}"
    if kind == "json":
        values = {"files": ["a", "b"], "run-type": "ds", "size": "large", "quiet": True}
        path.write_text(json.dumps(values | {"seeds": [1, 2], "set": {"sigma_rec": [0.1, 0.2]}}))
    else:
        path.write_text(
            'files = ["a", "b"]\nrun_type = "DSManifPert"\nsize = "large"\nquiet = true\n'
            "seeds = [1, 2]\n[set]\nsigma_rec = [0.1, 0.2]\n"
        )
    given = options(["--config", str(path)])
    assert given.files == [Path("a"), Path("b")]
    assert (given.run_type, given.size, given.quiet) == (RunType.DSManifPert, "large", True)
    assert (given.seeds, given.set) == ([1, 2], ["sigma_rec=0.1,0.2"])
    given = options(["--config", str(path), "--size", "small", "c"])
    assert (given.files, given.size) == ([Path("c")], "small")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not valid JSON"),
        ("[1]", "holds no options"),
        ('{"wings": 2}', "wings is not an option of l2l-test"),
        ('{"size": "huge"}', "size = 'huge' does not fit"),
        ('{"quiet": 1}', "quiet = 1 does not fit"),
        ('{"seeds": ["one"]}', "seeds = ['one'] does not fit"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_bad_config_file_is_one_sentence(text, said, tmp_path, capsys):
    path = tmp_path / "options.json"
    path.write_text(text)
    assert common.run(parser(), lambda *_: 0, ["--config", str(path)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


def test_error_is_one_line_without_the_usage(capsys):
    assert common.run(parser(), lambda *_: 0, ["--size", "huge", "x"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("l2l-test: Argument --size: invalid choice: 'huge'")
    assert len(error.splitlines()) == 1
    assert "l2l-test --help" in error


def test_error_is_an_event_with_json(capsys):
    def fail(given, output):
        raise L2LError("No, because.")

    assert common.run(parser(), fail, ["--size", "small", "--json", "x"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out) == {"event": "error", "message": "No, because."}
    assert said.err == ""


def test_result_of_numbers_that_are_not_finite_is_valid_json(capsys):
    def work(given, output):
        output.result("x", value=float("nan"), rows=[1.0, float("inf")], path=Path("a"))
        return 0

    assert common.run(parser(), work, ["--size", "small", "--json", "x"]) == 0
    line = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert line == {"event": "result", "value": None, "rows": [1.0, None], "path": "a"}


def test_signal_while_something_computes_ends_with_the_usual_code():
    def work(given, output):
        raise stopping.Interrupted(15)

    assert common.run(parser(), work, ["--size", "small", "x"]) == 143


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_version_help_with_examples_and_short_errors(name, capsys):
    helped = subprocess.run(
        [sys.executable, "-m", f"l2l_engine.commands.{name}", "--help"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert helped.returncode == 0, helped.stderr
    text = helped.stdout.decode("ascii")
    assert "examples:" in text
    assert all(flag in text for flag in ("--version", "--quiet", "--json", "--config"))
    assert "(default: None)" not in text
    main = importlib.import_module(f"l2l_engine.commands.{name}").main
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert not ended.value.code
    assert __version__ in capsys.readouterr().out
    assert main(["--bogus"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


_TOO_LONG = 300 * "n" + ".h5"


@pytest.mark.parametrize(
    "command",
    [
        (train, "-o", _TOO_LONG),
        (train, "--resume", _TOO_LONG),
        (train, "-o", "x.h5", "--config", _TOO_LONG),
        (branch, _TOO_LONG, "-o", "x.h5"),
        (convert, _TOO_LONG, "x.h5"),
        (convert, str(VERSION_1), _TOO_LONG.removesuffix(".h5")),
        (convert, str(VERSION_1), f"{_TOO_LONG}.zip"),
        (figures, _TOO_LONG, "-o", "figures"),
        (analyse, _TOO_LONG, "moving-mean"),
        (info, _TOO_LONG),
        (info, str(VERSION_1), "--repair", _TOO_LONG),
        (sweep, "--seeds", "0", "-o", _TOO_LONG),
    ],
    ids=lambda command: command[0].__name__.split(".")[-1],
)
def test_a_name_too_long_is_refused_in_a_sentence(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    module, *arguments = command
    assert module.main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert "too long" in error.lower()
    assert not list(tmp_path.iterdir())


def test_closed_pipe_ends_quietly():
    code = (
        "import sys; from l2l_engine.commands import common\n"
        "p = common.parser('l2l-test', 'Test.')\n"
        "def work(options, output):\n"
        "    for _ in range(100000): output.result('x' * 100)\n"
        "    return 0\n"
        "sys.exit(common.run(p, work, []))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(timeout=30) == 141
    assert process.stderr.read() == b""
