"""Files that survive a power cut: written whole or not at all."""

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

DRAFT_SUFFIX = ".draft"


class InUseError(Exception):
    """Another process uses a file that takes one at a time; the message names it."""


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file; after this returns the new content survives a crash of the machine.

    Raises:
        OSError: It could not be written; the old file is unchanged.
    """
    draft = path.with_name(path.name + DRAFT_SUFFIX)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder survive a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def only_writer(path: Path) -> Generator[None]:
    """Hold a file for one process; the lock ends with the process, however it ends.

    Raises:
        InUseError: Another process holds it.
        OSError: The folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(path)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path) -> int:
    lock_path = path.with_name(path.name + ".lock")
    # Open for reading alone, so that it does not keep a volume from becoming read-only.
    lock = os.open(lock_path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"{path} is in use by another process ({lock_path.read_text(encoding='utf-8')})"
        raise InUseError(message) from None
    # In a cluster the host's name is that of the pod; process ids are all alike there.
    lock_path.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
    return lock
