"""The authors' published files, in and out."""

import dataclasses
import json
import os
import shutil
import struct
import threading
import zipfile
import zlib

import numpy as np
import pytest
import runs
import scipy.io

from l2l_engine.commands import convert
from l2l_engine.config import RunConfig, RunType
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.published import (
    PublishedError,
    archive,
    export_published,
    import_published,
    names,
    source,
)
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import Outcome

PREFIX = "0_0.000100_0.001000_0.000100_0.000500_0.100000_10.000000"
FULL = f"{PREFIX}_runType.Full"
CONFIG = RunConfig()


@pytest.fixture(scope="session")
def legacy(reference, tmp_path_factory):
    """A folder with the first problems of a real run of the authors' code, and its summaries."""
    folder = tmp_path_factory.mktemp("legacy")
    for item in (reference / "legacy_run").iterdir():
        number = item.stem.rpartition("_")[2]
        if not number.isdigit() or int(number) <= 4:
            shutil.copy(item, folder)
    return folder


@pytest.fixture
def session(tmp_path):
    """A run of our own, its second network not saved."""
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, CONFIG, runs.weights_of(0, CONFIG)) as writer:
        for index in range(3):
            for row in range(60):
                writer.add_trial(dataclasses.replace(runs.trial(row), problem=index))
            record = dataclasses.replace(runs.problem(index, CONFIG), first_trial=index * 60)
            if index == 1:
                lost = record.weights.map(lambda array: np.full_like(array, np.nan))
                record = dataclasses.replace(record, weights=lost, trials_to_criterion=np.nan)
            writer.add_problem(record)
    return path


@pytest.fixture
def exported(session, tmp_path):
    return export_published(session, tmp_path / "published")


def refusal(source, target, **options) -> str:
    with pytest.raises(PublishedError) as caught:
        import_published(source, target, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert not target.exists()
    assert not list(target.parent.glob(".*"))
    return text


# -- the authors' own run --------------------------------------------------------------


def test_real_run_with_more_summaries_than_networks_is_read(legacy, tmp_path):
    path = import_published(legacy, tmp_path / "legacy.h5")
    with Session.open(path) as session:
        assert (session.config.seed, session.config.run_type) == (0, RunType.Full)
        assert session.n_problems == 93
        assert session.available.tolist() == [True] * 4 + [False] * 89
        assert session.trials_to_criterion[:6].tolist() == [3958, 289, 148, 46, 9, 6]
        np.testing.assert_array_equal(
            np.diff(session.first_trial[:4]), session.trials_to_criterion[:3] + 50
        )
        assert session.checkpoint() is None
        assert session.source.startswith("published files")
        assert session.problem_column("largest_rate")[0] == 24.731206894
        top = np.square(session.problem_column("singular_values")[0, :10]).mean()
        assert session.problem_column("top_singular_norm")[0] == pytest.approx(top, rel=1e-3)
        found = session.weights(1)
        stored = scipy.io.loadmat(legacy / f"saved_{FULL}_2.mat")
        np.testing.assert_array_equal(found.recurrent, stored["wts_leakyRNN_weights"])
        np.testing.assert_array_equal(found.bias, stored["wts_leakyRNN_biases"][0])
        np.testing.assert_array_equal(session.stimuli[1], stored["images"])


def test_real_run_comes_back_byte_for_byte(legacy, tmp_path):
    path = import_published(legacy, tmp_path / "legacy.h5")
    folder = export_published(path, tmp_path / "again")
    ours = f"config_{FULL}.json"
    assert {item.name for item in folder.iterdir()} == {item.name for item in legacy.iterdir()} | {
        ours
    }
    for item in legacy.iterdir():
        # the first 128 bytes of a MATLAB file say when it was made
        start = 128 if item.suffix == ".mat" else 0
        assert (folder / item.name).read_bytes()[start:] == item.read_bytes()[start:], item.name


# -- every layout people have ------------------------------------------------------------


def assert_same_networks(first, second):
    with Session.open(first) as ours, Session.open(second) as other:
        np.testing.assert_array_equal(ours.available, other.available)
        for name, array in ours.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, getattr(other.weights(slice(None)), name))
        np.testing.assert_array_equal(ours.stimuli[ours.available], other.stimuli[ours.available])
        np.testing.assert_array_equal(ours.trials_to_criterion, other.trials_to_criterion)


