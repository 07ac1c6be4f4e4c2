"""What is stored of the ledger is not what was written."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bff.time_grid import instant


class DamagedError(Exception):
    """What is stored of a device is not what was saved: no figure may be made from it."""

    def __init__(self, device: str, day_ms: int | None = None) -> None:
        where = "" if day_ms is None else f" on {instant(day_ms):%Y-%m-%d}"
        super().__init__(f"a row of the ledger is damaged: {device}{where}")


def is_damage(error: SQLAlchemyError) -> bool:
    """Return whether a statement failed because the file is not what was written."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if str(cause) == "integer overflow":  # a sum of numbers that no one saved
        return True
    name = getattr(cause, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
