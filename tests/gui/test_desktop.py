"""The menu entry, the icon and the file type that ``l2l-gui --install-desktop`` writes."""

import configparser
import shlex
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PyQt6.QtGui import QImage

from l2l_engine.storage.naming import session_name
from l2l_gui import app, desktop
from l2l_gui.model import working_copy

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux desktops only")


@linux
def test_install_writes_entry_icon_and_file_type(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert app.main(["--install-desktop"]) == 0
    said = capsys.readouterr().out
    entry = tmp_path / "applications" / "l2l-explorer.desktop"
    icon = tmp_path / "icons" / "hicolor" / "scalable" / "apps" / "l2l-explorer.svg"
    kind = tmp_path / "mime" / "packages" / "l2l-explorer.xml"
    assert all(str(path) in said for path in (entry, icon, kind))
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str
    read.read(entry)
    values = read["Desktop Entry"]
    program, *rest = shlex.split(values["Exec"])
    assert Path(program).is_file()
    assert rest[-1] == "%F"
    assert values["Icon"] == icon.stem
    name = ET.parse(kind).getroot()[0].get("type")
    assert values["MimeType"] == f"{name};"
    assert "*.l2l.h5" in kind.read_text()
    assert not QImage(str(icon)).isNull()


@linux
def test_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert app.main(["--install-desktop"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_elsewhere_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert app.main(["--install-desktop"]) == 2
    assert "Linux" in capsys.readouterr().err


def test_program_in_a_folder_with_spaces_is_quoted():
    assert desktop._quoted("/opt/l2l") == "/opt/l2l"
    assert desktop._quoted('/my "own" 5%') == '"/my \\\\"own\\\\" 5%%"'


def test_new_sessions_get_the_ending_of_their_own_and_are_named_without_it(tmp_path):
    path = working_copy.free_name(tmp_path, "run")
    assert path.name == "run.l2l.h5"
    path.touch()
    assert working_copy.free_name(tmp_path, "run").name == "run-2.l2l.h5"
    assert session_name(path) == "run"
    assert session_name(Path("seed.1.h5")) == "seed.1"
    assert all(pattern in working_copy.FILTER for pattern in ("*.l2l.h5", "*.h5 "))
