"""One run at a time for a data folder, whichever machine's process or hand started it."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from homeiot_batch.errors import AlreadyRunningError, StorageError
from homeiot_batch.parquet_writer import storage_text
from service_kit.clock import utc_now

LOCK = ".lock"


@contextmanager
def single_run(folder: Path) -> Generator[None]:
    """Hold the folder's lock; the system frees it when the process ends, however it ends.

    The file is never removed: another run may already wait on it. What is written into it is for
    the message alone.

    Raises:
        AlreadyRunningError: Another process holds it.
        StorageError: The folder cannot be written.
    """
    with _opened(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another run works on {folder} ({file.read().strip()})"
            raise AlreadyRunningError(message) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} since {utc_now():%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        yield


def _opened(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise StorageError(storage_text(folder, error)) from error
    file.seek(0)
    return file
