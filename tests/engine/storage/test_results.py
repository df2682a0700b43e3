"""Results files: found again while true, never trusted when stale or damaged."""

import json
import os
import shutil
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.storage import results as module
from l2l_engine.storage import untrusted
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.results import (
    SHIPPED,
    ResultKey,
    Results,
    ResultsError,
    RunSummary,
    read_summary,
)
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

KEY = ResultKey.of("sizes", 1, first=2, size=50)
ARRAYS = {"table": np.arange(600.0).reshape(100, 6), "share": np.array(0.5)}


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory, monkeypatch):
    """Nothing of a test stays in the user's cache folder."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(module.platformdirs, "user_cache_path", lambda name: folder / name)
    return folder


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "run.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(99)) as writer:
        runs.write(writer, 4)
    return path


@pytest.fixture
def summary(session):
    return summary_of(session)


def summary_of(path):
    with Session.open(path) as session:
        return RunSummary.of(session)


def put(path, summary, key=KEY, arrays=ARRAYS, problems=range(4)):
    return Results(path).put(summary, {(key, summary.digest(problems)): arrays})


def get(path, summary, key=KEY, problems=range(4)):
    return Results(path).get(key, summary.digest(problems))


def test_arrays_come_back_bit_for_bit(tmp_path, summary):
    path = tmp_path / "results/run.results.h5"
    assert put(path, summary) == path
    found = get(path, summary)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_results_lie_beside_the_session(session, summary):
    results = Results.beside(session)
    assert results.put(summary, {}) == session.parent / "results/run.results.h5"
    assert [path.name for path in (session.parent / "results").iterdir()] == ["run.results.h5"]


def test_other_entries_stay_when_one_is_added(tmp_path, summary):
    path, other = tmp_path / "r.h5", ResultKey.of("sizes", 1, first=52, size=50)
    put(path, summary)
    put(path, summary, key=other, arrays={"x": np.ones(3)})
    assert get(path, summary) is not None
    assert get(path, summary, key=other) is not None


def test_another_version_of_an_analysis_is_not_found_and_takes_its_place(tmp_path, summary):
    path, newer = tmp_path / "r.h5", ResultKey.of("sizes", 2, first=2, size=50)
    put(path, summary)
    assert get(path, summary, key=newer) is None
    put(path, summary, key=newer)
    assert get(path, summary) is None
    with h5py.File(path) as file:
        assert len(file["analyses/sizes"]) == 1


def test_changed_networks_make_an_entry_stale(tmp_path, session, summary):
    path = tmp_path / "r.h5"
    put(path, summary, problems=range(3))
    with h5py.File(session, "r+") as file:
        file["problems/weights/recurrent"][1, 0, 0] += 1
    changed = summary_of(session)
    assert get(path, summary, problems=range(3)) is not None
    assert get(path, changed, problems=range(3)) is None


def test_problems_learned_later_leave_earlier_entries_true(tmp_path, session, summary):
    path = tmp_path / "r.h5"
    put(path, summary, problems=range(3))
    with SessionWriter.resume(session) as writer:
        runs.write(writer, 6, start=4)
    assert get(path, summary_of(session), problems=range(3)) is not None


def test_another_configuration_makes_an_entry_stale_but_more_problems_do_not(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)

    def under(**changes):
        config = summary.config.replace(**changes)
        fields = (summary.trials_to_criterion, summary.permutations, summary.available)
        return RunSummary(summary.name, config, *fields, summary.digests)

    assert get(path, under(problems=2000)) is not None
    assert get(path, under(tau=50.0)) is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"no HDF5 file"),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(b""),
    ],
    ids=["other content", "cut off", "empty"],
)
def test_a_damaged_file_is_no_result_and_is_replaced(tmp_path, summary, harm):
    path = tmp_path / "r.h5"
    put(path, summary)
    harm(path)
    assert get(path, summary) is None
    with pytest.raises(ResultsError, match="run l2l-figures"):
        read_summary(path)
    put(path, summary)
    assert get(path, summary) is not None


def test_a_changed_number_is_noticed(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)
    with h5py.File(path, "r+") as file:
        file[KEY.path]["table"][3, 3] += 1e-9
        file["run/trials_to_criterion"][0] = 1234
    assert get(path, summary) is None
    with pytest.raises(ResultsError, match="checksum"):
        read_summary(path)


def test_an_entry_with_a_group_in_place_of_an_array_is_no_result(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)
    with h5py.File(path, "r+") as file:
        del file[KEY.path]["table"]
        file[KEY.path].create_group("table")
    assert get(path, summary) is None


def test_the_users_cache_folder_serves_where_the_first_place_cannot_be_written(tmp_path, summary):
    (tmp_path / "file").write_text("a file, so no folder")
    blocked, fallback = tmp_path / "file/results/r.h5", tmp_path / "cache/r.h5"
    results = Results(blocked, fallback)
    digest = summary.digest(range(4))
    assert results.put(summary, {(KEY, digest): ARRAYS}) == fallback
    assert results.get(KEY, digest) is not None
    assert Results(blocked).put(summary, {(KEY, digest): ARRAYS}) is None


def test_nothing_is_put_among_results_that_come_with_the_program(tmp_path, summary):
    shipped, fallback = tmp_path / "results/r.h5", tmp_path / "cache/r.h5"
    put(shipped, summary, problems=range(2))
    (shipped.parent / SHIPPED).touch()
    results, before = Results(shipped, fallback), shipped.read_bytes()
    digest = summary.digest(range(4))
    assert results.put(summary, {(KEY, digest): ARRAYS}) == fallback
    assert shipped.read_bytes() == before
    assert results.get(KEY, summary.digest(range(2))) is not None
    assert results.get(KEY, digest) is not None


def test_a_true_entry_in_the_cache_folder_is_found_behind_a_stale_one(tmp_path, summary):
    first, second = tmp_path / "a.h5", tmp_path / "b.h5"
    put(first, summary, problems=range(2))
    put(second, summary, problems=range(3))
    results = Results(first, second)
    assert results.get(KEY, summary.digest(range(3))) is not None


def test_a_failed_write_leaves_the_file_before(tmp_path, summary, monkeypatch):
    path = tmp_path / "r.h5"
    put(path, summary)
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module.hdf5, "sync", fail)
    assert put(path, summary, key=ResultKey.of("other", 1)) is None
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} == {path.name, "run.h5"}


def test_writers_at_once_lose_nothing(tmp_path, summary):
    path = tmp_path / "r.h5"
    keys = [ResultKey.of("sizes", 1, first=n) for n in range(6)]
    threads = [threading.Thread(target=put, args=(path, summary, key)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(get(path, summary, key=key) is not None for key in keys)


def test_the_summary_stands_for_the_session(tmp_path, session, summary):
    path = tmp_path / "r.h5"
    Results(path).remember(summary)
    found = read_summary(path)
    assert (found.name, found.config) == ("run", runs.SMALL)
    np.testing.assert_array_equal(found.trials_to_criterion, [1, 2, 3, 4])
    assert found.available.all()
    assert found.digest(range(1, 3)) == summary.digest(range(1, 3))


def test_remembering_the_same_again_writes_nothing(tmp_path, summary):
    path = tmp_path / "r.h5"
    Results(path).remember(summary)
    before = path.stat().st_ino, path.stat().st_mtime_ns
    Results(path).remember(summary)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_a_newer_format_is_refused_in_a_sentence(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 99
    with pytest.raises(ResultsError, match="newer format version 99"):
        read_summary(path)


def test_a_wrong_configuration_is_refused_by_its_field(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)
    with h5py.File(path, "r+") as file:
        text = json.dumps({**json.loads(summary.config.to_json()), "units": -1})
        file.attrs["config"] = text
        file["run"].attrs["computed_from"] = text
        file["run"].attrs["checksum"] = module._checksum(text, summary.arrays())
    with pytest.raises(ResultsError, match="units = -1"):
        read_summary(path)


def test_results_opened_as_a_session_are_told_where_they_belong(tmp_path, summary):
    path = tmp_path / "r.h5"
    put(path, summary)
    with pytest.raises(SessionError, match="add it in the Figures workspace"):
        Session.open(path)


# -- hostile files ------------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path, summary):
    """A results file that a function changes; what is then said of it."""

    def said(change):
        path = tmp_path / "r.h5"
        put(path, summary)
        with h5py.File(path, "r+") as file:
            change(file["run"])
        assert get(path, summary) is not None  # the entry itself is unharmed
        with pytest.raises(ResultsError) as refused:
            read_summary(path)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    return said


def replace_counts(**options):
    def change(group):
        del group["trials_to_criterion"]
        group.create_dataset("trials_to_criterion", dtype=np.float64, **options)

    return change


def test_an_array_that_was_never_written_takes_no_memory(hostile):
    change = replace_counts(shape=(200_000_000,), chunks=(1000,), compression="gzip")
    assert "tells 1600000000 bytes and holds 0" in hostile(change)


def test_a_chunk_larger_than_the_limit_is_not_unpacked(hostile):
    change = replace_counts(
        shape=(4,), maxshape=(None,), chunks=(1 << 27,), fillvalue=1, compression="gzip"
    )
    assert "tells 32 bytes" in hostile(change)


def test_numbers_kept_in_another_file_are_not_read(hostile, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(32))
    change = replace_counts(shape=(4,), external=[(str(tmp_path / "secret"), 0, 32)])
    assert "keeps its numbers in another file" in hostile(change)


def test_a_virtual_dataset_is_not_read(hostile, tmp_path):
    def change(group):
        layout = h5py.VirtualLayout((4,), np.float64)
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (4,))
        del group["trials_to_criterion"]
        group.create_virtual_dataset("trials_to_criterion", layout)

    assert "keeps its numbers in another file" in hostile(change)


@pytest.mark.parametrize(
    "link", [h5py.ExternalLink("other.h5", "/x"), h5py.SoftLink("/run/available")]
)
def test_links_are_not_followed(hostile, link):
    def change(group):
        del group["trials_to_criterion"]
        group["trials_to_criterion"] = link

    assert "points elsewhere" in hostile(change)


def test_texts_in_place_of_numbers_are_refused(hostile):
    def change(group):
        del group["trials_to_criterion"]
        group["trials_to_criterion"] = ["a", "b"]

    assert "is no array of numbers" in hostile(change)


def test_rows_that_do_not_fit_together_are_refused_whatever_their_checksum(hostile, summary):
    def change(group):
        del group["digests"]
        group["digests"] = np.zeros((7, 16), np.uint8)
        arrays = {name: item[()] for name, item in group.items()}
        stamp = untrusted.text(group, "computed_from")
        group.attrs["checksum"] = module._checksum(stamp, arrays)

    assert "digests has the shape (7, 16)" in hostile(change)


@pytest.fixture
def earlier(tmp_path):
    """A results file as version 0.1 wrote them: texts in a heap, nothing of HDF5's own checksummed."""
    shipped = Path(__file__).parents[3] / "data/results/control_seed0.results.h5"
    path = Path(shutil.copy(shipped, tmp_path))
    path.chmod(0o644)
    assert read_summary(path).config.seed == 0
    return path


