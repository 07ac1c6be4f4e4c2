"""A small volume that a test makes full or read-only."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Volume:
    """A mounted volume of a few MiB."""

    path: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while True:
                file.write(b" " * 4096)

    def empty(self) -> None:
        """Free what `fill` took."""
        self._filler.unlink()

    def set_read_only(self, *, read_only: bool) -> None:
        """Refuse new files, as after an error of the disk; a remount waits for open files."""
        _run("chattr", "+i" if read_only else "-i", str(self.path)).check_returncode()

    @property
    def _filler(self) -> Path:
        return self.path / "filler"


@contextmanager
def small_volume(folder: Path) -> Generator[Volume]:
    """Mount 4 MiB for the length of a `with` block; skip the test where that is not permitted."""
    folder.mkdir()
    mounted = _run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"a volume cannot be mounted here: {mounted.stderr}")
    try:
        yield Volume(folder)
    finally:
        _run("umount", "-l", str(folder))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)