def test_gap_and_failed_problem_survive_the_round_trip(session, exported, tmp_path):
    assert not (exported / f"saved_{FULL}_2.mat").exists()
    again = import_published(exported, tmp_path / "again.h5")
    assert_same_networks(session, again)
    with Session.open(again) as read, Session.open(session) as own:
        assert read.available.tolist() == [True, False, True]
        assert np.isnan(read.trials_to_criterion[1])
        # as in the authors' files, nothing but the failure is known of a failed problem
        assert not (exported / f"trIms_{FULL}_2.txt").exists()
        assert read.first_trial.tolist() == [0, -1, 60]
        learned = own.trial_column("problem") != 1
        np.testing.assert_array_equal(
            read.trial_column("stimulus"), own.trial_column("stimulus")[learned]
        )
        for name in ("input_norm", "output_norm", "recurrent_norm", "top_singular_norm",
                     "mean_square_rate", "largest_rate", "singular_values"):  # fmt: skip
            np.testing.assert_allclose(
                read.problem_column(name)[[0, 2]], own.problem_column(name)[[0, 2]], atol=1e-9
            )
            assert np.isnan(read.problem_column(name)[1]).all()


def test_zip_is_written_and_read(session, tmp_path):
    packed = export_published(session, tmp_path / "published.zip")
    assert_same_networks(session, import_published(packed, tmp_path / "again.h5"))


def test_zip_with_a_data_folder_in_it(session, exported, tmp_path):
    packed = tmp_path / "mailed.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for item in exported.iterdir():
            file.write(item, f"run/data/{item.name}")
        file.writestr("run/readme.txt", "hello")
    assert_same_networks(session, import_published(packed, tmp_path / "again.h5"))


def test_older_names_without_run_type(session, exported, tmp_path):
    for item in list(exported.iterdir()):
        item.rename(exported / item.name.replace("_runType.Full", ""))
    assert_same_networks(session, import_published(exported, tmp_path / "again.h5"))


def test_run_cut_off_before_its_summaries(session, exported, tmp_path):
    for item in list(exported.iterdir()):
        if not item.name.startswith(("saved", "trIms")):
            item.unlink()
    with Session.open(import_published(exported, tmp_path / "again.h5")) as read:
        assert read.n_problems == 3
        np.testing.assert_array_equal(read.trials_to_criterion, [10, np.nan, 10])
        assert np.isnan(read.problem_column("input_norm")).all()
        singular = np.linalg.svd(read.weights(0).recurrent, compute_uv=False)
        np.testing.assert_allclose(read.problem_column("singular_values")[0], singular, rtol=1e-4)


def test_last_row_cut_off_is_left_out(exported, tmp_path):
    place = exported / f"SINGS_{FULL}.txt"
    rows = place.read_text().splitlines()[:3]
    place.write_text("\n".join([*rows[:2], rows[2][:500]]))
    with Session.open(import_published(exported, tmp_path / "again.h5")) as read:
        assert read.problem_column("singular_values")[0, 0] == pytest.approx(0.1)


