"""Series as the API shows them."""

from sqlalchemy.orm import Session

from bff.db.tables import Series
from bff.series.keys import missing_keys
from bff.series.query import select_keys
from bff.series.schemas import SeriesRow


def series_row(session: Session, row: Series) -> SeriesRow:
    """Return a series without its values."""
    keys = select_keys(session, row.series)
    return SeriesRow(
        series=row.series,
        period=row.period,  # ty: ignore[invalid-argument-type] - written from a SeriesInput
        slot_minutes=row.slot_minutes,
        note=row.note,
        count=len(keys),
        first=keys[0] if keys else None,
        last=keys[-1] if keys else None,
        missing=list(missing_keys(row, keys)),
    )
