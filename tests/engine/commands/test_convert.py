"""l2l-convert, as people call it: what it would do, before it does it."""

import json

import pytest

from l2l_engine.commands import convert as command


def said(capsys):
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "published.zip"
    assert command.main(["example", str(path), "--quiet"]) == 0
    return path


def test_dry_run_of_an_export_names_the_run_and_writes_nothing(tmp_path, capsys):
    target = tmp_path / "published"
    assert command.main(["example", str(target), "--dry-run", "--json"]) == 0
    found = said(capsys)
    assert (found["problems"], found["networks"], found["states"]) == (101, 101, False)
    assert found["prefix"].endswith("runType.Full")
    assert not list(tmp_path.iterdir())


def test_dry_run_of_an_import_counts_what_is_there_and_writes_nothing(published, tmp_path, capsys):
    target = tmp_path / "run.h5"
    assert command.main([str(published), str(target), "--dry-run", "--json"]) == 0
    found = said(capsys)
    assert (found["problems"], found["networks"]) == (101, 101)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("exports", [True, False])
def test_dry_run_refuses_what_the_conversion_would(published, tmp_path, capsys, exports):
    target = tmp_path / "there.zip" if exports else tmp_path / "there.h5"
    target.write_text("mine")
    source = "example" if exports else str(published)
    assert command.main([source, str(target), "--dry-run"]) == 2
    error = capsys.readouterr().err
    assert f"{target} exists already" in error
    assert len(error.splitlines()) == 1
    assert target.read_text() == "mine"
    if not exports:
        assert command.main([source, str(target), "--dry-run", "--overwrite"]) == 0
        assert target.read_text() == "mine"