def test_layout_of_the_fork(session, tmp_path):
    folder = tmp_path / "fork" / "saved"
    folder.mkdir(parents=True)
    with Session.open(session) as own:
        for index in (0, 2):
            weights = own.weights(index)
            scipy.io.savemat(
                folder / f"{index + 1}.mat",
                {
                    "images": own.stimuli[index],
                    "wts_leakyRNN_kernel": np.concatenate([weights.input, weights.recurrent]),
                    "wts_leakyRNN_biases": weights.bias[None],
                    "wts_leakyRNN_init_state": weights.initial_state,
                    "wts_out_RNN_weights": weights.output,
                    "wts_out_RNN_biases": weights.output_bias[None],
                },
                do_compression=True,
            )
        for place in (tmp_path / "fork", folder):
            path = import_published(place, tmp_path / f"{place.name}.h5")
            with Session.open(path) as read:
                assert read.available.tolist() == [True, False, True]
                np.testing.assert_array_equal(read.weights(2).input, own.weights(2).input)
                np.testing.assert_array_equal(read.weights(2).recurrent, own.weights(2).recurrent)
                assert np.isnan(read.initial.recurrent).all()


def test_several_runs_are_listed_and_one_chosen(session, exported, tmp_path):
    (exported / f"config_{FULL}.json").unlink()
    for item in list(exported.iterdir()):
        shutil.copy(item, exported / item.name.replace(PREFIX, "7" + PREFIX[1:]))
    text = refusal(exported, tmp_path / "again.h5")
    assert FULL in text
    assert "7" + FULL[1:] in text
    path = import_published(exported, tmp_path / "again.h5", prefix="7" + FULL[1:])
    with Session.open(path) as read:
        assert read.config.seed == 7


def test_perturbation_run_keeps_its_type_and_states(tmp_path):
    config = CONFIG.replace(run_type=RunType.DSManifPert, baseline_problems=2)
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, config, runs.weights_of(0, config)) as writer:
        for index in range(3):
            writer.add_problem(runs.problem(index, config))
    with Session.open(path) as session:
        states = convert.kept_states(session)
    assert states.shape == (4, 2000, 100)
    folder = export_published(path, tmp_path / "out", states=states)
    stored = np.load(folder / f"states_{PREFIX}_runType.DSManifPert.npy", allow_pickle=False)
    # the authors': float64, units x steps x trials, all of stimulus 0 and then all of stimulus 1
    assert (stored.shape, stored.dtype) == ((100, 2000, 4), np.float64)
    for place, trial in enumerate((0, 2, 1, 3)):
        np.testing.assert_array_equal(stored[:, :, place], states[trial].T)
    with Session.open(import_published(folder, tmp_path / "again.h5")) as read:
        assert read.config.run_type is RunType.DSManifPert
    with pytest.raises(ValueError, match="states has shape"):
        export_published(path, tmp_path / "other", states=states[0])


def test_overtrained_problem_is_no_failed_one(tmp_path):
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, CONFIG, runs.weights_of(0, CONFIG)) as writer:
        record = runs.problem(0, CONFIG)
        writer.add_problem(
            dataclasses.replace(record, trials_to_criterion=np.nan, outcome=Outcome.ENDED)
        )
    folder = export_published(path, tmp_path / "out")
    assert (folder / f"saved_{FULL}_1.mat").exists()


def test_many_problems_with_gaps_are_written_together(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / f"conv_{FULL}.txt").write_text("1\n" * 70)
    saved = (1, 2, 5, 33, 64, 65)
    for number in saved:
        weights = names.mat_variables(runs.weights_of(number, CONFIG))
        variables = {"images": np.full((2, 10), number), **weights}
        scipy.io.savemat(folder / f"saved_{FULL}_{number}.mat", variables)
    with Session.open(import_published(folder, tmp_path / "again.h5")) as read:
        assert read.n_problems == 70
        assert (np.flatnonzero(read.available) + 1).tolist() == list(saved)
        for number in saved:
            expected = runs.weights_of(number, CONFIG).recurrent
            np.testing.assert_array_equal(read.weights(number - 1).recurrent, expected)
            assert (read.stimuli[number - 1] == number).all()


# -- cancelling and refusing --------------------------------------------------------------


class CancelledError(Exception):
    pass


def cancel(done: float) -> None:
    if done > 0.5:
        raise CancelledError


