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
    with path.with_name(path.name + ".lock").open("a+", encoding="utf-8") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            message = f"{path} is in use by another process ({lock.read().strip()})"
            raise InUseError(message) from None
        # In a cluster the host's name is that of the pod; process ids are all alike there.
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        yield
