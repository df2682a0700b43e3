"""Plug-ins: found without importing, used by every command, and harmless where they are broken."""

import json
import subprocess
import sys

import numpy as np
import pytest
from plug_ins import EXAMPLE, Site, install_example

from l2l_engine import figures, plugins, shipped
from l2l_engine.analysis import known, registry, running
from l2l_engine.analysis.record import record_of
from l2l_engine.analysis.running import RunData
from l2l_engine.commands import analyse, train
from l2l_engine.commands import figures as figures_command
from l2l_engine.config import L2LError
from l2l_engine.plugins import Kind, State
from l2l_engine.plugins.files import allowances
from l2l_engine.protocols import ProtocolError, choosing, template
from l2l_engine.protocols.templates import TEMPLATES, explain

ANALYSIS = """
from l2l_engine.analysis.record import Column, KnownAnswer, Takes, analysis

@analysis(name={name!r}, title="Torn", takes=Takes.COUNTS, columns={{"n": Column("", "a number")}},
          cost="none", source="this test", known=None)
def function(counts):
    '''A number.'''
    {body}
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    made = Site(tmp_path, monkeypatch)
    yield made
    made.close()


@pytest.fixture(scope="module")
def example_folder(tmp_path_factory):
    return install_example(tmp_path_factory.mktemp("installed") / "site")


@pytest.fixture
def example(example_folder, site, monkeypatch):
    monkeypatch.syspath_prepend(example_folder)
    for name in [name for name in sys.modules if name.startswith("l2l_mean_rate")]:
        monkeypatch.delitem(sys.modules, name)  # another test installed it elsewhere
    site.look()
    return example_folder


@pytest.fixture
def counts():
    """A run of three problems."""
    stimuli = np.stack([known.STIMULI] * 3)
    weights = type(known.bistable()).stack([known.bistable()] * 3)
    return RunData("memory", known.CONFIG, np.array([40.0, 30, 10]), weights, stimuli)


def said(capsys, command, *arguments):
    code = command.main(list(arguments))
    return code, capsys.readouterr()


# -- the example that the docs show ------------------------------------------------------


def test_the_example_is_under_150_lines_in_all():
    files = [EXAMPLE / "pyproject.toml", *EXAMPLE.glob("*/*.py")]
    assert sum(len(path.read_text().splitlines()) for path in files) < 150


def test_the_example_is_listed_without_being_imported(example):
    found = {(plug_in.kind, plug_in.name, plug_in.source) for plug_in in plugins.found()}
    assert {(kind, name) for kind, name, source in found if source == "l2l-mean-rate 1.0"} == {
        (Kind.ANALYSIS, "mean-rate"),
        (Kind.PANEL, "mean-rate-course"),
        (Kind.FIGURE, "mean-rate"),
        (Kind.PROTOCOL, "there-and-back"),
    }
    assert "mean-rate" in registry.names()
    assert "mean-rate" in figures.names()
    assert "there-and-back" in TEMPLATES
    assert not [name for name in sys.modules if name.startswith("l2l_mean_rate")]
    assert plugins.status(registry.plug_ins()["mean-rate"]) == (State.UNUSED, "")


def test_every_command_lists_the_example(example, capsys):
    code, out = said(capsys, analyse, "--list")
    assert code == 0
    assert "mean-rate" in out.out
    assert "From the plug-in l2l-mean-rate 1.0." in out.out
    code, out = said(capsys, figures_command, "--list")
    assert code == 0
    assert "Mean rate over problems From the plug-in l2l-mean-rate 1.0." in out.out
    code, out = said(capsys, train, "--list-protocols")
    assert code == 0
    assert "there-and-back (problems=20)\n    Learn some problems" in out.out


def test_the_examples_analysis_runs_on_the_shipped_session(example, capsys, tmp_path):
    assert record_of(registry.find("mean-rate").function).check() == []
    code, out = said(capsys, analyse, "example", "mean-rate", "--problems", "2,3")
    assert code == 0
    rows = [line for line in out.out.splitlines() if not line.startswith("#")]
    assert rows[0] == "problem,stimulus,mean_rate"
    assert len(rows) == 5
    assert plugins.status(registry.plug_ins()["mean-rate"]) == (State.WORKS, "")


def test_the_examples_figure_is_drawn_by_the_command(example, capsys, tmp_path):
    session = str(shipped.data(shipped.EXAMPLE))
    options = ("-o", str(tmp_path / "out"), "--figure", "mean-rate", "--format", "svg")
    code, out = said(capsys, figures_command, session, *options)
    assert code == 0, out.err
    assert out.out.startswith("Mean rate over problems. Rate averaged over units")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"figure_mean-rate.svg", "figure_mean-rate_network_1.csv"}


def test_the_examples_protocol_is_made_by_name(example):
    assert choosing.choose("there-and-back", {"problems": 3}).problems == 6
    with pytest.raises(ProtocolError, match="there-and-back has no parameter sets"):
        template("there-and-back", sets=3)


# -- what is broken ------------------------------------------------------------------------


def test_an_import_error_names_the_plug_in_and_stops_nothing(site, capsys):
    site.package("torn", "import no_such_module", analyses={"torn": "function"})
    with pytest.raises(
        L2LError,
        match="The analysis 'torn' of the plug-in torn 1.0 is left out: it cannot be loaded "
        r"\(ModuleNotFoundError: No module named 'no_such_module'\)",
    ):
        registry.find("torn")
    code, out = said(capsys, analyse, "--list")
    assert code == 0
    assert "left out: it cannot be loaded" in out.out
    assert "selectivity" in out.out


def test_a_plug_in_that_ends_the_process_ends_nothing(site, capsys):
    site.package("torn", "raise SystemExit(3)", analyses={"torn": "function"})
    code, out = said(capsys, analyse, "--list")
    assert code == 0
    assert "SystemExit: 3" in out.out


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("function = 3", "torn:function is no function"),
        ("def function(): pass", "is not declared an analysis"),
        (ANALYSIS.format(name="other", body="pass"), "its record has the name 'other'"),
        ("", "has no attribute 'function'"),
    ],
)
def test_a_plug_in_of_a_wrong_kind_is_left_out(site, code, reason):
    site.package("torn", code, analyses={"torn": "function"})
    with pytest.raises(L2LError, match=reason):
        registry.find("torn")
    (plug_in,) = registry.plug_ins().values()
    assert plugins.status(plug_in)[0] is State.LEFT_OUT


def test_a_taken_name_is_left_out_and_listed_with_the_reason(site, capsys):
    site.package(
        "torn",
        "import no_such_module",
        analyses={"speed": "function"},
        figures={"revisit": "", "3": ""},
        protocols={"full": "function"},
    )
    assert registry.find("speed").title == "Speed of the state"
    assert figures.find(3).TITLE
    assert TEMPLATES["full"]().problems == 1001
    for command, option in ((analyse, "--list"), (train, "--list-protocols")):
        code, out = said(capsys, command, option)
        assert code == 0
        assert "is left out: its name is taken by one that is built in: rename it." in out.err


def test_the_second_plug_in_of_a_name_is_left_out(site):
    site.package(
        "torn",
        ANALYSIS.format(name="mine", body="return {'n': [1]}"),
        analyses={"mine": "function"},
    )
    site.package("other", "", analyses={"mine": "function"})
    assert len(registry.plug_ins()) == 1
    first = registry.plug_ins()["mine"]
    (second,) = (each for each in plugins.found() if each != first)
    assert plugins.status(second)[1] == (
        f"its name is taken by the plug-in {first.source}: rename it"
    )


def test_what_raises_while_running_becomes_one_sentence(site, counts, capsys):
    site.package("torn", ANALYSIS.format(name="torn", body="1 / 0"), analyses={"torn": "function"})
    record = registry.find("torn")
    with pytest.raises(
        L2LError,
        match=r"The analysis 'torn' of the plug-in torn 1.0 failed \(ZeroDivisionError: division by",
    ):
        running.run(record, counts)
    assert plugins.status(registry.plug_ins()["torn"])[0] is State.FAILED
    code, out = said(capsys, analyse, "example", "torn")
    assert code == 2
    assert "Traceback" not in out.err


def test_cancelling_a_plug_ins_analysis_is_no_fault_of_it(site, counts):
    code = ANALYSIS.format(name="torn", body="progress(0.5)").replace(
        "counts)", "counts, progress)"
    )
    site.package(
        "torn",
        code.replace("COUNTS", "GROUP").replace("(counts,", "(w, s, c, *,"),
        analyses={"torn": "function"},
    )

    class CancelledError(Exception):
        pass

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        running.run(registry.find("torn"), counts, progress=cancel)
    assert plugins.status(registry.plug_ins()["torn"])[0] is State.WORKS


def test_a_figure_and_a_protocol_that_raise_are_named(site, tmp_path, capsys):
    site.package(
        "torn",
        "NUMBER, TITLE, NEEDS = 'torn', 'Torn', None\n"
        "def compute(sources, progress=None): raise KeyError('x')\n"
        "draw = table = None\n"
        "def template(n=1): raise OSError('gone')\n"
        "def no_default(n): pass\n"
        "def nothing(n=1): return 3\n",
        protocols={"torn": "template", "bare": "no_default", "none": "nothing"},
    )
    about = site.folder / "torn-1.0.dist-info" / "entry_points.txt"
    about.write_text(about.read_text() + "\n[l2l.figures]\ntorn = torn\n")
    site.look()
    with pytest.raises(ProtocolError, match=r"The protocol 'torn' .* failed \(OSError: gone\)"):
        template("torn")
    with pytest.raises(ProtocolError, match="its parameter n needs a number as its default"):
        template("bare")
    with pytest.raises(ProtocolError, match="it makes no Protocol"):
        template("none")
    assert "needs a number as its default" in explain("bare")
    assert choosing.parameters("bare") == {}
    code, out = said(capsys, train, "--list-protocols")
    assert code == 0
    with pytest.raises(L2LError, match=r"The figure 'torn' .* failed \(KeyError: 'x'\)"):
        figures.make("torn", [])
    code, out = said(
        capsys, figures_command, "--shipped", "-o", str(tmp_path / "o"), "--figure", "torn"
    )
    assert code == 2
    assert "Traceback" not in out.err


def test_a_damaged_package_hides_no_other(site, capsys):
    site.package(
        "torn",
        ANALYSIS.format(name="torn", body="return {'n': [1]}"),
        analyses={"torn": "function"},
    )
    damaged = site.folder / "damaged-1.0.dist-info"
    damaged.mkdir()
    (damaged / "METADATA").write_text("Metadata-Version: 2.1\nName: damaged\nVersion: 1.0\n")
    (damaged / "entry_points.txt").write_bytes(b"[l2l.analyses]\nx = \xff\xfe\n")
    site.look()
    assert "torn" in registry.names()
    assert any("damaged" in source for source in plugins.unreadable())


# -- single files of the user ----------------------------------------------------------------

FILE = 'PLUG_INS = {{"l2l.analyses": {{"torn": "function"}}}}\n' + ANALYSIS


def test_a_file_is_off_until_allowed_and_then_stays_on(site, counts):
    file = site.file("mine.py", FILE.format(name="torn", body="return {'n': [7]}"))
    (plug_in,) = plugins.found()
    assert plugins.status(plug_in)[0] is State.OFF
    assert "torn" not in registry.names()
    assert "l2l_plug_in_mine" not in sys.modules
    (sentence,) = plugins.not_offered(Kind.ANALYSIS, registry.BUILT_IN)
    assert "is off: It is code from a file and has not been allowed" in sentence
    plugins.allow(file)
    assert running.run(registry.find("torn"), counts)["n"] == [7]
    site.look()  # another launch
    assert "torn" in registry.names()


def test_a_files_names_are_read_without_running_it(site):
    site.file("mine.py", FILE.format(name="torn", body="pass") + "\nraise SystemExit(5)\n")
    assert [plug_in.name for plug_in in plugins.found()] == ["torn"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x = 1", "it has no PLUG_INS"),
        ("PLUG_INS = {'l2l.games': {'a': 'b'}}", "'l2l.games' is not a valid Kind"),
        ("PLUG_INS = {'l2l.panels': 3}", "is no dictionary of dictionaries"),
        ("PLUG_INS = open('x')", "malformed"),
        ("PLUG_INS = {", "SyntaxError"),
        ("x = '" + "a" * 1_000_001 + "'", "a very large one"),
        ("\0", "null bytes"),
    ],
)
def test_a_file_that_declares_nothing_usable_is_named(site, code, reason):
    site.file("mine.py", code)
    assert plugins.found() == ()
    assert reason in plugins.unreadable()["mine.py"]
    assert plugins.not_offered(Kind.FIGURE, [])[0].startswith(
        "The plug-ins of mine.py are left out"
    )


def test_a_damaged_list_of_what_is_allowed_allows_nothing(site):
    file = site.file("mine.py", FILE.format(name="torn", body="pass"))
    plugins.allow(file)
    record = allowances()
    assert json.loads(record.read_text()) == {"allowed": ["mine.py"]}
    for text in ("{", "[]", '{"allowed": 3}', '{"allowed": [["mine.py"]]}'):
        record.write_text(text)
        site.look()
        assert not plugins.is_allowed(file)


def test_what_cannot_be_written_down_stays_off(site):
    file = site.file("mine.py", FILE.format(name="torn", body="pass"))
    allowances().parent.parent.mkdir(parents=True)
    allowances().parent.write_text("in the way")
    with pytest.raises(L2LError, match="the plug-in stays off"):
        plugins.allow(file)
    assert not plugins.is_allowed(file)


def test_names_are_read_in_a_process_that_imports_nothing_of_them(example):
    code = (
        f"import sys; sys.path.insert(0, {str(example)!r});"
        "from l2l_engine.analysis import registry; assert 'mean-rate' in registry.names();"
        "print([m for m in sys.modules if m.startswith('l2l_mean_rate') or m == 'scipy'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
