"""Every reader of files that may come from strangers, with sound files to start from."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io

from l2l_engine import figures, network
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.figures import study_table
from l2l_engine.figures.processed import read_processed
from l2l_engine.figures.study_table import StudyTable
from l2l_engine.protocols import TEMPLATES, notation, template
from l2l_engine.storage import checkpoint, salvage
from l2l_engine.storage.published import export_published, import_published, names
from l2l_engine.storage.results import ResultKey, Results, RunSummary, read_summary
from l2l_engine.storage.session import Session
from l2l_engine.storage.stimuli import read_stimuli
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.sweeps.grid import grid
from l2l_engine.sweeps.manifest import NAME, Manifest
from l2l_engine.training.records import ProblemRecord, TrialRecord

CONFIG = RunConfig(units=6, penalised_singular_values=2, manifold_dimensions=2, problems=3)
PREFIX = names.prefix_of(CONFIG)
_KEY = ResultKey.of("sizes", 1, first=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: the name its file has, sound contents, and what is done with a file."""

    file: str
    originals: list[bytes]
    read: Callable[[Path], object]


def readers(folder: Path) -> dict[str, Reader]:
    """All readers by name; the sound files are made in ``folder``."""
    session = _session(folder / "run.h5")
    with Session.open(session) as run:
        summary = RunSummary.of(run)
    results = folder / "run.results.h5"
    arrays = {"table": np.arange(60.0).reshape(10, 6)}
    Results(results).put(summary, {(_KEY, summary.digest(range(3))): arrays})
    published = export_published(session, folder / "published")
    texts = [published / f"{kind}_{PREFIX}.txt" for kind in ("conv", "SINGS", "hNorm")]
    settings = (published / f"config_{PREFIX}.json").read_bytes()

    def entry(path: Path) -> None:
        Results(path).get(_KEY, summary.digest(range(3)))
        read_summary(path)

    return {
        "session": Reader("x.h5", [session.read_bytes()], _read_session),
        "session (--repair)": Reader("x.h5", [session.read_bytes()], _repair),
        "results": Reader("x.results.h5", [results.read_bytes()], entry),
        "checkpoint": Reader("x.bin", [_packed_state()], _unpack),
        "configuration": Reader("x.json", [CONFIG.to_json().encode()], _read_config),
        "settings": Reader(f"config_{PREFIX}.json", [settings], _import_folder_with_conv),
        "network (.mat)": Reader(
            f"saved_{PREFIX}_1.mat",
            [(published / f"saved_{PREFIX}_1.mat").read_bytes(), _mat(_network(), packed=True)],
            _import_folder,
        ),
        "fits (.mat)": Reader("f1_perfFit.mat", _fits(), read_processed),
        "accumulation (.mat)": Reader("f7.mat", _accumulation(), read_processed),
        "summary (.txt)": Reader(f"conv_{PREFIX}.txt", [texts[0].read_bytes()], _import_folder),
        "singular values (.txt)": Reader(
            f"SINGS_{PREFIX}.txt", [texts[1].read_bytes()], _import_folder_with_conv
        ),
        "trials (.txt)": Reader(
            f"trIms_{PREFIX}_1.txt",
            [(published / f"trIms_{PREFIX}_1.txt").read_bytes()],
            _import_folder_with_conv,
        ),
        "zip": Reader("x.zip", _zips(published), _import_zip),
        "stimuli (.npy)": Reader("x.npy", [_npy()], _read_stimuli),
        "stimuli (.npz)": Reader("x.npz", [_npz()], _read_stimuli),
        "stimuli (.csv)": Reader("x.csv", [_csv()], _read_stimuli),
        "study table": Reader("revisit_problems.csv", [_study_table()], _read_study_table),
        "study table (conditions)": Reader("mixing.csv", [_conditions()], _read_conditions),
        "protocol": Reader("x.json", _protocols(), _read_protocol),
        "sweep manifest": Reader(NAME, [_manifest(folder / "sweep")], _read_manifest),
    }


# -- sound files -----------------------------------------------------------------------


def _network() -> dict[str, np.ndarray]:
    weights = network.initial_weights(np.random.RandomState(0), CONFIG)
    return {"images": np.eye(2, 10), **names.mat_variables(weights)}


def _session(path: Path) -> Path:
    weights = network.initial_weights(np.random.RandomState(0), CONFIG)
    with SessionWriter.create(path, CONFIG, weights, overwrite=True) as writer:
        for index in range(3):
            for row in range(60):
                writer.add_trial(
                    TrialRecord(index, np.array([row % 2], np.int8), 0.1, 0.1, 0.1, 0.1, 1.0)
                )
            known = {item.name for item in dataclasses.fields(ProblemRecord)}
            values = {
                "index": index,
                "stimuli": np.eye(2, 10, dtype=np.float32),
                "first_trial": 60 * index,
                "trials_run": 60,
                "trials_to_criterion": 10.0,
                "weights": weights,
                "singular_values": np.ones(6),
                **dict.fromkeys(("input_norm", "output_norm", "recurrent_norm"), 0.1),
                **dict.fromkeys(("top_singular_norm", "mean_square_rate", "largest_rate"), 0.1),
            }
            writer.add_problem(ProblemRecord(**{k: v for k, v in values.items() if k in known}))
        writer.write_checkpoint({"trials": np.array(180), "adam": np.ones(50, np.float32)})
    return path


def _packed_state() -> bytes:
    return checkpoint.pack({"trials": np.array(180), "adam/m": np.ones(50, np.float32)}).tobytes()


