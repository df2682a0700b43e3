"""The long run: ``make fuzz``, or ``make fuzz ARGS='--inputs 1000 --reader zip'``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from driver import FAULTS, READ, REFUSED, tried
from readers import readers

_AT_ONCE = 250


def main() -> int:
    """Try inputs of every reader in turn; 1 where one did harm."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="of all readers together")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    parser.add_argument("--reader", help="a part of a reader's name: only those")
    parser.add_argument(
        "--keep", type=Path, default=Path("out/fuzz"), help="folder of harmful inputs"
    )
    parser.add_argument("--work", help="folder to work in, better in memory (default: /dev/shm)")
    options = parser.parse_args()
    work = options.work or ("/dev/shm" if Path("/dev/shm").is_dir() else None)
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = Path(name)
        (folder / "sound").mkdir()
        found = readers(folder / "sound")
        chosen = {k: v for k, v in found.items() if (options.reader or "") in k}
        if not chosen:
            parser.error(f"no reader is called so: {', '.join(found)}")
        outcomes = {name: Counter[str]() for name in chosen}
        seed, left = options.seed, options.inputs
        print(f"seed {seed}", flush=True)
        while left > 0:
            for name, reader in chosen.items():
                number = min(_AT_ONCE, left, -(-options.inputs // len(chosen)))
                outcomes[name].update(tried(reader, number, seed, folder, options.keep))
                seed, left = seed + 1000, left - number
                if left <= 0:
                    break
            print(f"{options.inputs - left:,} inputs", file=sys.stderr, flush=True)
            _report(outcomes, options.keep)
    print((options.keep / "table.md").read_text(), end="")
    return int(any(counts[fault] for counts in outcomes.values() for fault in FAULTS))


def _report(outcomes: dict[str, Counter[str]], keep: Path) -> None:
    """The table as docs/reliability.md has it."""
    columns = (READ, REFUSED, *FAULTS)
    rows = [f"| reader | inputs | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    total: Counter[str] = Counter()
    for name, counts in outcomes.items():
        rows.append(_row(name, counts, columns))
        total.update(counts)
    keep.mkdir(parents=True, exist_ok=True)
    (keep / "table.md").write_text("\n".join([*rows, _row("all", total, columns)]) + "\n")


def _row(name: str, counts: Counter[str], columns: tuple[str, ...]) -> str:
    numbers = (counts.total(), *(counts[column] for column in columns))
    return f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |"


if __name__ == "__main__":
    sys.exit(main())
