"""Plug-ins for tests: the worked example installed, and packages and files made on the spot."""

import importlib
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from l2l_engine import plugins

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "plugin"


def install_example(target: Path) -> Path:
    """Install examples/plugin into a folder, without network."""
    pytest.importorskip("setuptools")
    copy = target.parent / "source"  # setuptools builds beside what it reads
    for path in EXAMPLE.rglob("*"):
        if path.suffix in (".py", ".toml"):
            place = copy / path.relative_to(EXAMPLE)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    options = ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*command, *options, str(copy)], check=True, timeout=300)
    return target


def package(folder: Path, name: str, code: str, **groups: dict[str, str]) -> None:
    """An installed package of one module; ``groups`` as ``analyses={name: attribute}``."""
    (folder / f"{name}.py").write_text(code)
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = []
    for group, points in groups.items():
        lines += [f"[l2l.{group}]", *(f"{key} = {name}:{value}" for key, value in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines))


class Site:
    """A folder on the path in which packages are installed, and the user's own folders."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._modules = folder, set(sys.modules)
        for name in ("user_data_path", "user_config_path"):
            patch.setattr(platformdirs, name, lambda app, appauthor, n=name: folder / n / app)
        patch.syspath_prepend(folder)
        self.look()

    def look(self) -> None:
        importlib.invalidate_caches()
        plugins.forget()

    def package(self, name: str, code: str, **groups: dict[str, str]) -> None:
        package(self.folder, name, code, **groups)
        self.look()

    def file(self, name: str, code: str) -> Path:
        plugins.folder().mkdir(parents=True, exist_ok=True)
        path = plugins.folder() / name
        path.write_text(code)
        self.look()
        return path

    def close(self) -> None:
        for name in set(sys.modules) - self._modules:
            if name.startswith(("l2l_mean_rate", "l2l_plug_in_", "torn", "other")):
                del sys.modules[name]
        plugins.forget()
