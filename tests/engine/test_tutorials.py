"""Every tutorial is executed as it stands: Python and commands in order, in an empty folder.

A block of text after a block of Python is what it must print. Files that a page shows are those that
``test_plugins`` installs and uses.
"""

import contextlib
import importlib
import io
import re
import shlex
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import plug_ins
import pytest

from l2l_engine import plugins
from l2l_engine.sweeps import sweep

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = sorted(path for path in (ROOT / "docs/tutorials").glob("*.md") if path.stem != "index")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def command(line):
    name, *arguments = shlex.split(line, comments=True)
    module, _, function = COMMANDS[name].partition(":")
    code = getattr(importlib.import_module(module), function)(arguments)
    assert code == 0, line


def execute(text):
    """Run the blocks of a page in the working folder."""
    names, printed = {}, ""
    blocks = FENCE.findall(text)
    for kind, content in blocks:
        if shown := re.fullmatch(r'--8<-- "(.+)"\n', content):
            assert (ROOT / shown[1]).is_file(), shown[1]
        elif kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(compile(content, "tutorial", "exec"), names)
            printed = said.getvalue()
        elif kind == "sh":
            for line in content.replace("\\\n", " ").splitlines():
                if line.strip():
                    command(line)
        elif kind == "toml":
            name = re.search(r"`([\w-]+\.toml)`:\n\n```toml\n" + re.escape(content), text)[1]
            Path(name).write_text(content)
        elif kind == "text":
            assert printed == content
        else:
            assert kind == "console", f"a block of {kind} is not run"
    return len(blocks)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_runs_as_it_stands(path, tmp_path, monkeypatch):
    if path.stem == "notebook":
        pytest.importorskip("pandas")
        pytest.importorskip("xarray")
    if path.stem == "plug-in":
        plug_ins.install_example(tmp_path / "site")
        monkeypatch.syspath_prepend(tmp_path / "site")
        plugins.forget()
    # the tests of sweeps train in processes; here TensorFlow need not be loaded again
    monkeypatch.setattr(sweep, "LocalPool", ThreadPoolExecutor)
    monkeypatch.chdir(tmp_path)
    assert execute(path.read_text(encoding="utf-8")) >= 4
    plugins.forget()


def test_the_page_on_plug_ins_shows_all_files_of_the_example():
    text = (ROOT / "docs/tutorials/plug-in.md").read_text(encoding="utf-8")
    for file in [plug_ins.EXAMPLE / "pyproject.toml", *plug_ins.EXAMPLE.glob("*/*.py")]:
        assert file.name == "__init__.py" or f'"{file.relative_to(ROOT)}"' in text


def test_tutorials_are_listed():
    index = (ROOT / "docs/tutorials/index.md").read_text(encoding="utf-8")
    assert all(f"({path.name})" in index for path in TUTORIALS)
