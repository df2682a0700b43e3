"""make reproduce: tiny networks trained, analysed, shipped and written about; and taken up again."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from tiny import TINY

from l2l_engine.commands import reproduce
from l2l_engine.config import RunConfig
from l2l_engine.reproduction import report
from l2l_engine.sweeps import sweep
from l2l_engine.sweeps.grid import grid

SHORT = {
    **TINY,
    "manifold_dimensions": 4,
    "criterion_trials": 3,
    "criterion_loss": 9.0,
    "baseline_problems": 3,
    "problems": 7,
}
SKELETON = "\n".join(
    f"# {name}\n<!-- begin {name} -->\n<!-- end {name} -->"
    for name in ("networks", "table", "relearning")
)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce, "grid", lambda seeds, types: grid(seeds, types, **SHORT))
    monkeypatch.setattr(reproduce, "RunConfig", lambda **given: RunConfig(**{**SHORT, **given}))
    monkeypatch.setattr(reproduce, "PRETRAINED_PROBLEMS", 4)
    monkeypatch.setattr(report, "PROBLEMS", 7)
    # the tests of sweeps train in processes; here TensorFlow need not be loaded again
    monkeypatch.setattr(sweep, "LocalPool", ThreadPoolExecutor)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "reproduction.md").write_text(SKELETON)
    return tmp_path


@pytest.fixture
def pictured(monkeypatch):
    """Paths of pictures that are asked for from now on; drawing them again would take seconds."""
    paths = []

    def begin():
        monkeypatch.setattr(
            reproduce, "_picture", lambda number, shown, path, _: paths.append(path)
        )
        return paths

    return begin


def call(folders, *more):
    given = [f"--{name}={folders / name}" for name in ("sweep", "data", "docs")]
    return reproduce.main([*given, "--seeds", "0-1", "--jobs", "1", *more])


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_everything_is_made_and_renewed_without_training_again(folders, capsys, pictured):
    assert call(folders) == 0
    said = capsys.readouterr().err
    assert re.search(r"8 networks into .* trials still to run: .* about \d+ ", said)
    shipped = sorted(path.name for path in (folders / "data" / "results").iterdir())
    assert shipped.pop(0) == "SHIPPED"
    assert len(shipped) == 8
    assert "ds_seed1.results.h5" in shipped
    assert (folders / "data" / "pretrained.h5").stat().st_size > 10_000
    assert {path.name for path in (folders / "data").iterdir()} == {"pretrained.h5", "results"}
    pictures = {path.name for path in (folders / "docs/images/reproduction").iterdir()}
    assert pictures == {f"figure_{number}.png" for number in (1, 2, 3, 5, 6, 7)}
    document = (folders / "docs" / "reproduction.md").read_text()
    assert "| DSManifPert | 0–1 | 7 each | 0 |" in document
    assert "here, mean ± SD, n = 2" in document
    assert "| D→S against S→S |" in document

    (run,) = grid([2], [reproduce.RunType.Full], **SHORT)
    with reproduce.Run.create(folders / "sweep" / run.file, run.config) as session:
        while session.n_problems < 4:
            session.step()
    before = {path: path.stat().st_mtime_ns for path in (folders / "sweep").glob("*.h5")}
    again = pictured()
    assert call(folders, "--no-training") == 0
    assert pictures <= {path.name for path in again}
    assert {path: path.stat().st_mtime_ns for path in (folders / "sweep").glob("*.h5")} == before
    assert (folders / "docs" / "reproduction.md").read_text() == document
    assert "full_seed2 is left out: it has learned 4 problems" in capsys.readouterr().err
    assert not (folders / "data" / "results" / "full_seed2.results.h5").exists()


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_a_run_that_fails_keeps_nothing_of_the_rest_from_being_made(folders, capsys, pictured):
    paths = pictured()
    (folders / "sweep").mkdir()
    (folders / "sweep" / "ss_seed0.h5").write_text("no session")
    (folders / "data").mkdir()
    (folders / "data" / "pretrained.h5").touch()
    assert call(folders, "--seeds", "0") == 1
    assert "ss_seed0 failed" in capsys.readouterr().err
    shipped = {path.name for path in (folders / "data" / "results").glob("*.h5")}
    assert shipped == {f"{kind}_seed0.results.h5" for kind in ("full", "control", "ds")}
    assert paths
    assert "| SSManifPert |" not in (folders / "docs" / "reproduction.md").read_text()


def test_a_document_without_places_is_refused_before_anything_is_trained(folders, capsys):
    (folders / "docs" / "reproduction.md").write_text("nothing here")
    assert call(folders) == 2
    (folders / "docs" / "reproduction.md").unlink()
    assert call(folders) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert "no place for 'networks'" in first
    assert "reproduction.md cannot be read" in second
    assert not (folders / "sweep").exists()
