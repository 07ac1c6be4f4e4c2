"""Why a database cannot be written although it can be read."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

MIN_FREE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way of writing.

    Attributes:
        problem_type: Of the problem document.
        text: A sentence for a person.
    """

    problem_type: str
    text: str


READ_ONLY = Obstacle("database-read-only", "The volume of the database is read-only.")
FULL = Obstacle("disk-full", "The volume of the database is full.")


def obstacle_of(error: SQLAlchemyError) -> Obstacle | None:
    """Return what kept a statement from writing; None for every other failure."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    # PostgreSQL's SQLSTATE 25006 and 53100 are the same two.
    match getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or "":
        case "SQLITE_FULL" | "53100":
            return FULL
        # A journal that cannot be made beside the file is reported as CANTOPEN.
        case name if name.startswith("SQLITE_READONLY") or name in {"SQLITE_CANTOPEN", "25006"}:
            return READ_ONLY
        case _:
            return None


def why_not_written(error: SQLAlchemyError) -> str:
    """Return the reason in one line, without the statement and its parameters."""
    obstacle = obstacle_of(error)
    return obstacle.text if obstacle else str(error).partition("\n")[0]


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite URL; None for other databases and for one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(url.database or "")


def find_obstacle(engine: Engine) -> Obstacle | None:
    """Look at the volume of an SQLite file; a database server looks after its own.

    Nothing is written: this is asked every few seconds.
    """
    path = sqlite_file(engine.url)
    if path is None:
        return None
    if not all(os.access(each, os.W_OK) for each in (path, path.parent)):
        return READ_ONLY
    volume = os.statvfs(path)
    return FULL if volume.f_bavail * volume.f_frsize < MIN_FREE_BYTES else None
