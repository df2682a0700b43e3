"""What is written: text as text, the same file again, numbers with all their digits."""

import csv
import io
import re
import subprocess
import sys
import threading
from xml.etree import ElementTree

import numpy as np
import pytest

from l2l_engine import figures
from l2l_engine.config import RunType
from l2l_engine.figures import compose, export
from l2l_engine.figures.export import FigureExportError, csv_text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def sources(run):
    kinds = (RunType.ControlManifPert, RunType.DSManifPert, RunType.SSManifPert)
    paths = [run(kind.value, run_type=kind) for kind in kinds]
    return figures.load([*paths, run("a"), run("b", seed=1)])


@pytest.mark.parametrize("number", figures.REGISTRY)
def test_svg_is_of_the_journals_width_keeps_text_as_text_and_leaves_nothing_out(sources, number):
    made = figures.make(number, sources)
    figure = made.figure()
    root = ElementTree.fromstring(export.picture(figure, "svg"))
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(183 / 25.4 * 72, abs=0.1)
    texts = ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]
    assert {"a", "b", "c"} <= set(texts)
    assert re.sub(r"\W", "", made.caption) in re.sub(r"\W", "", "".join(texts))
    with compose.styled():
        shown = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert shown.x0 >= -0.01
    assert shown.y0 >= -0.01
    assert shown.x1 <= width + 0.01
    assert shown.y1 <= height + 0.01


def test_pdf_embeds_true_type_fonts(sources):
    content = figures.make(1, sources).picture("pdf")
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


@pytest.mark.parametrize("kind", export.FORMATS)
def test_the_same_numbers_give_the_same_file(sources, kind):
    made = figures.make(1, sources)
    assert made.picture(kind) == made.picture(kind)


@pytest.mark.parametrize("number", figures.REGISTRY)
def test_tables_say_what_the_numbers_are(sources, number):
    tables = figures.make(number, sources).tables()
    for table in tables.values():
        rows = list(csv.DictReader(io.StringIO(csv_text(table))))
        for name, column in table.items():
            assert len(rows) == len(column)
            for row, value in zip(rows, column, strict=True):
                if isinstance(value, str):
                    assert row[name] == value
                else:
                    np.testing.assert_equal(float(row[name]), float(value))


def test_unknown_numbers_are_nan_in_tables():
    assert csv_text({"a": [1.0, np.nan, 0.1], "b": ["x", "y,z", ""]}) == (
        'a,b\n1,x\nNaN,"y,z"\n0.1,\n'
    )


def test_figures_and_tables_are_saved_side_by_side(sources, tmp_path):
    written = figures.make(5, sources).save(tmp_path / "new/folder", ["png", "svg", "png"])
    assert [path.name for path in written] == [
        "figure_5.png",
        "figure_5.svg",
        "figure_5_networks.csv",
        "figure_5_means.csv",
    ]
    assert {path.name for path in (tmp_path / "new/folder").iterdir()} == {
        path.name for path in written
    }


def test_a_folder_that_cannot_be_written_is_named(sources, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FigureExportError, match="choose another folder"):
        figures.make(1, sources).save(tmp_path / "file")


def test_an_unknown_format_is_refused(sources):
    with pytest.raises(FigureExportError, match="'gif' is no format"):
        figures.make(1, sources).picture("gif")


def test_drawing_in_several_threads_leaves_settings_and_pictures_alone(sources):
    import matplotlib

    made = [figures.make(number, sources) for number in (1, 5, 6)]
    expected = [figure.picture(dpi=60) for figure in made]
    before = dict(matplotlib.rcParams)
    found = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: made[n].picture(dpi=60)}))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n] for n in range(3)] == expected
    assert dict(matplotlib.rcParams) == before


def test_listing_the_figures_does_not_import_matplotlib_or_tensorflow():
    code = (
        "import sys, l2l_engine.figures as f; print([m.TITLE for m in f.REGISTRY.values()]); "
        "assert not {'matplotlib', 'tensorflow', 'PyQt6'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_drawing_does_not_import_pyplot(run):
    code = (
        "import sys; from l2l_engine import figures; "
        f"figures.make(1, figures.load([{str(run())!r}])).picture(dpi=50); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
