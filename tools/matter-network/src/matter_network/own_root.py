"""The CHIP SDK writes to `/data` and `/tmp`, fixed in its code: a root where these are ours.

Everything else of the machine is there as it was. Only inside a mount namespace of one's own.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

REPLACED = frozenset({"data", "tmp"})


def enter_own_root(folder: Path, kept: Sequence[Path]) -> None:
    """Go to a root with `/data` and `/tmp` inside `folder`; `kept` stay where they are.

    Raises:
        subprocess.CalledProcessError: A mount failed.
    """
    root = folder / "root"
    root.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "tmpfs", str(root))
    for entry in Path("/").iterdir():
        _take_over(entry, root / entry.name)
    for name in REPLACED:
        (folder / name).mkdir(exist_ok=True)
        (root / name).mkdir()
        _mount("--bind", str(folder / name), str(root / name))
    for path in (*kept, folder):
        if path.parts[1] in REPLACED:
            inside = root / path.relative_to("/")
            inside.mkdir(parents=True, exist_ok=True)
            _mount("--rbind", str(path), str(inside))
    here = Path.cwd()
    os.chroot(root)
    os.chdir(here)


def _take_over(entry: Path, inside: Path) -> None:
    if entry.name in REPLACED:
        return
    if entry.is_symlink():
        inside.symlink_to(entry.readlink())
    elif entry.is_dir():
        inside.mkdir()
        _mount("--rbind", str(entry), str(inside))


def _mount(*arguments: str) -> None:
    command = ["mount", *arguments]
    subprocess.run(command, check=True)
