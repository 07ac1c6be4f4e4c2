"""Changes as the API shows them. Pure."""

from zoneinfo import ZoneInfo

from bff.db.tables import Revision
from bff.history.query import loaded
from bff.history.schemas import RevisionRow


def revision_row(row: Revision, zone: ZoneInfo) -> RevisionRow:
    """Return a change in the house's time zone."""
    return RevisionRow(
        id=row.id,
        object=row.object_type,  # ty: ignore[invalid-argument-type] - written from an ObjectType
        key=row.object_key,
        at=row.made_at.astimezone(zone),
        by=row.made_by,
        before=loaded(row.before),
        after=loaded(row.after),
        undone_at=row.undone_at and row.undone_at.astimezone(zone),
        undone_by=row.undone_by,
    )
