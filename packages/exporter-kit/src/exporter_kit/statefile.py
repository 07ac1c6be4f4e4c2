"""Small JSON documents that survive `kill -9`: written whole or not at all, checked when read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from service_kit.files import sync_folder, write_atomically

SET_ASIDE = "set-aside"


class DamagedError(Exception):
    """A document that cannot be trusted; the message has the reason."""


@dataclass(frozen=True, slots=True)
class Document:
    """The path of a document, and the version of its shape that this program writes."""

    path: Path
    version: int


def save_document(document: Document, body: Mapping[str, Any]) -> None:
    """Replace the document; after this returns the new one survives a crash of the machine.

    Raises:
        OSError: It could not be written; the old one is still there.
    """
    envelope = {"version": document.version, "sha256": _sha256(body), "body": body}
    write_atomically(document.path, json.dumps(envelope, sort_keys=True).encode())


def load_document(document: Document) -> dict[str, Any] | None:
    """Return the body, or None if there is no such document.

    Raises:
        DamagedError: It is not what was written, or written by a newer program.
        OSError: It could not be read.
    """
    try:
        version, body = _unsealed(document.path)
    except FileNotFoundError:
        return None
    if version != document.version:
        message = f"its version is {version}, this program writes {document.version}"
        raise DamagedError(message)
    return body


def check_document(path: Path) -> None:
    """Read a document of any version.

    Raises:
        DamagedError: It is not what was written.
        OSError: It could not be read.
    """
    _unsealed(path)


def _unsealed(path: Path) -> tuple[object, dict[str, Any]]:
    try:
        envelope = json.loads(path.read_bytes())
        version, sha256, body = (envelope[name] for name in ("version", "sha256", "body"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"it is not a whole document ({type(error).__name__})"
        raise DamagedError(message) from None
    if not isinstance(body, dict) or sha256 != _sha256(body):
        message = "its checksum does not fit"
        raise DamagedError(message)
    return version, body


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged document, never to a name that is taken. Nothing is deleted."""
    stem = f"{path.name}.{SET_ASIDE}-{now:%Y%m%dT%H%M%SZ}"
    names = (path.with_name(stem + suffix) for suffix in ("", *(f".{n}" for n in range(1, 1000))))
    free = next(name for name in names if not name.exists())
    path.rename(free)
    sync_folder(path.parent)
    return free


def set_aside_count(path: Path) -> int:
    """Return how many damaged documents are still beside this one."""
    return sum(1 for _ in path.parent.glob(f"{path.name}.{SET_ASIDE}-*"))


def _sha256(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
