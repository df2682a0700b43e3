"""A small installation: what works without TensorFlow and Qt, and what is said of the rest."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import l2l_engine as l2l
from l2l_engine import extras
from l2l_engine.commands import info, sweep, train

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

WITHOUT = """
import sys
for name in ("tensorflow", "numba", "PyQt6", "pyqtgraph", "cachetools", "PIL.ImageQt", "imageio_ffmpeg",
             "distributed", "pandas", "xarray"):
    sys.modules[name] = None  # importing it fails, as where it is not installed
"""


def python(code):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, timeout=120
    )


def test_window_without_qt_says_the_line_that_installs_it():
    result = python("from l2l_gui.app import main; sys.exit(main([]))")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "l2l-gui: The window needs PyQt6, which is not installed: pip install 'l2l-explorer[gui]'"
    ]


def test_engine_alone_reads_simulates_and_analyses():
    result = python(
        "import l2l_engine as l2l\n"
        "from l2l_engine.commands import analyse\n"
        "session = l2l.load_example()\n"
        "problem = session[52]\n"
        "l2l.simulate(problem.network, problem.stimuli, noise=1)\n"
        "path = str(session.path)\n"
        "sys.exit(analyse.main([path, 'vector-field-change', '--problems', '2-4', '--quiet']))"
    )
    assert result.returncode == 0, result.stderr
    assert "parallel" in result.stdout


@pytest.fixture
def without(monkeypatch):
    def block(*names):
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return block


def test_training_commands_without_tensorflow_say_the_line_and_leave_no_file(
    without, tmp_path, capsys
):
    without("tensorflow")
    assert train.main(["-o", str(tmp_path / "a.h5")]) == 2
    assert sweep.main(["--seeds", "0", "-o", str(tmp_path / "sweep")]) == 2
    said = capsys.readouterr().err.splitlines()
    sentence = (
        "Training needs tensorflow, which is not installed: pip install 'l2l-explorer[train]'"
    )
    assert said == [f"l2l-train: {sentence}", f"l2l-sweep: {sentence}"]
    assert not list(tmp_path.rglob("*.h5"))


def test_training_in_python_without_tensorflow_is_one_sentence(without, tmp_path):
    without("tensorflow")
    with pytest.raises(ImportError, match=r"l2l-explorer\[train\]"):
        l2l.train(path=tmp_path / "a.h5")


@pytest.mark.parametrize("extra", extras.EXTRAS)
def test_every_extra_is_known_to_the_package(extra, without):
    assert extra in PROJECT["optional-dependencies"]
    without(extras.EXTRAS[extra][0])
    assert extras.missing(extra) == extras.EXTRAS[extra][0]
    with pytest.raises(l2l.L2LError, match=rf"pip install 'l2l-explorer\[{extra}\]'"):
        extras.require(extra)


def test_engine_alone_names_nothing_large():
    plain = " ".join(PROJECT["dependencies"]).lower()
    for name in ("tensorflow", "pyqt", "numba", "pandas", "distributed"):
        assert name not in plain


def test_source_distribution_takes_every_file_of_the_checkout():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    listed = subprocess.run(
        ["git", "ls-tree", "--name-only", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = {entry.strip("/") for entry in build["targets"]["sdist"]["include"]}
    assert {*listed} - included == {"pyproject.toml"}  # that one is always taken


def test_system_report_has_versions_and_no_path(capsys):
    assert info.main(["--system"]) == 0
    said = capsys.readouterr().out
    assert l2l.__version__ in said
    assert "numpy" in said
    assert str(Path.home()) not in said
    assert info.main([]) == 2
    assert "--system" in capsys.readouterr().err