def test_cancelled_conversion_leaves_nothing(session, exported, tmp_path):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        import_published(exported, tmp_path / "again.h5", cancel)
    with pytest.raises(CancelledError):
        export_published(session, tmp_path / "other", cancel)
    with pytest.raises(CancelledError):
        export_published(session, tmp_path / "other.zip", cancel)
    assert sorted(tmp_path.iterdir()) == before


def test_progress_ends_at_one(session, exported, tmp_path):
    told = []
    import_published(exported, tmp_path / "again.h5", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_existing_files_are_not_overwritten(session, exported, tmp_path):
    with pytest.raises(SessionError, match="exists already"):
        import_published(exported, session)
    with pytest.raises(SessionError, match="already holds files"):
        export_published(session, exported)


def test_command_converts_both_ways(session, tmp_path, capsys):
    assert convert.main([str(session), str(tmp_path / "out")]) == 0
    assert convert.main([str(tmp_path / "out"), str(tmp_path / "again.h5")]) == 0
    assert_same_networks(session, tmp_path / "again.h5")
    capsys.readouterr()
    assert convert.main([str(tmp_path / "none"), str(tmp_path / "x.h5")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert convert.main([str(tmp_path / "out"), str(tmp_path / "again.h5")]) == 2
    assert "exists already" in capsys.readouterr().err


# -- untrusted files ------------------------------------------------------------------------


def test_folder_without_published_files(tmp_path):
    assert "holds no published files" in refusal(tmp_path, tmp_path / "again.h5")


@pytest.mark.parametrize(
    "name", ["../evil.mat", "/etc/evil.mat", "a/../../evil.mat", "C:/evil.mat", "..\\evil.mat"]
)
def test_zip_that_names_a_place_outside_is_refused(exported, tmp_path, name):
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.write(exported / f"saved_{FULL}_1.mat", f"saved_{FULL}_1.mat")
        file.writestr(name, "x")
    assert "outside itself" in refusal(packed, tmp_path / "again.h5")


def test_zip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "LARGEST_TEXT", 1 << 20)
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"conv_{FULL}.txt", "0\n" * (1 << 20))
    assert packed.stat().st_size < 10_000
    assert "unpacks to more than" in refusal(packed, tmp_path / "again.h5")


def test_bomb_inside_a_matlab_file_is_refused(exported, tmp_path, monkeypatch):
    scipy.io.savemat(
        exported / f"saved_{FULL}_1.mat", {"images": np.zeros((1 << 20, 2))}, do_compression=True
    )
    monkeypatch.setattr(source, "LARGEST_FILE", 1 << 20)
    text = refusal(exported, tmp_path / "again.h5")
    assert f"saved_{FULL}_1.mat unpacks to more than" in text


def test_damaged_file_in_a_zip_is_named_with_its_zip(tmp_path):
    packed = tmp_path / "mailed.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"conv_{FULL}.txt", "1\n?\n2\n")
    assert f"mailed.zip, conv_{FULL}.txt, line 2" in refusal(packed, tmp_path / "again.h5")


def test_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 10)
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for index in range(11):
            file.writestr(f"{index}.txt", "")
    assert "more than 10 files" in refusal(packed, tmp_path / "again.h5")


def test_absurd_problem_number_is_refused(exported, tmp_path):
    shutil.copy(exported / f"saved_{FULL}_1.mat", exported / f"saved_{FULL}_9999999.mat")
    assert "counts 9999999 problems" in refusal(exported, tmp_path / "again.h5")