def test_a_heap_without_an_end_is_refused(earlier):
    content = bytearray(earlier.read_bytes())
    at = content.index(b"GCOL\1") + 16
    while index := content[at]:  # the objects before the free rest
        size = int.from_bytes(content[at + 8 : at + 16], "little")
        at += 16 + size + -size % 8
    assert index == 0
    content[at + 8 : at + 16] = bytes(8)  # HDF5 would walk on by nothing
    earlier.write_bytes(content)
    with pytest.raises(ResultsError, match="a heap of texts is damaged"):
        read_summary(earlier)


def test_an_attribute_that_is_almost_a_text_is_refused(earlier):
    content = bytearray(earlier.read_bytes())
    at = content.index(b"\x19\x01\x01\0\x10", content.index(b"config\0"))
    content[at + 1] = 9  # a variable length of neither text nor list
    earlier.write_bytes(content)
    with pytest.raises(ResultsError, match="is no text"):
        read_summary(earlier)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_a_text_that_tells_gigabytes_takes_no_memory(earlier):
    import resource

    content = bytearray(earlier.read_bytes())
    heap = content.index(b"GCOL\1").to_bytes(8, "little")
    at = content.index(heap, content.index(b"config\0"))
    content[at - 1] = 0xCE  # the highest byte of the text's length
    earlier.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ResultsError, match="is damaged or cannot be read"):
        read_summary(earlier)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 600_000
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_place_of_results_is_refused(tmp_path):
    os.mkfifo(tmp_path / "run.results.h5")
    assert not module.is_results(tmp_path / "run.results.h5")
    with pytest.raises(ResultsError, match="it is a pipe or a device"):
        read_summary(tmp_path / "run.results.h5")