def _mat(variables: dict[str, np.ndarray], *, packed: bool = False) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, do_compression=packed)
    return stream.getvalue()


def _fits() -> list[bytes]:
    fits = {name: np.arange(10.0) for name in ("SC", "TC", "AS")}
    return [_mat(fits), _mat(fits, packed=True)]


def _accumulation() -> list[bytes]:
    found = {"cVFC_mag": np.ones((2, 8, 5, 5)), "cVFC_sup": np.ones((2, 2, 8, 5))}
    return [_mat(found), _mat(found, packed=True)]


def _zips(folder: Path) -> list[bytes]:
    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as file:
            for item in sorted(folder.iterdir()):
                file.write(item, item.name)
        found.append(stream.getvalue())
    return found


def _npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.eye(2, 10))
    return stream.getvalue()


def _npz() -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, stimuli=np.eye(2, 10))
    return stream.getvalue()


def _csv() -> bytes:
    stream = io.BytesIO()
    np.savetxt(stream, np.eye(2, 10), delimiter=",")
    return stream.getvalue()


def _protocols() -> list[bytes]:
    """Those that come with a name, and one with the fields that these leave out."""
    stages: list[dict[str, object]] = [
        {"count": 3, "label": "A", "until": {"criterion": True, "trials": 300}},
        {"problem": {"similar": 2, "overlap": 0.5}, "plastic": ["recurrent", "bias"]},
        {"problem": {"own": [[1.0, 0.0], [0.0, 1.0]]}, "optimiser": "kept", "start": 2},
        {"mixture": {"interleaved": [1, 2]}, "changes": {"sigma_rec": 0.1}},
        {"mixture": {"replay": 0.3, "problems": [1]}, "rule": {"rank": 2}},
        {"rule": {"projected": "outside", "subspace": "decision", "dimensions": 2}},
        {"readout": {"perturbation": "ds", "dimensions": 2, "frozen": True}},
    ]
    own = json.dumps({"name": "own", "after": 2, "stages": stages})
    named = [notation.to_json(template(name)) for name in TEMPLATES]
    return [text.encode() for text in (notation.to_json(notation.from_json(own)), *named)]


def _manifest(folder: Path) -> bytes:
    folder.mkdir()
    Manifest(folder).write(grid([0, 1], [RunType.Full]), now=True)
    return (folder / NAME).read_bytes()


# -- what is done with a file ----------------------------------------------------------


def _read_session(path: Path) -> None:
    with Session.open(path) as session:
        session.weights(slice(None))
        _ = (session.stimuli, session.trials_to_criterion, session.permutations, session.initial)
        session.trial_column("stimulus")
        session.checkpoint()


def _repair(path: Path) -> None:
    sound = path.with_name("sound.h5")
    salvage.repair(path, sound)
    try:
        assert salvage.survey(sound).is_whole
        _read_session(sound)
    except L2LError as error:
        raise AssertionError(f"what was repaired is not sound: {error}") from error


def _unpack(path: Path) -> None:
    checkpoint._unpack(np.frombuffer(path.read_bytes(), np.uint8))


def _read_config(path: Path) -> None:
    RunConfig.from_json(path.read_bytes().decode("utf-8", "replace"))


def _import_folder(path: Path) -> None:
    import_published(path.parent, path.parent.parent / "imported.h5", overwrite=True)


def _import_folder_with_conv(path: Path) -> None:
    (path.parent / f"conv_{PREFIX}.txt").write_text("1\n2\n3\n")
    _import_folder(path)


def _import_zip(path: Path) -> None:
    import_published(path, path.parent.parent / "imported.h5", overwrite=True)


def _read_stimuli(path: Path) -> None:
    read_stimuli(path, 10)


def _read_protocol(path: Path) -> None:
    protocol = notation.read(path)
    protocol.check(protocol.configure({}))
    notation.to_json(protocol)


def _read_manifest(path: Path) -> None:
    for run in Manifest(path.parent).read() or ():
        place = (path.parent / run.file).resolve()
        if place.parent != path.parent.resolve():
            raise AssertionError(f"a run's file leaves the folder: {run.file!r}")
        json.dumps(run.name)


def _study_table() -> bytes:
    """Two sets of one network, as l2l-study writes them."""
    rows = [
        f"50,0,{number},{stage},{50 + 4 * number + place},{trials},{1 - 0.1 * place},0.9"
        for number in (1, 2)
        for place, (stage, trials) in enumerate(
            [("A", 30), ("B", 20), ("A again", "NaN"), ("A reversed", 40)]
        )
    ]
    names = "warm_up,seed,set,stage,problem,trials,similarity_0,similarity_1"
    return "\n".join(["# L2L study: x", "# units", names, *rows, ""]).encode()


def _read_study_table(path: Path) -> object:
    """Read it, and draw from it as far as that goes."""
    networks = StudyTable(
        Path("revisit_networks.csv"),
        {"warm_up": np.array([50]), "seed": np.array([0]), "angle_1_rad": np.array([0.5])},
    )
    made = figures.make("revisit", [study_table.read(path), networks])
    return made.caption, made.csv_texts()


def _conditions() -> bytes:
    rows = [
        f"{condition},{seed},{problem},30,0.5,{problem % 3}"
        for condition in ("blocked", "interleaved")
        for seed in (0, 1)
        for problem in (1, 2, 3)
    ]
    names = "condition,seed,problem,trials,loss,correct"
    return "\n".join(["# L2L study: x", names, *rows, ""]).encode()


def _read_conditions(path: Path) -> object:
    made = figures.make("studies", [study_table.read(path)])
    return made.caption, made.csv_texts()