def change(exported, **variables):
    place = exported / f"saved_{FULL}_3.mat"
    stored = {k: v for k, v in scipy.io.loadmat(place).items() if not k.startswith("__")}
    stored |= variables
    scipy.io.savemat(place, {k: v for k, v in stored.items() if v is not None})


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"wts_leakyRNN_weights": np.zeros((99, 100))}, "wts_leakyRNN_weights has shape (99, 100), not (100, 100)"),
        ({"images": np.zeros((2, 9))}, "images has shape (2, 9), not (2, 10)"),
        ({"wts_out_RNN_biases": None}, "lacks the variable wts_out_RNN_biases"),
        ({"wts_out_RNN_weights": "text"}, "no real numbers in the variable wts_out_RNN_weights"),
        ({"images": np.zeros((2, 10), complex)}, "no real numbers in the variable images"),
        ({"images": np.array([[{"a": 1}]], object)}, "no real numbers in the variable images"),
    ],
)  # fmt: skip
def test_wrong_variables_are_named_with_their_file(exported, tmp_path, variables, expected):
    change(exported, **variables)
    text = refusal(exported, tmp_path / "again.h5")
    assert expected in text
    assert f"saved_{FULL}_3.mat" in text


@pytest.mark.parametrize("content", [b"", b"not matlab" * 50, b"\x89HDF\r\n\x1a\n" + bytes(600)])
def test_damaged_matlab_file(exported, tmp_path, content):
    (exported / f"saved_{FULL}_1.mat").write_bytes(content)
    assert f"saved_{FULL}_1.mat is" in refusal(exported, tmp_path / "again.h5")


def test_matlab_file_damaged_anywhere_is_refused_or_read(exported, tmp_path):
    place = exported / f"saved_{FULL}_1.mat"
    whole = place.read_bytes()
    random = np.random.RandomState(0)
    for attempt in range(30):
        damaged = bytearray(whole)
        start = random.randint(len(whole))
        damaged[start : start + 8] = random.bytes(8)
        place.write_bytes(damaged[: random.randint(len(whole) // 2, len(whole) + 1)])
        try:
            import_published(exported, tmp_path / f"{attempt}.h5")
        except PublishedError as error:
            assert place.name in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("conv", "12\nmany\n3\n", "line 2: 'many' is not a number"),
        ("conv", "12\n1 2\n3\n", "line 2: 2 numbers, not 1"),
        ("HM", "\xff\xfe", "is not a text file of numbers"),
        ("trIms", "0\n1\n7\n", "neither 0 nor 1"),
    ],
)
def test_wrong_text_is_named_with_its_file_and_line(exported, tmp_path, kind, text, expected):
    number = "_1" if kind == "trIms" else ""
    (exported / f"{kind}_{FULL}{number}.txt").write_bytes(text.encode("latin-1"))
    found = refusal(exported, tmp_path / "again.h5")
    assert expected in found
    assert f"{kind}_{FULL}{number}.txt" in found


def test_prefix_out_of_range_names_the_field(exported, tmp_path):
    (exported / f"config_{FULL}.json").unlink()
    for item in list(exported.iterdir()):
        item.rename(exported / item.name.replace("0.000100", "0.000000", 1))
    assert "learning_rate = 0" in refusal(exported, tmp_path / "again.h5")


def test_numpy_states_are_never_unpickled(exported, tmp_path):
    np.save(exported / f"states_{FULL}.npy", np.array([{"a": 1}], object), allow_pickle=True)
    import_published(exported, tmp_path / "again.h5")


# -- what the authors' files cannot say ----------------------------------------------------


def test_the_whole_configuration_survives_the_round_trip(tmp_path):
    config = CONFIG.replace(
        units=24,
        activation="tanh",
        recurrent_init="gaussian",
        dt=10.0,
        tau=80.0,
        tau_noise=20.0,
        sigma_rec=0.2,
        criterion_loss=0.25,
        learning_rate=1e-7,  # six decimals of a file name are not enough for it
        batch_size=3,
    )
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, config, runs.weights_of(0, config)) as writer:
        for row in range(60):
            writer.add_trial(dataclasses.replace(runs.trial(row, config), problem=0))
        writer.add_problem(dataclasses.replace(runs.problem(0, config), trials_to_criterion=10.0))
    notes = []
    folder = export_published(path, tmp_path / "out")
    again = import_published(folder, tmp_path / "again.h5", note=notes.append)
    assert notes == []
    with Session.open(again) as read:
        assert read.config == config
        np.testing.assert_array_equal(read.initial.recurrent, runs.weights_of(0, config).recurrent)
        assert read.trial_column("stimulus").shape == (60, 3)


