"""A recipe with all it is given: as numbers, as a picture, as a script that makes both, as a folder.

>>> from l2l_engine.recipes.script import Script
>>> script = Script("speed", "Speed", (("pretrained", "pretrained.h5"),), {"problem": 52})
>>> print(script.text().splitlines()[0])
\"\"\"Speed.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import pprint
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from l2l_engine.config import RunConfig
from l2l_engine.figures import export
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("pdf", "svg", "png")
PACKAGE = "l2l_engine.recipes"


@dataclass(frozen=True)
class Layout:
    """How a picture is printed.

    Attributes
    ----------
    width_mm, height_mm : float
    dpi : float
        Of a PNG, and of images within a PDF or SVG.
    font_pt : float
    dark : bool
        For a dark slide; else on white.
    caption : str
        Words below the picture.
    kind : str
        pdf, svg or png.
    """

    width_mm: float = 120.0
    height_mm: float = 80.0
    dpi: float = 300.0
    font_pt: float = 7.0
    dark: bool = False
    caption: str = ""
    kind: str = "pdf"


@dataclass(frozen=True)
class Script:
    """What is shown of which sessions.

    Attributes
    ----------
    recipe : str
        Name of a module of :mod:`l2l_engine.recipes`, or the whole name of another.
    title : str
    sessions : tuple of (name, path)
    settings : mapping of str to plain values
        What was selected, and options; each function takes those it names.
    about : tuple of str
        Sentences for the head of the files: seed, run, and so on.
    """

    recipe: str
    title: str
    sessions: tuple[tuple[str, str], ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[str, ...] = ()

    @property
    def module(self) -> ModuleType:
        """The recipe."""
        dotted = self.recipe if "." in self.recipe else f"{PACKAGE}.{self.recipe}"
        return importlib.import_module(dotted)

    @property
    def several(self) -> bool:
        """Whether it compares sessions."""
        return "sessions" in inspect.signature(self.module.numbers).parameters

    @property
    def notes(self) -> tuple[str, ...]:
        """The head of every file: what it shows, of which run, made with what and when."""
        version = importlib.metadata.version("l2l-explorer")
        made = f"Made with L2L Explorer {version} on {export.today()}"
        return (self.title, *self.about, made)

    def settings_of(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Those of the settings that a function of the recipe takes."""
        each = inspect.signature(function).parameters.values()
        named = {one.name for one in each if one.kind is one.KEYWORD_ONLY}
        return {name: value for name, value in self.settings.items() if name in named}

    # -- without the window --------------------------------------------------------------

    def numbers(self) -> Tables:
        """The tables, from the session files; raises L2LError."""
        with ExitStack() as stack:
            opened = {name: stack.enter_context(Session.open(path)) for name, path in self.sessions}
            given = opened if self.several else next(iter(opened.values()))
            found: Tables = self.module.numbers(given, **self.settings_of(self.module.numbers))
            return found

    def figure(self, tables: Tables, config: RunConfig, layout: Layout) -> Figure:
        """The picture of tables, not yet laid out: within :func:`drawing.style`."""
        figure, picture = drawing.sheet(layout.width_mm, layout.height_mm), self.module.picture
        takes = inspect.signature(picture).parameters
        place = (figure, tables, config) if "config" in takes else (figure, tables)
        picture(*place, **self.settings_of(picture))
        drawing.caption(figure, layout.caption)
        return figure

    def image(self, tables: Tables, config: RunConfig, layout: Layout) -> bytes:
        """The picture as the bytes of a file of the layout's kind."""
        with drawing.style(layout.font_pt, layout.dark):
            figure = self.figure(tables, config, layout)
            return drawing.encoded(figure, layout.kind, dpi=layout.dpi, title=self.title)

    def publish(
        self, folder: Path, tables: Tables, config: RunConfig, layout: Layout, name: str = ""
    ) -> list[Path]:
        """Write the picture, its numbers as CSV and the script that makes both again.

        Raises
        ------
        L2LError
            When a file cannot be written.
        """
        stem = name or self.recipe
        image = self.image(tables, config, layout)
        written = [export.write(folder / f"{stem}.{layout.kind}", image)]
        written += drawing.csv_files(folder, stem, tables, self.notes)
        written.append(export.write(folder / f"{stem}.py", self.text(layout, stem).encode()))
        return written

    # -- as a script ---------------------------------------------------------------------

    def text(self, layout: Layout | None = None, name: str = "") -> str:
        """A script that makes numbers and picture again from the session files."""
        layout, stem = layout or Layout(), name or self.recipe.rpartition(".")[2]
        several, module = self.several, self.module
        code = _imports_first(_without_docstring(inspect.getsource(module)))
        given = "sessions" if several else "session"
        takes_config = "config" in inspect.signature(module.picture).parameters
        config = ["config"] if takes_config else []
        numbers = _call("numbers", [given], self.settings_of(module.numbers))
        picture = _call("picture", ["figure", "tables", *config], self.settings_of(module.picture))
        kept = "        config = session.config\n" if takes_config else ""
        if several:
            opening = (
                "    with contextlib.ExitStack() as stack:\n"
                "        sessions = {\n"
                "            name: stack.enter_context(l2l.open(path)) for name, path in SESSIONS.items()\n"
                "        }\n"
            )
            files = f"SESSIONS = {pprint.pformat(dict(self.sessions), sort_dicts=False)}"
        else:
            opening = "    with l2l.open(SESSION) as session:\n"
            files = f"SESSION = {self.sessions[0][1]!r}"
        said = "\n".join(self.notes[1:])
        words = f"        drawing.caption(figure, {layout.caption!r})\n" if layout.caption else ""
        return f'''"""{self.title}.

{said}.

Needs the packages l2l-explorer and matplotlib. It reads the session named below and writes
{stem}.csv and {stem}.{layout.kind} beside itself.
"""

{code.rstrip()}


{files}
NOTES = {pprint.pformat(self.notes, width=96)}


def main() -> None:
    """Read, compute, draw and write."""
{opening}        tables = {numbers}
{kept}    folder = Path(__file__).resolve().parent
    drawing.csv_files(folder, {stem!r}, tables, NOTES)
    with drawing.style(font_pt={layout.font_pt:g}, dark={layout.dark}):
        figure = drawing.sheet({layout.width_mm:g}, {layout.height_mm:g})  # mm
        {picture}
{words}        drawing.save(figure, folder / "{stem}.{layout.kind}", dpi={layout.dpi:g}, title={self.title!r})


if __name__ == "__main__":
    main()
'''


def _without_docstring(source: str) -> str:
    """A module's text from after its docstring on."""
    first = ast.parse(source).body[0]
    return "\n".join(source.splitlines()[first.end_lineno :]).lstrip("\n")


def _imports_first(code: str) -> str:
    """The module's text with what the script itself needs imported, after ``__future__``."""
    future, _, rest = code.partition("\n")
    own = ["import contextlib", "from pathlib import Path", "import l2l_engine as l2l"]
    if "from l2l_engine.recipes import drawing" not in rest:
        own.append("from l2l_engine.recipes import drawing")
    return "\n".join([future, "", *own[:2], "", *own[2:], rest])


def _call(name: str, first: list[str], settings: Mapping[str, Any]) -> str:
    """A call as written; every setting by its name."""
    named = [f"{key}={value!r}" for key, value in settings.items()]
    return f"{name}({', '.join([*first, *named])})"
