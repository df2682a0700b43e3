"""The leading singular vectors that the recurrent-weight penalty needs, every trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.linalg import lapack

Float64 = NDArray[np.float64]

_BY_INDEX = 2  # of LAPACK's "range"

# relative gap below which float32 cannot tell two squared singular values apart
_DEGENERATE = 1e-6


def leading(recurrent: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], np.float32]:
    """Left singular vectors of the largest singular values, and the mean of those squared.

    Parameters
    ----------
    recurrent : (N, N)
    count : how many, k

    Returns
    -------
    vectors : (N, k) float32
    mean_square : the mean of the k squared singular values

    Notes
    -----
    They come from LAPACK's symmetric eigensolvers on W W' in float64: as exact as a float32 SVD
    and ten times as fast. The orthogonal matrix a network starts from has equal singular values,
    so that its largest k are anybody's choice; TensorFlow's SVD makes the published code's choice.
    """
    exact = recurrent.astype(np.float64)
    wanted = min(count + 1, len(recurrent))
    squares, vectors = _largest(exact @ exact.T, wanted)
    if wanted > count and squares[1] - squares[0] < _DEGENERATE * squares[1]:
        return _published_choice(recurrent, count)
    return vectors[:, -count:].astype(np.float32), np.float32(squares[-count:].mean())


def _largest(symmetric: Float64, count: int) -> tuple[Float64, Float64]:
    """The largest eigenvalues, ascending, and their vectors (N, count).

    MRRR (Dhillon & Parlett, 2004) finds a few vectors of a tridiagonal matrix in time that grows
    with their number alone, but LAPACK's ``dsyevr`` resorts to bisection unless all are wanted,
    which takes twice as long in all: so the three steps of it are called one by one.
    """
    size = len(symmetric)
    if size > 2:
        reflectors, diagonal, beside, tau, _ = lapack.dsytrd(symmetric.T, 1, 32 * size)
        if not np.isfinite(diagonal).all():  # of weights that are not: dstemr might never end
            return np.full(count, np.nan), np.full((size, count), np.nan)
        found, squares, vectors, failed = lapack.dstemr(
            diagonal, np.append(beside, 0.0), _BY_INDEX, 0.0, 0.0, size - count + 1, size
        )
        if found == count and not failed:
            vectors = vectors[:, :count]
            vectors[1:], _, _ = lapack.dormqr(
                "L", "N", reflectors[1:, :-1], tau, vectors[1:], 32 * size
            )
            return squares[:count], vectors
    squares, vectors = linalg.eigh(symmetric, subset_by_index=[size - count, size - 1])
    return squares, vectors


def _published_choice(
    recurrent: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float32], np.float32]:
    import tensorflow as tf

    values, vectors, _ = tf.linalg.svd(recurrent)
    return vectors.numpy()[:, :count], np.float32(np.mean(values.numpy()[:count] ** 2))