def test_stimuli_of_a_batch_are_written_one_a_line_and_read_without_the_configuration(tmp_path):
    config = CONFIG.replace(batch_size=3)
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, config, runs.weights_of(0, config)) as writer:
        for row in range(60):
            trial = dataclasses.replace(runs.trial(row, config), problem=0)
            writer.add_trial(dataclasses.replace(trial, stimulus=np.array([0, 1, 1], np.int8)))
        writer.add_problem(dataclasses.replace(runs.problem(0, config), trials_to_criterion=10.0))
    folder = export_published(path, tmp_path / "out")
    assert (folder / f"trIms_{FULL}_1.txt").read_text() == "0.000000\n1.000000\n1.000000\n" * 60
    (folder / f"config_{FULL}.json").unlink()
    with Session.open(import_published(folder, tmp_path / "again.h5")) as read:
        assert read.config.batch_size == 3
        assert (read.trial_column("stimulus") == [0, 1, 1]).all()


def test_what_stays_unknown_is_said(exported, session, tmp_path, capsys):
    (exported / f"config_{FULL}.json").unlink()
    assert convert.main([str(exported), str(tmp_path / "again.h5")]) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "do not record the time step, time constants, noise, criterion, activation" in said


def test_a_branch_does_not_get_an_untrained_network_it_never_had(tmp_path):
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, CONFIG, runs.weights_of(5, CONFIG)) as writer:
        writer.add_problem(runs.problem(0, CONFIG))
    notes = []
    folder = export_published(path, tmp_path / "out")
    again = import_published(folder, tmp_path / "again.h5", note=notes.append)
    assert notes == ["The untrained network is unknown, because the run began as a branch."]
    with Session.open(again) as read:
        assert np.isnan(read.initial.recurrent).all()


def test_imported_permutations_are_unknown_and_said_to_be(tmp_path):
    config = CONFIG.replace(run_type=RunType.SSManifPert, baseline_problems=1)
    path = tmp_path / "own.h5"
    with SessionWriter.create(path, config, runs.weights_of(0, config)) as writer:
        for index in range(2):
            writer.add_problem(runs.problem(index, config))
    notes = []
    folder = export_published(path, tmp_path / "out")
    again = import_published(folder, tmp_path / "again.h5", note=notes.append)
    assert notes == ["Which permutations were drawn is unknown: the files do not record it."]
    with Session.open(again) as read:
        assert (read.permutations == -1).all()
        assert read.problem_column("applied").tolist() == [False, True]


@pytest.mark.parametrize(
    ("change_document", "expected"),
    [
        (lambda d: "{", "is damaged"),
        (lambda d: "[" * 100_000, "is damaged"),
        (lambda d: json.dumps({**d, "format": "another"}), "is damaged (another format)"),
        (lambda d: json.dumps({**d, "version": 2}), "newer format version 2"),
        (lambda d: json.dumps({**d, "config": {**d["config"], "units": -1}}), "units = -1"),
        (lambda d: json.dumps({**d, "config": {**d["config"], "units": 50}}), "tells 50 units"),
        (lambda d: json.dumps({**d, "config": {**d["config"], "seed": 3}}), "another run than its name"),
    ],
)  # fmt: skip
def test_wrong_configuration_is_refused_by_its_file(exported, tmp_path, change_document, expected):
    place = exported / f"config_{FULL}.json"
    place.write_text(change_document(json.loads(place.read_text())))
    text = refusal(exported, tmp_path / "again.h5")
    assert expected in text
    assert place.name in text


