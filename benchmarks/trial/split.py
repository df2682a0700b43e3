"""What the parts of the engine's trial take: milliseconds, medians over the trials of one run."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from l2l_engine.config import RunConfig
from l2l_engine.training import singular
from l2l_engine.training.curriculum import Curriculum

times: dict[str, list[float]] = {}


def watch(owner: Any, name: str, label: str) -> None:
    """Time every call of ``owner.name``."""
    original = getattr(owner, name)

    def timed(*arguments: Any) -> Any:
        began = time.perf_counter()
        result = original(*arguments)
        times.setdefault(label, []).append(1e3 * (time.perf_counter() - began))
        return result

    setattr(owner, name, timed)


def main() -> None:
    """Print the parts as JSON."""
    curriculum = Curriculum(RunConfig())
    curriculum.compile()
    curriculum.step()
    trainer: Any = curriculum._trainer
    watch(trainer._trial, "_call", "TensorFlow: forward, loss, backward")
    watch(trainer._trial, "_gradient", "weight gradients")
    watch(singular, "leading", "singular vectors")
    watch(curriculum._noise, "_draw", "noise")
    watch(trainer, "_update", "update")
    watch(curriculum, "step", "whole")
    for _ in range(int(sys.argv[1])):
        curriculum.step()
    curriculum.close()
    print(json.dumps({name: round(statistics.median(found), 3) for name, found in times.items()}))


if __name__ == "__main__":
    main()
