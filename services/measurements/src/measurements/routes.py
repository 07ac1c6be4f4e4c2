"""POST and GET /api/measurements, POST /api/raw-measurements, GET /api/measurement-counts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Self

import orjson
from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from measurements.auth import Reader, Writer, check_device
from measurements.counts import DayCount, select_day_counts
from measurements.parse import (
    FIRST_INSTANT,
    JSON,
    NDJSON,
    Arrival,
    FaultError,
    Measurement,
    TooManyError,
    Unplaced,
    device_id_problem,
    parse_body,
    parse_clock,
    parse_raw,
    parse_report,
)
from measurements.query import Selection, select_page
from measurements.response import chosen_media_type, parse_cursor, write_cursor, write_rows
from measurements.services import Services, UsedServices
from measurements.store import Batch, Counts, save_batch, save_raw
from measurements.tokens import Identity
from service_kit.problems import ProblemError, wrong_input

router = APIRouter(prefix="/api")


def _with_date(value: object) -> object:
    """Refuse what begins with no date: a number would be taken for Unix time."""
    if isinstance(value, str) and not _DATE.match(value):
        message = "write a date first: 2026-03-01"
        raise ValueError(message)
    return value


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Day = Annotated[date, BeforeValidator(_with_date)]
Instant = Annotated[AwareDatetime, BeforeValidator(_with_date)]

NDJSON_TYPES = (NDJSON, "application/ndjson")
MAX_REASONS = 20
MAX_REASON_LENGTH = 120
MAX_PAGE = 10_000
DEFAULT_DAYS, MAX_DAYS = 7, 93
CLOCK_RETRY_SECONDS = 60

EXAMPLE = {
    "deviceId": "esp32-kitchen",
    "recordedAt": "2026-11-28T09:00:00+09:00",
    "temperature": 21.4,
    "humidity": None,
    "payload": {
        "voltage_v": 5.012,
        "current_ma": 123.4,
        "power_mw": 618.5,
        "sensor": {"temperature": "bmp280", "power": "ina219", "pressure_hpa": 1013.25},
    },
}
REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {"oneOf": [{"type": "object"}, {"type": "array"}]},
                "examples": {
                    "one": {"summary": "One measurement", "value": EXAMPLE},
                    "batch": {"summary": "A batch", "value": [EXAMPLE]},
                },
            },
            NDJSON: {"schema": {"type": "string"}},
        },
    }
}


class Acknowledgement(BaseModel):
    """What became of a batch; all of it is durable.

    `received` is `new` + `duplicates` + `conflicts` + `unplaced`, and with `partial` + `refused`.
    """

    received: int
    new: int
    duplicates: int
    conflicts: int = Field(
        default=0, description="Differ from one that has their identity; kept raw."
    )
    unplaced: int = Field(default=0, description="Of a start without a clock; kept raw.")


class Refused(BaseModel):
    """A line that was refused."""

    line: int
    reason: str


class PartialAcknowledgement(Acknowledgement):
    """What became of a batch of which the good lines were taken."""

    refused: int
    reasons: list[Refused] = Field(description=f"Of the first {MAX_REASONS}.")


class ArrivalCount(BaseModel):
    """What arrived of one board on one day of the home."""

    device_id: str = Field(serialization_alias="deviceId")
    day: date
    parsed: int = Field(description="Stored measurements.")
    raw: int = Field(description="Measurements in bodies that were sent to be kept raw.")
    conflicts: int = Field(description="Kept raw: another measurement has their identity.")
    unplaced: int = Field(description="Kept raw: of an earlier start without a clock.")
    missing: int = Field(description="How many arrived raw alone.")

    @classmethod
    def of(cls, count: DayCount) -> Self:
        """Return the same as it is shown."""
        return cls(**asdict(count), missing=count.missing)


class ArrivalCounts(BaseModel):
    """What arrived, by day and board; days without anything are left out."""

    days: list[ArrivalCount]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request as it arrived."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]
    at: datetime


@router.post(
    "/measurements",
    name="post_measurements",
    response_model=Acknowledgement,
    responses={207: {"model": PartialAcknowledgement, "description": "With `partial=1`"}},
    openapi_extra=REQUEST_BODY,
)
async def post_measurements(
    request: Request,
    services: UsedServices,
    identity: Writer,
    *,
    partial: Annotated[
        bool, Query(description="Take the good ones of a batch and name the others.")
    ] = False,
) -> Response:
    """Store measurements of one board: one object, an array, or a line for each.

    A batch is taken as a whole or not at all, and acknowledged once it is durable. What is sent
    again changes nothing.
    """
    sent = await _receive(request, services, (JSON, *NDJSON_TYPES))
    return await run_in_threadpool(_take, services, identity, sent, is_partial=partial)


@router.post(
    "/raw-measurements",
    name="post_raw_measurements",
    response_model=Acknowledgement,
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": {}}}}},
)
async def post_raw_measurements(
    request: Request,
    services: UsedServices,
    identity: Writer,
    device_id: Annotated[
        str, Query(alias="deviceId", description="The board; by default its token's.")
    ] = "",
) -> Response:
    """Keep any JSON as it is, for later; it is read by nothing but the archive."""
    sent = await _receive(request, services, (JSON,))
    return await run_in_threadpool(_take_raw, services, identity, sent, device_id)


@router.get("/measurement-counts", name="get_measurement_counts")
def get_measurement_counts(
    services: UsedServices,
    _reader: Reader,
    first: Annotated[
        Day | None, Query(alias="from", description="The first day; by default a week ago.")
    ] = None,
    last: Annotated[
        Day | None, Query(alias="to", description="The last day; by default today.")
    ] = None,
) -> ArrivalCounts:
    """Compare what arrived parsed and what arrived raw, by board and day of the home."""
    zone = services.config.current().zone
    last = last or services.now().astimezone(zone).date()
    first = first or last - timedelta(days=DEFAULT_DAYS - 1)
    if not timedelta() <= last - first < timedelta(days=MAX_DAYS):
        message = f"from must not be after to, nor {MAX_DAYS} days or more before it"
        way_out = "Request some days."
        raise wrong_input(message, where="query.from", what_to_do=way_out)
    with services.engine.connect() as connection:
        found = select_day_counts(connection, zone, first, last)
        return ArrivalCounts(days=[ArrivalCount.of(each) for each in found])


@router.get("/measurements", name="get_measurements", response_model=dict[str, Any])
def get_measurements(  # noqa: PLR0913 - one for each parameter
    services: UsedServices,
    _reader: Reader,
    *,
    device_id: Annotated[str | None, Query(alias="deviceId")] = None,
    start: Annotated[Instant | None, Query(alias="from")] = None,
    end: Annotated[Instant | None, Query(alias="to")] = None,
    cursor: Annotated[str, Query(description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1_000,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON,
) -> Response:
    """Return stored measurements by their instants, as JSON, CSV or NDJSON.

    `next` leads to the following page; for CSV and NDJSON it is in the header `X-Next-Cursor`.
    """
    after = parse_cursor(cursor) if cursor else None
    with services.engine.connect() as connection:
        rows = select_page(connection, Selection(device_id, start, end), after, limit)
    following = write_cursor(rows[-1]) if len(rows) == limit else None
    media_type = chosen_media_type(accept)
    headers = {"X-Next-Cursor": following} if following else {}
    return Response(write_rows(rows, media_type, following), 200, headers, media_type)


async def _receive(request: Request, services: Services, media_types: tuple[str, ...]) -> _Sent:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity")
    if media_type not in media_types or encoding != "identity":
        raise ProblemError(
            415,
            "unsupported-media-type",
            f"Content-Type is {media_type or 'missing'}, Content-Encoding {encoding}.",
            what_to_do=f"Send {' or '.join(media_types)}, not compressed.",
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > services.settings.max_body_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    kind = NDJSON if media_type in NDJSON_TYPES else JSON
    return _Sent(bytes(body), kind, request.headers, _now(services))


def _now(services: Services) -> datetime:
    """Return the time of this machine.

    Raises:
        ProblemError: Its clock was not set: every good measurement would be in the future, and its
            board would set it aside.
    """
    now = services.now()
    if now < FIRST_INSTANT:
        raise ProblemError(
            503,
            "clock-not-set",
            f"The clock of this machine is in {now.year}.",
            what_to_do="Send it again later; set the clock of the machine, or let it reach NTP.",
            retry_after_seconds=CLOCK_RETRY_SECONDS,
        )
    return now


def _take(services: Services, identity: Identity, sent: _Sent, *, is_partial: bool) -> Response:
    clock = parse_clock(sent.headers.get("x-board-clock", ""))
    parts = _parse(services, sent, Arrival(sent.at, clock))
    faults = [part for part in parts if isinstance(part, FaultError)]
    if faults and identity.device_id:
        services.counters.refused_lines.labels(identity.device_id).inc(len(faults))
    if faults and not is_partial:
        raise _refusal(faults[0])
    good = [part for part in parts if not isinstance(part, FaultError)]
    counts = Counts()
    if good:
        batch = Batch(
            _one_device(identity, good),
            [part for part in good if isinstance(part, Measurement)],
            [part for part in good if isinstance(part, Unplaced)],
            sent.at,
            clock,
            parse_report(sent.headers.get("x-board-report", "")),
        )
        placed = services.placed(batch.device_id)
        with services.writing() as connection:
            passes_on = services.delivery is not None
            counts = save_batch(connection, batch, placed, passes_on=passes_on)
    return _acknowledge(counts, faults)


def _parse(
    services: Services, sent: _Sent, arrival: Arrival
) -> list[Measurement | Unplaced | FaultError]:
    max_count = services.settings.max_batch
    try:
        return list(parse_body(sent.body, sent.media_type, arrival, max_count))
    except TooManyError:
        raise ProblemError(
            413,
            "too-large",
            f"There are more than {max_count} measurements.",
            what_to_do="Send fewer at once.",
        ) from None
    except FaultError as fault:
        raise _refusal(fault) from None


def _one_device(identity: Identity, measurements: Sequence[Measurement | Unplaced]) -> str:
    """Return the board that all of a batch are of.

    Raises:
        ProblemError: The token is another board's, or there are several boards.
    """
    for one in measurements:
        check_device(identity, one.device_id)
        if one.device_id != measurements[0].device_id:
            raise _refusal(FaultError("a batch has the measurements of one board", one.line))
    return measurements[0].device_id


def _refusal(fault: FaultError) -> ProblemError:
    return ProblemError(
        422,
        "wrong-measurement",
        f"Line {fault.line}: {fault.reason}.",
        what_to_do="Set this line aside and send the others again; nothing of it was stored.",
        line=fault.line,
    )


def _acknowledge(counts: Counts, faults: list[FaultError]) -> Response:
    content: dict[str, object] = {
        "received": counts.received + len(faults),
        "new": counts.new,
        "duplicates": counts.duplicates,
        "conflicts": counts.conflicts,
        "unplaced": counts.unplaced,
    }
    if not faults:
        return Response(orjson.dumps(content), 200, media_type=JSON)
    content["refused"] = len(faults)
    content["reasons"] = [
        {"line": fault.line, "reason": fault.reason[:MAX_REASON_LENGTH]}
        for fault in faults[:MAX_REASONS]
    ]
    return Response(orjson.dumps(content), HTTPStatus.MULTI_STATUS, media_type=JSON)


def _take_raw(services: Services, identity: Identity, sent: _Sent, device_id: str) -> Response:
    device_id = device_id or identity.device_id or ""
    if problem := device_id_problem(device_id):
        raise _refusal(FaultError(problem))
    check_device(identity, device_id)
    try:
        document = parse_raw(sent.body)
    except FaultError as fault:
        raise _refusal(fault) from None
    with services.writing() as connection:
        save_raw(connection, device_id, [document], sent.at)
    return _acknowledge(Counts(received=1, new=1), [])
