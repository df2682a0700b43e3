"""The authors' published files, in and out."""

import dataclasses
import shutil
import zipfile

import numpy as np
import pytest
import runs
import scipy.io

from l2l_engine.commands import convert
from l2l_engine.config import RunConfig, RunType
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.published import PublishedError, export_published, import_published, source
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

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
    assert {item.name for item in folder.iterdir()} == {item.name for item in legacy.iterdir()}
    for item in legacy.iterdir():
        # the first 128 bytes of a MATLAB file say when it was made
        start = 128 if item.suffix == ".mat" else 0
        assert (folder / item.name).read_bytes()[start:] == item.read_bytes()[start:], item.name


# -- every layout people have ------------------------------------------------------------


def assert_same_networks(first, second):
    with Session.open(first) as one, Session.open(second) as other:
        np.testing.assert_array_equal(one.available, other.available)
        for name, array in one.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, getattr(other.weights(slice(None)), name))
        np.testing.assert_array_equal(one.stimuli[one.available], other.stimuli[one.available])
        np.testing.assert_array_equal(one.trials_to_criterion, other.trials_to_criterion)


def test_gap_and_failed_problem_survive_the_round_trip(session, exported, tmp_path):
    assert not (exported / f"saved_{FULL}_2.mat").exists()
    again = import_published(exported, tmp_path / "again.h5")
    assert_same_networks(session, again)
    with Session.open(again) as read, Session.open(session) as own:
        assert read.available.tolist() == [True, False, True]
        assert np.isnan(read.trials_to_criterion[1])
        np.testing.assert_array_equal(read.first_trial, own.first_trial)
        np.testing.assert_array_equal(read.trial_column("stimulus"), own.trial_column("stimulus"))
        for name in ("input_norm", "output_norm", "recurrent_norm", "top_singular_norm",
                     "mean_square_rate", "largest_rate", "singular_values"):  # fmt: skip
            np.testing.assert_allclose(
                read.problem_column(name), own.problem_column(name), atol=1e-9
            )


def test_zip_is_written_and_read(session, tmp_path):
    packed = export_published(session, tmp_path / "published.zip")
    assert_same_networks(session, import_published(packed, tmp_path / "again.h5"))


def test_zip_with_a_data_folder_in_it(session, exported, tmp_path):
    packed = tmp_path / "mailed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for item in exported.iterdir():
            archive.write(item, f"run/data/{item.name}")
        archive.writestr("run/readme.txt", "hello")
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
    np.testing.assert_array_equal(stored, states)
    with Session.open(import_published(folder, tmp_path / "again.h5")) as read:
        assert read.config.run_type is RunType.DSManifPert
    with pytest.raises(ValueError, match="states has shape"):
        export_published(path, tmp_path / "other", states=states[0])


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
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(exported / f"saved_{FULL}_1.mat", f"saved_{FULL}_1.mat")
        archive.writestr(name, "x")
    assert "outside itself" in refusal(packed, tmp_path / "again.h5")


def test_zip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "LARGEST_FILE", 1 << 20)
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"conv_{FULL}.txt", "0\n" * (1 << 20))
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
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"conv_{FULL}.txt", "1\n?\n2\n")
    assert f"mailed.zip, conv_{FULL}.txt, line 2" in refusal(packed, tmp_path / "again.h5")


def test_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MOST_FILES", 10)
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for index in range(11):
            archive.writestr(f"{index}.txt", "")
    assert "11 files, more than 10" in refusal(packed, tmp_path / "again.h5")


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
        ({"wts_out_RNN_weights": "text"}, "wts_out_RNN_weights does not hold real numbers"),
        ({"images": np.zeros((2, 10), complex)}, "images does not hold real numbers"),
        ({"images": np.array([[{"a": 1}]], object)}, "images does not hold real numbers"),
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
        ("conv", "12\nmany\n3\n", "line 2: 'many' is no number"),
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
    for item in list(exported.iterdir()):
        item.rename(exported / item.name.replace("0.000100", "0.000000", 1))
    assert "learning_rate = 0" in refusal(exported, tmp_path / "again.h5")


def test_numpy_states_are_never_unpickled(exported, tmp_path):
    np.save(exported / f"states_{FULL}.npy", np.array([{"a": 1}], object), allow_pickle=True)
    import_published(exported, tmp_path / "again.h5")
