"""How a contestant talks: it says it is ready, then runs as many trials as it is asked for.

One line of JSON each way. Apart from NumPy it needs nothing, so that JAX can have an environment of
its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable


def serve(trial: Callable[[], object]) -> None:
    """Answer each number on standard input with the milliseconds of as many trials."""
    trial()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            began = time.perf_counter()
            trial()
            times.append(1e3 * (time.perf_counter() - began))
        print(json.dumps(times), flush=True)
