"""Inputs tried in child processes, so that a crash or a hang is counted and not suffered."""

from __future__ import annotations

import faulthandler
import json
import mmap
import os
import shutil
import signal
import struct
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from l2l_engine.config import L2LError

from inputs import variants  # isort: skip
from readers import Reader  # isort: skip

SECONDS = 2.0  # of processor time an input may take
_PATIENCE = 60.0  # s that may pass, on a busy machine
MEMORY = 1 << 30  # bytes resident
_ADDRESSES = 4 << 30
_LONGEST_SENTENCE = 4000
READ, REFUSED = "read", "refused"
FAULTS = ("crash", "hang", "traceback", "memory", "no sentence")


def tried(
    reader: Reader, count: int, start: int, folder: Path, keep: Path | None = None
) -> Counter[str]:
    """What came of ``count`` inputs of a reader.

    Parameters
    ----------
    reader : Reader
        What reads them.
    count : int
        How many.
    start : int
        Seed of the first child process; each lost one is followed by another with the next.
    folder : Path
        An empty folder to work in.
    keep : Path, optional
        Where to put inputs that did harm, with what was said.

    Returns
    -------
    Counter
        Inputs by outcome: "read", "refused" and the :data:`FAULTS`.
    """
    outcomes: Counter[str] = Counter()
    while (left := count - outcomes.total()) > 0:
        place = Path(tempfile.mkdtemp(dir=folder))
        with mmap.mmap(-1, 1 << 16) as shared:
            child = os.fork()
            if not child:
                os._exit(_child(reader, left, start, place, shared))
            _, status = os.waitpid(child, 0)
            done: dict[str, int] = json.loads(
                shared[8 : 8 + struct.unpack("<Q", shared[:8])[0]] or "{}"
            )
        outcomes.update({name: number for name, number in done.items() if number})
        input_file = place / "in" / reader.file
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            fault = "hang" if number in (signal.SIGPROF, signal.SIGALRM) else "crash"
            if number == signal.SIGALRM:  # it waited, or the machine had no time for it
                fault = _outcome_again(reader, input_file.read_bytes(), place)
            outcomes[fault] += 1
            if fault in FAULTS:
                _keep(keep, input_file, f"{fault} (signal {number})")
        for item in place.glob("fault-*"):
            _keep(keep, item / reader.file, (item / "said.txt").read_text())
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) not in (0, 3):
            raise RuntimeError(f"the child ended with {os.WEXITSTATUS(status)}")
        shutil.rmtree(place)
        start += 1
    return outcomes


def _outcome_again(reader: Reader, content: bytes, place: Path) -> str:
    """What comes of an input by itself, on which a minute passed with little processor time.

    A process that was stopped for a while, with all others, looks as if it waited for something.
    """
    with mmap.mmap(-1, 64) as shared:
        child = os.fork()
        if not child:
            _limit()
            shared.write(_try(reader, content, place).encode())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        return "hang" if os.WIFSIGNALED(status) else shared[:].rstrip(b"\0").decode()


def _keep(keep: Path | None, file: Path, said: str) -> None:
    if keep is None or not file.exists():
        return
    keep.mkdir(parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(dir=keep, prefix="fault-"))
    shutil.copy(file, target)
    (target / "said.txt").write_text(said)


def _child(reader: Reader, count: int, start: int, place: Path, shared: mmap.mmap) -> int:
    """Try inputs; 0 at the end, 3 where a new process must continue."""
    errors = _limit()
    outcomes: Counter[str] = Counter()

    class Full(BaseException):
        """The process has grown too large to tell what the next input takes."""

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(variants(reader.originals))
    def attempt(content: bytes) -> None:
        if outcomes.total() >= count:
            return
        outcome = _try(reader, content, place)
        outcomes[outcome] += 1
        text = json.dumps(outcomes).encode()
        shared[8 : 8 + len(text)] = text
        shared[:8] = struct.pack("<Q", len(text))
        if outcome == "memory":
            raise Full

    try:
        attempt()
    except Full:
        return 3
    except BaseException:
        os.write(errors, traceback.format_exc().encode())
        return 1
    return 0


def _limit() -> int:
    """Limit this process and silence it; where its errors go all the same."""
    for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    import resource  # not on Windows, where no input is tried

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    errors = os.dup(2)
    os.dup2(1, 2)
    warnings.simplefilter("ignore")
    faulthandler.disable()  # of pytest: a crash is counted
    return errors


def _try(reader: Reader, content: bytes, place: Path) -> str:
    folder = place / "in"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / reader.file
    path.write_bytes(content)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    outcome, said = _outcome(reader.read, path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > MEMORY:
        outcome = "memory"
    if outcome in FAULTS:
        kept = Path(tempfile.mkdtemp(dir=place, prefix="fault-"))
        path.replace(kept / path.name)
        (kept / "said.txt").write_text(f"{outcome}\n{said}")
    return outcome


def _outcome(read: Callable[[Path], object], path: Path) -> tuple[str, str]:
    try:
        read(path)
    except L2LError as error:
        said = str(error)
        good = said.isprintable() and said.endswith((".", "!")) and len(said) < _LONGEST_SENTENCE
        return (REFUSED if good else "no sentence"), said
    except Exception:
        return "traceback", traceback.format_exc()
    return READ, ""
