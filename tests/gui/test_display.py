"""Where Qt would abort for want of a screen, the program says a sentence."""

import ctypes
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from l2l_engine.config import L2LError
from l2l_gui import app, display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def no_screen(monkeypatch):
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)


def test_window_without_a_display_is_one_sentence():
    environment = {name: value for name, value in os.environ.items() if name not in SCREENS}
    result = subprocess.run(
        [sys.executable, "-m", "l2l_gui.app"], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 2
    assert result.stderr.startswith("l2l-gui: There is no display:")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json"], "There is no display"),
        (["--json", "--tours", "x"], "Unrecognized arguments: --tours"),
        (["--json", "--config", "nowhere.toml"], "nowhere.toml is not a file"),
    ],
)
def test_the_window_is_called_as_the_other_commands_are(arguments, said, no_screen, capsys):
    assert app.main(arguments) == 2
    event = json.loads(capsys.readouterr().out)
    assert event["event"] == "error"
    assert said in event["message"]


def test_options_come_from_a_file(no_screen, tmp_path, capsys):
    blocked = tmp_path / "a file, not a folder"
    blocked.touch()
    config = tmp_path / "options.json"
    config.write_text(json.dumps({"tour": str(blocked / "pictures"), "quiet": True}))
    assert app.main(["--config", str(config)]) == 2
    assert "The tour cannot begin" in capsys.readouterr().err


def test_tour_without_a_display_takes_a_screen_in_memory(no_screen, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    display.require(unseen=True)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_missing_library_is_named(no_screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")

    def absent(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", absent)
    with pytest.raises(L2LError, match=r"libxcb-cursor\.so\.0\. On Debian .* libxcb-cursor0 "):
        display.require(unseen=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    display.require(unseen=False)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            "libEGL.so.1: cannot open shared object file: No such file or directory",
            "libEGL.so.1. On",
        ),
        ("/x/libEGL.so.1: file too short", "Qt cannot be loaded (/x/libEGL.so.1"),
    ],
)
def test_qt_that_cannot_be_loaded_is_a_sentence(
    no_screen, monkeypatch, capsys, tmp_path, error, said
):
    def broken(name):
        assert name == "PyQt6.QtWidgets"
        raise ImportError(error)

    monkeypatch.setattr(display.importlib, "import_module", broken)
    assert app.main(["--tour", str(tmp_path)]) == 2
    sentence = capsys.readouterr().err
    assert said in sentence
    assert len(sentence.splitlines()) == 1


def test_the_packages_are_those_that_are_installed_and_documented():
    root = Path(__file__).resolve().parents[2]
    script = (root / "scripts/system-libraries").read_text()
    listed = re.search(r'^packages="([^"]+)"', script, re.MULTILINE)[1].split()
    assert listed == display.PACKAGES.split()
    page = " ".join((root / "docs/troubleshooting.md").read_text().split())
    assert display.PACKAGES in page
