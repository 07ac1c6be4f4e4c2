"""Random trees with silences on the real vmsingle: every total adds up own shares, exactly."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from testbed.case_house import wait_for

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 48
KINDS = ("load", "load", "load", "generation", "charge")


def random_case(chance: random.Random) -> dict[str, Any]:
    """Up to nine devices behind one another, each silent for hours; one that moved; a grid."""
    devices: list[dict[str, Any]] = []
    has_house_meter = chance.random() < 0.5
    for number in range(chance.randint(4, 9)):
        loads = [one["device"] for one in devices if one["kind"] == "load"]
        is_main = number == 0 and has_house_meter
        kind = "load" if number == 0 else chance.choice(KINDS)
        one: dict[str, Any] = {"device": f"d{number}", "kind": kind}
        one |= {"room": f"room_{chance.randint(0, 2)}", "shelf": f"s{chance.randint(0, 1)}"}
        one |= {"house_meter": True} if is_main else {}
        if loads and chance.random() < 0.7:
            one["upstream"] = chance.choice(loads)
        devices.append(one | {"segments": segments(chance)})
    moved = devices[-1]
    until = (MARCH + timedelta(hours=chance.randint(1, HOURS))).isoformat()
    moved["moves"] = [{"until": until, "room": "room_9", "shelf": "s0"}]
    grid = {"device": "mains", "room": "room_0", "shelf": "s0", "segments": segments(chance)}
    both = {"kind": "grid", "exported_segments": segments(chance)}
    devices.append(grid | (both if chance.random() < 0.5 else {"kind": "grid_import"}))
    return {"source": "native", "vendor": "tplink_native", "devices": devices}


def segments(chance: random.Random) -> list[dict[str, Any]]:
    """Two runs of a counter with a silence between them, neither at an edge of a slot."""
    ends = sorted(chance.sample(range(HOURS * 60), 4))
    return [
        {
            "from": (MARCH + timedelta(minutes=start)).isoformat(),
            "to": (MARCH + timedelta(minutes=end)).isoformat(),
            "every_s": 60,
            "start_kwh": 10 + 5 * number,
            "watts": chance.randint(1, 900),
        }
        for number, (start, end) in enumerate((ends[:2], ends[2:]))
    ]


def total_kwh(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["figures"]["energy_kwh"] or 0) for row in rows), Decimal(0))


@pytest.mark.parametrize("seed", range(4))
def test_rooms_shelves_and_devices_add_up_to_the_house(
    seed: int, open_case: Callable[..., httpx.Client]
) -> None:
    """With what no device explains, in ranges that cut days and slots, by hour and in one piece."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    api = open_case(random_case(chance))
    for _ in range(3):
        start, end = sorted(chance.sample(range(HOURS * 60), 2))
        span = {
            "from": (MARCH + timedelta(minutes=start)).isoformat(),
            "to": (MARCH + timedelta(minutes=end)).isoformat(),
        }
        house = wait_for(api, "/cost", span)["total"]["energy_kwh"]
        assert wait_for(api, "/balance", span)["total"]["used_kwh"] == house
        for level in ("room", "shelf", "device"):
            rows = wait_for(api, "/cost", span | {"group_by": level})["rows"]
            assert total_kwh(rows) == Decimal(house or 0)
            rows = wait_for(api, "/cost", span | {"group_by": level, "by": "hour"})["rows"]
            assert total_kwh(rows) == Decimal(house or 0)


@pytest.mark.parametrize("seed", range(4))
def test_the_first_screen_is_what_its_requests_answer(
    seed: int, open_case: Callable[..., httpx.Client]
) -> None:
    """Of the house and of a room: its energy is fetched once for all its questions."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    case = random_case(chance)
    now = MARCH + timedelta(minutes=chance.randint(24 * 60, HOURS * 60))
    api = open_case(case, now=lambda: now)
    for place in ({}, {"room": "room_0"}):
        for each in wait_for(api, "/first_screen", place)["costs"]:
            span = {"from": each["cost"]["from"], "to": each["cost"]["to"]} | place
            rows = {name: each[name] for name in ("by", "group_by") if each[name]}
            assert api.get("/cost", params=span | rows).json() == each["cost"]
