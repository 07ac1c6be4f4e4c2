"""The questions that are timed: to the BFF over HTTP, and the bare ones to VictoriaMetrics."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

MONTH = timedelta(days=30)
TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask, and about what.

    Attributes:
        bff: A client below `/api/v1`.
        victoriametrics: A client of vmsingle.
        server_pid: The process id of vmsingle.
        start: The first sample's instant.
        end: The last sample's instant.
    """

    bff: httpx.Client
    victoriametrics: httpx.Client
    server_pid: int
    start: datetime
    end: datetime


def floor_to_slot(at: datetime) -> datetime:
    """As pages ask: an edge inside of a slot would have its samples read at first."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def client(url: str) -> httpx.Client:
    """A client of vmsingle, which is patient."""
    return httpx.Client(base_url=url, trust_env=False, timeout=120)


type Question = Callable[[Asked], Any]


def timed(asked: Asked, *questions: Question, times: int) -> list[list[float]]:
    """Ask in turns, so that whatever else the machine does meets all of them alike."""
    seconds: list[list[float]] = [[] for _ in questions]
    for _ in range(times):
        for position, question in enumerate(questions):
            began = time.perf_counter()
            question(asked)
            seconds[position].append(time.perf_counter() - began)
    return seconds


def cost(asked: Asked, **more: str) -> Any:  # noqa: ANN401 - it is JSON
    """`/cost` of the whole house over all of its history."""
    question = {"from": asked.start.isoformat(), "to": asked.end.isoformat()} | more
    return asked.bff.get("/cost", params=question).raise_for_status().json()


def by_device(asked: Asked) -> Any:  # noqa: ANN401
    """The whole time's cost by device."""
    return cost(asked, group_by="device")


def by_hour(asked: Asked) -> Any:  # noqa: ANN401
    """The last month's cost by hour."""
    return cost(asked, **{"from": (asked.end - MONTH).isoformat(), "by": "hour"})


def by_day(asked: Asked) -> Any:  # noqa: ANN401
    """The last month's cost by day of the house."""
    return cost(asked, **{"from": (asked.end - MONTH).isoformat(), "by": "day"})


def _promql(asked: Asked, path: str, **form: str) -> Any:  # noqa: ANN401
    # Plain, as the BFF's: to pack a long answer takes it longer than to make it.
    plain = {"Accept-Encoding": "identity"}
    answer = asked.victoriametrics.post(path, data={"nocache": "1"} | form, headers=plain)
    return answer.raise_for_status().json()["data"]["result"]


COUNTER = 'switchbot_energy_total_kwh{house="bench"}'


def increase(asked: Asked) -> Any:  # noqa: ANN401
    """Bare PromQL over the whole time."""
    lasts = round((asked.end - asked.start).total_seconds())
    at = str(asked.end.timestamp())
    return _promql(asked, "/api/v1/query", query=f"increase({COUNTER}[{lasts}s])", time=at)


def increase_by(asked: Asked, step: str) -> Any:  # noqa: ANN401
    """The bare range query, over the last month."""
    return _promql(
        asked,
        "/api/v1/query_range",
        query=f"increase({COUNTER}[{step}])",
        start=str((asked.end - MONTH).timestamp()),
        end=str(asked.end.timestamp()),
        step=step,
    )


def latest(asked: Asked) -> Any:  # noqa: ANN401
    """The bare query for the last sample of every device."""
    return _promql(asked, "/api/v1/query", query=COUNTER, time=str(asked.end.timestamp()))


def set_prices(asked: Asked) -> list[Any]:
    """Four prices one after the other, changing at midnights of the house."""
    quarter = (asked.end - asked.start) / 4
    midnight = asked.start.replace(hour=15, minute=0, second=0, microsecond=0)
    splits = [midnight + timedelta(days=(quarter * part).days) for part in (1, 2, 3)]
    starts: list[datetime | None] = [datetime(2020, 1, 1, tzinfo=UTC), *splits]
    rows = []
    for price, start, end in zip(
        ("27", "31.7", "29.44", "35"), starts, [*splits, None], strict=True
    ):
        row = {
            "price_per_kwh": price,
            "valid_from": start and start.isoformat(),
            "valid_to": end and end.isoformat(),
        }
        rows.append(asked.bff.post("/unit_prices", json=row).raise_for_status().json())
    return rows


def change_price(asked: Asked, row: dict[str, Any]) -> None:
    """Set a price to the values of the row."""
    wanted = {key: row[key] for key in ("price_per_kwh", "valid_from", "valid_to", "note")}
    asked.bff.put(f"/unit_prices/{row['id']}", json=wanted).raise_for_status()


def exact_cost(asked: Asked, rows: list[Any], prices: list[str]) -> Decimal:
    """What all of it must cost: each price's energy times the price, asked for one by one."""
    whole = Decimal(0)
    for row, price in zip(rows, prices, strict=True):
        start = max(asked.start, datetime.fromisoformat(row["valid_from"]))
        end = datetime.fromisoformat(row["valid_to"]) if row["valid_to"] else asked.end
        span = {"from": start.isoformat(), "to": end.isoformat()}
        whole += Decimal(cost(asked, **span)["total"]["energy_kwh"]) * Decimal(price)
    return whole


FLAT = [{"name": "energy", "kind": "energy", "price": "31"}]
TIME_OF_USE = [
    {
        "name": "energy",
        "kind": "energy",
        "times": [
            {"name": "night", "price": "28", "hours": ["23:00-07:00"]},
            {"name": "rest_day", "price": "33", "days": "holiday"},
            {"name": "day", "price": "38"},
        ],
    }
]


def set_contract(asked: Asked, lines: list[Any], basic: str = "1000") -> None:
    """Agree on one contract that began two years ago, or edit it."""
    document = {
        "valid_from": (asked.end - TWO_YEARS).date().isoformat(),
        "kwh": {"round": "half_up"},
        "lines": [{"name": "basic", "kind": "basic", "amount": basic}, *lines],
        "total": {"round": "down"},
    }
    contract = {"name": "bench", "document": document}
    stored = asked.bff.get("/contracts").raise_for_status().json()
    if stored:
        path = f"/contracts/{stored[0]['id']}"
        asked.bff.put(path, json=contract).raise_for_status()
    else:
        asked.bff.post("/contracts", json=contract).raise_for_status()


def bills(asked: Asked) -> Any:  # noqa: ANN401
    """A year of bills with the share of every device."""
    days = {"from": asked.start.date().isoformat(), "to": asked.end.date().isoformat()}
    answer = asked.bff.get("/bills", params=days | {"shares": "true"})
    return answer.raise_for_status().json()