def test_a_session_is_not_exported_to_the_name_of_a_session(session, tmp_path, capsys):
    assert convert.main([str(session), str(tmp_path / "copy.h5")]) == 2
    assert "to a folder or a .zip" in capsys.readouterr().err
    assert not (tmp_path / "copy.h5").exists()


# -- harmless variants ----------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_vectors_that_stand_are_read(session, exported, tmp_path, packed):
    for place in exported.glob("saved_*.mat"):
        stored = {k: v for k, v in scipy.io.loadmat(place).items() if not k.startswith("__")}
        turned = {k: v.T if v.shape[0] == 1 else v.astype(float) for k, v in stored.items()}
        scipy.io.savemat(place, turned, do_compression=packed)
    assert_same_networks(session, import_published(exported, tmp_path / "again.h5"))


# -- hostile files --------------------------------------------------------------------------


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<2I", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_variable(name=b"images", shape=(2, 10), kind=9, data=bytes(160), flags=6) -> bytes:
    parts = (
        element(6, struct.pack("<2I", flags, 0)),
        element(5, struct.pack(f"<{len(shape)}i", *shape)),
        element(1, name),
        element(kind, data),
    )
    return element(14, b"".join(parts))


def packed_variable(variable: bytes) -> bytes:
    content = zlib.compress(variable)
    return struct.pack("<2I", 15, len(content)) + content


MAT_HEADER = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (mat_variable(kind=71), "numbers of the unknown type 71"),
        (mat_variable(kind=0xFF09), "numbers of the unknown type 65289"),
        (mat_variable(shape=(1 << 30, 1 << 30)), "tells the shape (1073741824, 1073741824)"),
        (mat_variable(shape=(-1, -160)), "tells the shape (-1, -160)"),
        (mat_variable(shape=(0, 10)), "tells the shape (0, 10)"),
        (mat_variable(data=b""), "tells the shape (2, 10) and holds 0 bytes"),
        (mat_variable(name=b"x" * 5000), "without a readable name"),
        (mat_variable()[:100], "an element of"),
        (struct.pack("<2I", 14, 0xFFFFFFF0), "an element of 4294967280 bytes where 0 are left"),
        (struct.pack("<2I", 0x00FF0001, 0), "a short element of 255 bytes"),
        (element(77, bytes(8)), "an element of type 77 where a variable should begin"),
        (element(15, b"not zlib"), "is damaged"),
        (packed_variable(element(9, bytes(8))), "something packed that is no variable"),
        (packed_variable(mat_variable()[:-9]), "does not unpack to the"),
        (packed_variable(mat_variable() + bytes(8)), "does not unpack to the"),
        (packed_variable(mat_variable())[:-2], "an element of"),
        (mat_variable(flags=5), "no real numbers in the variable images"),
    ],
)
def test_matlab_file_with_wrong_tags_is_refused(exported, tmp_path, body, expected):
    place = exported / f"saved_{FULL}_1.mat"
    place.write_bytes(MAT_HEADER + body)
    text = refusal(exported, tmp_path / "again.h5")
    assert expected in text
    assert place.name in text


def test_packed_variable_that_tells_too_large_a_size_takes_no_memory(exported, tmp_path):
    head = mat_variable(data=bytes(8000), shape=(100, 10))
    lying = struct.pack("<2I", 14, 0x7FFFFFF0) + head[8:]
    (exported / f"saved_{FULL}_1.mat").write_bytes(MAT_HEADER + packed_variable(lying))
    assert "unpacks to more than the 256 MB" in refusal(exported, tmp_path / "again.h5")


def zip_of(tmp_path, name=f"conv_{FULL}.txt", method=zipfile.ZIP_DEFLATED):
    packed = tmp_path / "mailed.zip"
    with zipfile.ZipFile(packed, "w", method) as file:
        file.writestr(name, "1\n2\n3\n" * 100)
    return packed


