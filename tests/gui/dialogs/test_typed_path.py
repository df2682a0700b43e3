"""Whatever is typed as a file name gives a path or a sentence, never an error."""

from pathlib import Path

import pytest

from l2l_gui.dialogs.typed_path import path_problem, typed_path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/", "Name the file"),
        ("", "Name the file"),
        (".", "is a folder"),
        ("..", "is a folder"),
        ("~nobody-of-this-name/x", "does not exist"),
        ("nowhere/x", "does not exist"),
        ("x" * 400, "cannot be used"),
        ("old", "exists already"),
        ("new", ""),
    ],
)
def test_what_was_typed_is_a_path_or_a_sentence(tmp_path, text, words):
    (tmp_path / "old.h5").touch()
    folder = tmp_path if text else None
    problem = path_problem(typed_path(text, folder, ".h5"), "the session", new=True)
    assert words in problem
    assert bool(problem) == bool(words)


def test_an_ending_is_added_where_there_is_none():
    assert typed_path("a", Path("/b"), ".h5") == Path("/b/a.h5")
    assert typed_path("a.hdf5", Path("/b"), ".h5") == Path("/b/a.hdf5")
    assert typed_path("/c/a", Path("/b"), ".h5") == Path("/c/a.h5")
