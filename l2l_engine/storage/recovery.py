"""Making a session sound again after its writer was killed.

A writer that dies leaves the file marked as open, and HDF5 refuses to append to it; it may
still be read, for SWMR writes data before whatever refers to it. Such a file is copied,
object by object, into a new one that then takes its place.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from l2l_engine.storage import hdf5, layout, space
from l2l_engine.storage.errors import SessionError


def rewrite(path: Path, *, source: Path | None = None) -> None:
    """Replace the session at ``path`` by a sound copy of it, at once or not at all.

    Raises
    ------
    DiskFullError
        When there is no room for the copy.
    SessionError
        When the file is damaged beyond what a killed writer leaves.
    """
    temporary = path.with_name(f".{path.name}.repair")
    space.check(path, path.stat().st_size + space.OVERHEAD)
    try:
        with (
            hdf5.open_to_read(source or path) as damaged,
            hdf5.create(temporary) as sound,
        ):
            for name in damaged.attrs:
                value = layout.attribute(damaged, name)
                if value is not None:
                    layout.set_attribute(sound, name, value)
            for name in damaged:
                damaged.copy(name, sound)
        hdf5.sync(temporary)
        temporary.replace(path)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        if space.is_disk_full(error):
            raise space.disk_full(path, path.stat().st_size) from error
        raise SessionError(
            f"{path} is damaged and could not be repaired ({error}): restore it from a copy."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def rewrite_detached(path: Path) -> None:
    """As :func:`rewrite`, where this process holds a handle HDF5 can no longer write with.

    HDF5 would share that handle's state with a second one, so the bytes are copied first.
    """
    copy = path.with_name(f".{path.name}.copy")
    try:
        shutil.copyfile(path, copy)
        rewrite(path, source=copy)
    except OSError as error:
        raise space.failure(path, error, path.stat().st_size) from error
    finally:
        copy.unlink(missing_ok=True)