def test_zip_whose_names_cannot_be_decoded(tmp_path):
    packed = zip_of(tmp_path, "é")
    packed.write_bytes(packed.read_bytes().replace("é".encode(), b"\xff\xff"))
    assert "in letters that cannot be read" in refusal(packed, tmp_path / "again.h5")


def test_nameless_file_in_a_zip_is_passed_over(tmp_path):
    packed, nameless = zip_of(tmp_path), zipfile.ZipInfo("x")
    nameless.filename = ""
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr(nameless, "something")
    with Session.open(import_published(packed, tmp_path / "again.h5")) as read:
        assert read.n_problems == 300


def test_damaged_deflate_is_named_with_its_file(tmp_path):
    packed = zip_of(tmp_path)
    content = bytearray(packed.read_bytes())
    start = 30 + len(f"conv_{FULL}.txt")
    content[start : start + 8] = b"\xff" * 8
    packed.write_bytes(content)
    assert f"mailed.zip, conv_{FULL}.txt cannot be read" in refusal(packed, tmp_path / "again.h5")


def test_unread_packing_is_named_with_the_way_out(tmp_path):
    packed = zip_of(tmp_path, method=zipfile.ZIP_LZMA)
    assert "zip it again, with deflate" in refusal(packed, tmp_path / "again.h5")


def test_one_part_of_a_zip_in_several(tmp_path):
    packed = zip_of(tmp_path)
    content = bytearray(packed.read_bytes())
    at = content.rindex(b"PK\5\6")
    content[at + 4 : at + 6] = struct.pack("<H", 1)
    packed.write_bytes(content)
    assert "one part of a zip in several" in refusal(packed, tmp_path / "again.h5")


def test_a_million_entries_are_refused_before_they_are_parsed(tmp_path):
    packed = zip_of(tmp_path, "x")
    content = packed.read_bytes()
    at, end = content.rindex(b"PK\1\2"), content.rindex(b"PK\5\6")
    entries = content[at:end] * 1_000_000
    size = struct.pack("<L", len(entries))
    packed.write_bytes(
        content[:at] + entries + content[end : end + 12] + size + content[end + 16 :]
    )
    assert "more than 100000 files" in refusal(packed, tmp_path / "again.h5")


def test_line_breaks_in_names_do_not_reach_the_sentence(tmp_path):
    packed = zip_of(tmp_path, "a\n/../\x1b[31m.txt")
    assert "(a?/../?[31m.txt)" in refusal(packed, tmp_path / "again.h5")


def test_text_of_very_many_lines_is_refused_unparsed(exported, tmp_path):
    (exported / f"conv_{FULL}.txt").write_bytes(b"\n" * 60_000_000)
    assert "has more than 1000000 lines" in refusal(exported, tmp_path / "again.h5")


def test_number_of_very_many_digits_is_refused(exported, tmp_path):
    (exported / f"conv_{FULL}.txt").write_bytes(b"1" * 1_000_000)
    assert "is not a number" in refusal(exported, tmp_path / "again.h5")


def within(seconds, work):
    """Run ``work`` in a thread that may hang."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("name", [f"conv_{FULL}.txt", f"saved_{FULL}_1.mat", f"config_{FULL}.json"])
def test_a_pipe_in_place_of_a_file_is_refused(exported, tmp_path, name):
    (exported / name).unlink()
    os.mkfifo(exported / name)
    found = []
    within(10, lambda: found.append(refusal(exported, tmp_path / "again.h5")))
    assert f"{name} cannot be read (it is a pipe or a device" in found[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_or_device_in_place_of_the_zip_is_refused(tmp_path):
    os.mkfifo(tmp_path / "files.zip")
    for place in (tmp_path / "files.zip", "/dev/zero"):
        found = []
        within(10, lambda place=place: found.append(refusal(place, tmp_path / "again.h5")))  # noqa: B023
        assert "cannot be read (it is a pipe or a device" in found[0]
