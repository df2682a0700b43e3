"""What the documentation names exists, and what exists is documented."""

import argparse
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from l2l_engine import extras

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAP = (DOCS / "paper-map.md").read_text(encoding="utf-8")


def resolve(dotted):
    """The object at a dotted name."""
    module, names = dotted, []
    while True:
        try:
            found = importlib.import_module(module)
            break
        except ModuleNotFoundError:
            module, _, name = module.rpartition(".")
            names.insert(0, name)
    for name in names:
        found = getattr(found, name)
    return found


def test_every_function_of_the_papers_map_exists():
    functions = re.findall(r"`(l2l_engine\.[\w.]+)`", MAP)
    assert len(functions) >= 36
    for dotted in functions:
        assert callable(resolve(dotted)), dotted


def test_every_test_of_the_papers_map_exists():
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MAP)
    assert len(tests) >= 38
    for path, name in tests:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in source, f"{path}::{name}"


def test_the_papers_map_has_its_seven_figures():
    assert [int(n) for n in re.findall(r"^\| (\d) \|", MAP, re.MULTILINE)] == [1, 2, 3, 4, 5, 6, 7]


def test_every_row_of_the_papers_map_has_a_function_and_a_test():
    for line in MAP.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| what", "| figure")):
            assert "`l2l_engine." in line, line
            assert "`tests/" in line, line


@pytest.mark.parametrize("command", [*PROJECT["scripts"], "l2l-gui"])
def test_every_command_and_option_is_in_the_reference(command):
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    _, _, section = text.partition(f"\n## `{command}`\n")
    section = section.split("\n## ")[0]
    assert section, f"commands.md has no section of {command}"
    entry = PROJECT["scripts"].get(command, "l2l_gui.app:main").partition(":")[0]
    parser = importlib.import_module(entry)._parser()
    shared = {"--help", "--version", "--quiet", "--json", "--config"}
    parameters = text.partition("\n## Parameters of a run\n")[2]
    for action in parser._actions:
        assert isinstance(action, argparse.Action)
        longest = max(action.option_strings, key=len, default="")
        if longest and longest not in shared:
            assert f"`{longest}" in section or f"`{longest}`" in parameters, longest


def test_every_extra_and_package_is_in_dependencies():
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8").lower()
    extra = PROJECT["optional-dependencies"]
    needed = [*PROJECT["dependencies"], *(line for lines in extra.values() for line in lines)]
    for requirement in needed:
        name = re.match(r"[\w-]+", requirement)[0].lower()
        if name not in ("l2l-explorer", "tensorflow-cpu"):
            assert name in text, name
    for name in extras.EXTRAS:
        assert f"`{name}`" in text


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md"):
        assert path.relative_to(DOCS).as_posix() in navigation


def test_every_link_between_pages_leads_somewhere():
    pages = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_citation_has_the_papers_doi_and_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert "doi: 10.1038/s41593-023-01293-9" in text
    assert f"\nversion: {PROJECT['version']}\n" in text


def test_the_readmes_snippet_runs_twice():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for _ in range(2):
        exec(compile(snippet, "README.md", "exec"), {})
