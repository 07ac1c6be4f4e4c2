"""Files that survive a power cut: written whole or not at all."""

import os
from pathlib import Path

DRAFT_SUFFIX = ".draft"


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
