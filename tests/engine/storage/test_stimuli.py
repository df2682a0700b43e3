"""A person's own stimuli from files of every kind, good and bad."""

import zipfile

import numpy as np
import pytest

from l2l_engine.storage.stimuli import StimuliError, read_stimuli

VECTORS = np.arange(1.0, 9.0).reshape(2, 4)


def save(path, values):
    if path.suffix == ".npy":
        np.save(path, values)
    elif path.suffix == ".npz":
        np.savez(path, stimuli=values, others=np.zeros(3))
    else:
        np.savetxt(path, values, delimiter="," if path.suffix == ".csv" else " ", header="mine")
    return path


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".txt"])
@pytest.mark.parametrize("standing", [False, True])
def test_two_vectors_are_read_and_made_unit_length(tmp_path, suffix, standing):
    path = save(tmp_path / f"mine{suffix}", VECTORS.T if standing else VECTORS)
    expected = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    np.testing.assert_allclose(read_stimuli(path, 4), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "1,2,3,4\n5,6,seven,8", "line 2"),
        ("a.csv", "1,2,3,4\n5,6", "differ in length"),
        ("a.txt", "1 2 3\n4 5 6", "2 × 3"),
        ("a.txt", "1 2 3 4\n0 0 0 0", "no direction"),
        ("a.txt", "1 2 3 nan\n1 1 1 1", "not finite"),
        ("a.txt", "", "0 numbers"),
        ("a.npy", "not numpy", "no NumPy file"),
        ("a.npz", "not a zip", "no NumPy file"),
        ("a.mat", "", "ending"),
        ("a.csv", "1," * 600_000, "1 MB"),
    ],
)
def test_a_bad_file_gets_a_sentence(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(StimuliError, match=words):
        read_stimuli(path, 4)


def test_pickles_are_not_executed(tmp_path):
    path = tmp_path / "evil.npy"
    np.save(path, np.array([[print, 1]], dtype=object), allow_pickle=True)
    with pytest.raises(StimuliError, match="no NumPy file"):
        read_stimuli(path, 4)


def test_a_missing_file_and_a_npz_of_several_arrays_are_named(tmp_path):
    with pytest.raises(StimuliError, match="cannot be read"):
        read_stimuli(tmp_path / "none.csv", 4)
    np.savez(tmp_path / "two.npz", a=VECTORS, b=VECTORS)
    with pytest.raises(StimuliError, match="a, b"):
        read_stimuli(tmp_path / "two.npz", 4)


def test_bytes_in_place_of_an_array_get_a_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("stimuli.npy", b"no array")
    with pytest.raises(StimuliError, match="does not hold real numbers"):
        read_stimuli(tmp_path / "a.npz", 4)
