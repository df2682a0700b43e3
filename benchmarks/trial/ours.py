"""The engine's own trial, whole: noise, singular vectors, forward, backward, clipping, Adam."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from serve import serve

from l2l_engine.config import RunConfig
from l2l_engine.training.curriculum import Curriculum


def main() -> None:
    """Serve trials of seed 0."""
    with_config = os.environ.get("L2L_BENCH_CONFIG", "{}")
    curriculum = Curriculum(RunConfig.from_json(with_config))
    curriculum.compile()
    serve(curriculum.step)
    curriculum.close()


if __name__ == "__main__":
    main()
