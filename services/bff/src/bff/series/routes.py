"""`/series`: rates that change by month, by slot or by day; edited, imported and exported."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from bff.db.engine import read_session, write_session
from bff.db.revisions import Author
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.series import query
from bff.series.csv_file import parse_csv, write_csv
from bff.series.keys import BadValueError
from bff.series.response import series_row
from bff.series.schemas import (
    MAX_VALUES,
    SeriesChange,
    SeriesInput,
    SeriesRow,
    SeriesValueRow,
    SeriesValues,
    ValuesInput,
)
from bff.services import Services, UsedServices

router = APIRouter(prefix="/series", tags=["bills"], route_class=RepeatedRoute)

SeriesName = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        description="The name that contracts refer to.",
        examples=["fuel_adjustment"],
    ),
]
Preview = Annotated[
    bool, Query(description="true: show what would change, old and new, and save nothing.")
]
FromKey = Annotated[
    str, Query(alias="from", description="Only values from this key on.", examples=["2026-01"])
]
ToKey = Annotated[
    str, Query(alias="to", description="Only values before this key.", examples=["2027-01"])
]
Column = Annotated[
    str | None,
    Query(description="A part of the name of the column with the values.", examples=["value"]),
]
File = Annotated[
    bytes,
    Body(
        media_type="text/csv",
        description="UTF-8 or cp932; the first line names the columns.",
        openapi_examples={"months": {"value": "month,value\n2026-05,-7.72\n2026-06,-7.16\n"}},
    ),
]


@router.get("", summary="List series without their values")
def list_series(services: UsedServices) -> list[SeriesRow]:
    """With the months and days that are missing between the first and the last."""
    with read_session(services.engine) as session:
        return [series_row(session, row) for row in query.select_all_series(session)]


@router.get("/{series}", summary="One series with its values")
def get_series(
    services: UsedServices, series: SeriesName, from_: FromKey = "", to: ToKey = "~"
) -> SeriesValues:
    """404 lists the series that exist."""
    with read_session(services.engine) as session:
        row = series_row(session, query.select_series(session, series))
        values = query.select_values(session, series, from_, to, MAX_VALUES)
    shown = [SeriesValueRow(key=key, value=value) for key, value in values.items()]
    return SeriesValues(**row.model_dump(), values=shown)


@router.put("/{series}", summary="Make a series, or change what it is")
def save_series(
    services: UsedServices, author: UsedAuthor, series: SeriesName, wanted: SeriesInput
) -> SeriesRow:
    """Sent again it changes nothing. A series that has values keeps its period (409)."""
    with write_session(services.engine) as session:
        return series_row(session, query.save_series(session, series, wanted, author))


@router.delete("/{series}", status_code=204, summary="Delete a series with its values")
def delete_series(services: UsedServices, author: UsedAuthor, series: SeriesName) -> None:
    """Bills that need it become provisional. `/history` undoes it."""
    with write_session(services.engine) as session:
        query.delete_series(session, series, author)


@router.put("/{series}/values", summary="Change values, or see what would change")
def change_values(
    services: UsedServices,
    author: UsedAuthor,
    series: SeriesName,
    wanted: ValuesInput,
    *,
    preview: Preview = False,
) -> SeriesChange:
    """Values of other keys stay. Bills of the past follow at the next request."""
    with read_session(services.engine) as session:
        parsed = query.parsed_values(query.select_series(session, series), wanted.values)
    return _change(services, author, series, parsed, preview=preview)


@router.post("/{series}/csv", summary="Import values from a CSV file, or see what would change")
def import_csv(  # noqa: PLR0913 - the parameters of the request
    services: UsedServices,
    author: UsedAuthor,
    series: SeriesName,
    content: File,
    *,
    column: Column = None,
    preview: Preview = False,
) -> SeriesChange:
    """JEPX' files as they are published (with `column=東京`), or a list of months.

    Where some values of a column have a sign (-, ▲, マイナス), one without is refused.
    """
    with read_session(services.engine) as session:
        row = query.select_series(session, series)
    try:
        values = parse_csv(row, content, column)
    except BadValueError as error:
        raise query.bad_value(error, "body") from None
    return _change(services, author, series, values, preview=preview)


def _change(
    services: Services,
    author: Author,
    series: str,
    values: Mapping[str, str | None],
    *,
    preview: bool,
) -> SeriesChange:
    session_of = read_session if preview else write_session
    with session_of(services.engine) as session:
        changes = query.changes_of(session, series, values)
        if not preview:
            query.save_values(session, series, changes, author)
    return SeriesChange(saved=not preview, unchanged=len(values) - len(changes), changes=changes)


@router.get("/{series}/csv", summary="Export a series as CSV", response_class=Response)
def export_csv(services: UsedServices, series: SeriesName) -> Response:
    """`POST` of the same file changes nothing."""
    with read_session(services.engine) as session:
        query.select_series(session, series)
        values = query.select_values(session, series)
    return Response(write_csv(list(values.items())), media_type="text/csv; charset=utf-8")
