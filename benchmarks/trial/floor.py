"""The floor: what a trial cannot do without, in C compiled on the spot, BLAS and LAPACK.

No noise, no loss, no update. The recurrences are C, vectorised by hand; the weight gradient is one
product of OpenBLAS; the singular vectors are the engine's own.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from serve import serve

from l2l_engine.network import random_orthogonal
from l2l_engine.training import singular

STEPS, UNITS, WIDTH = 2000, 100, 104
SOURCE = Path(__file__).with_name("floor.c")


def aligned(*shape: int) -> np.ndarray:
    """Zeros that begin at a cache line."""
    count = 4 * int(np.prod(shape))
    memory = np.zeros(count + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + count].view(np.float32).reshape(shape)


def compiled(folder: str) -> Any:
    """The C functions, built for this processor."""
    library = Path(folder, "floor.so")
    flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, str(SOURCE), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def main() -> None:
    """Serve whole floors."""
    with tempfile.TemporaryDirectory() as folder:
        functions = compiled(folder)
    random = np.random.RandomState(0)
    recurrent, transposed, start = aligned(WIDTH, WIDTH), aligned(WIDTH, WIDTH), aligned(WIDTH)
    recurrent[:UNITS, :UNITS] = random_orthogonal(random, UNITS)
    recurrent[:UNITS, :UNITS] += 0.01 * random.standard_normal((UNITS, UNITS))
    transposed[:] = recurrent.T
    drive, local, states, slopes, at = (aligned(STEPS, WIDTH) for _ in range(5))
    drive[:, :UNITS] = 0.1 * random.standard_normal((STEPS, UNITS))
    local[:, :UNITS] = 1e-4 * random.standard_normal((STEPS, UNITS))
    square = np.ascontiguousarray(recurrent[:UNITS, :UNITS])
    alpha = ctypes.c_float(0.01)

    def address(array: np.ndarray) -> ctypes.c_void_p:
        return array.ctypes.data_as(ctypes.c_void_p)

    ahead = [address(array) for array in (drive, recurrent, start)]
    back = [address(array) for array in (local, slopes, transposed)]
    kept, found = [address(states), address(slopes)], [address(at), address(aligned(WIDTH))]

    def trial() -> None:
        functions.forward(STEPS, *ahead, alpha, *kept)
        functions.backward(STEPS, *back, alpha, *found)
        gradient = states[:-1].T @ at[1:]
        gradient *= min(1.0, 1.0 / np.linalg.norm(gradient))
        singular.leading(square, 10)

    serve(trial)


if __name__ == "__main__":
    main()
