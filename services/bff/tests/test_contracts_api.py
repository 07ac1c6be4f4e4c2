"""`/contracts`, `/series`, `/reading_dates` and their history, without any energy."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

FLAT = {
    "kwh": {"round": "half_up", "to": "1"},
    "lines": [
        {"name": "basic", "kind": "basic", "amount": "1000"},
        {"name": "energy", "kind": "energy", "price": "30"},
        {"name": "fuel", "kind": "per_kwh", "series": "fuel_adjustment"},
    ],
    "total": {"round": "down", "to": "1"},
}
JEPX = (
    "受渡日,時刻コード,売り入札量(kWh),システムプライス(円/kWh),"
    "エリアプライス東京(円/kWh),エリアプライス関西(円/kWh)\n"
    "2026/04/01,1,100,9.5,10.25,8.00\n"
    "2026/04/01,2,100,9.5,0.01,8.00\n"
)


def spot_with(**more: object) -> dict[str, object]:
    return {"name": "x", "kind": "energy", "spot": {"series": "market"} | more}


def add(api: httpx.Client, **more: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    return api.post("/contracts", json={"name": "Flat", "document": FLAT | more})


def make_series(api: httpx.Client, name: str = "fuel_adjustment", **more: object) -> None:
    api.put(f"/series/{name}", json={"period": "month"} | more).raise_for_status()


def import_csv(api: httpx.Client, series: str, text: bytes, **query: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv"}
    return api.post(f"/series/{series}/csv", content=text, params=query, headers=headers)


def test_a_contract_comes_back_as_it_was_written(api: httpx.Client) -> None:
    """Also from YAML; a replay is refused with the row that is there; its series is missed."""
    added = add(api, valid_from="2026-05")
    assert added.status_code == 201
    shown = added.json()
    assert shown["document"]["lines"] == FLAT["lines"]
    assert (shown["valid_from"], shown["missing_series"]) == ("2026-05", ["fuel_adjustment"])
    again = add(api, valid_from="2026-05")
    assert (again.status_code, again.json()["type"]) == (409, "urn:ppms:already-there")
    other = api.post("/contracts", json={"name": "B", "document": FLAT | {"valid_from": "2026-05"}})
    assert other.json()["type"] == "urn:ppms:contracts-overlap"
    text = """
        kwh: {round: none}
        lines: [{name: energy, kind: energy, price: "0.25"}]
        total: {round: half_up, to: "0.01"}
    """
    assert api.post("/contracts", json={"name": "C", "document": text}).status_code == 201
    make_series(api)
    assert api.get("/contracts").json()[-1]["missing_series"] == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"name": "x", "kind": "surprise", "amount": "1"}, "surprise"),
        ({"name": "x", "kind": "basic", "amount": 12.5}, 'decimal in quotes, such as "29.80"'),
        ({"name": "x", "kind": "basic", "amount": "1", "bonus": "2"}, "bonus"),
        ({"name": "x", "kind": "percent", "of": ["y"], "percent": "5"}, "no line before it"),
        ({"name": "x", "kind": "per_kwh", "from": [["2026-02-30", "1"]]}, "day is out of range"),
        ({"name": "x", "kind": "discount"}, "needs either amount or by_month"),
        (
            {"name": "x", "kind": "discount", "amount": "1", "when_kwh": {"from": 9, "below": 9}},
            "below 9 must be above from 9",
        ),
        (spot_with(market_limits={}), "limits need min, max or both"),
        (spot_with(unit_limits={"min": "2", "max": "1"}), "min 2 is above max 1"),
        (
            {"name": "x", "kind": "energy", "price": "1", "holiday_dates": ["13-45"]},
            "month must be in 1..12",
        ),
    ],
)
def test_what_cannot_be_billed_is_refused(
    api: httpx.Client, line: dict[str, object], reason: str
) -> None:
    """With the reason, never ignored."""
    refused = api.post("/contracts", json={"name": "X", "document": FLAT | {"lines": [line]}})
    assert refused.status_code == 422
    assert reason in refused.text.replace('\\"', '"')


def test_a_contract_that_begins_on_no_day_is_refused(api: httpx.Client) -> None:
    """Such a day would be found only when contracts are put in order, in every answer."""
    assert add(api, valid_from="2026-02-30").status_code == 422
    assert add(api, valid_from="2024-02-29").status_code == 201
    assert api.get("/contracts").status_code == 200


@pytest.mark.parametrize(
    ("place", "reason"), [("XX", "write DE, DE-BY or AU-NSW"), ("DE-XX", "of DE there are BB, BE")]
)
def test_holidays_that_nobody_knows_are_refused(api: httpx.Client, place: str, reason: str) -> None:
    """With the parts of the country that there are."""
    refused = add(api, holidays=place)
    assert refused.status_code == 422
    assert reason in refused.text


def test_dates_and_thirty_days_need_no_quotes(api: httpx.Client) -> None:
    """YAML makes a date and a number of them, which mean nothing else."""
    text = """
        kwh: {round: none}
        valid_from: 2026-04-01
        lines:
          - {name: basic, kind: basic, amount: 30, prorate: {by: 30}}
          - {name: levy, kind: per_kwh, from: [[2026-05-01, "4.18"]]}
        total: {round: half_up}
    """
    added = api.post("/contracts", json={"name": "C", "document": text})
    assert added.status_code == 201, added.text
    document = added.json()["document"]
    assert (added.json()["valid_from"], document["lines"][0]["prorate"]) == (
        "2026-04-01",
        {"by": 30},
    )
    assert document["lines"][1]["from"] == [["2026-05-01", "4.18"]]


def test_a_minimum_charge_beside_the_market_is_refused(api: httpx.Client) -> None:
    """The first kWh would be charged by the market's price as well."""
    lines = [
        {"name": "minimum", "kind": "minimum", "amount": "500", "kwh": 15},
        {"name": "energy", "kind": "energy", "spot": {"series": "market"}},
    ]
    refused = api.post("/contracts", json={"name": "X", "document": FLAT | {"lines": lines}})
    assert refused.status_code == 422
    assert "a minimum charge beside" in refused.text


@pytest.mark.parametrize(("valid_to", "status"), [("2026-04-12", 422), ("2026-04-13", 201)])
def test_a_contract_ends_after_it_begins(api: httpx.Client, valid_to: str, status: int) -> None:
    """It holds for a day at least."""
    document = FLAT | {"valid_from": "2026-04-12"}
    wanted = {"name": "Flat", "document": document, "valid_to": valid_to}
    assert api.post("/contracts", json=wanted).status_code == status


def test_a_change_can_be_undone_and_undone_again(api: httpx.Client) -> None:
    """What was deleted is there again under its id; undoing is a change of its own."""
    contract = add(api).json()
    path = f"/contracts/{contract['id']}"
    api.put(path, json={"name": "Renamed", "document": FLAT}).raise_for_status()
    api.delete(path).raise_for_status()
    changes = api.get("/history", params={"object": "contract"}).json()["revisions"]
    assert [(each["before"] is None, each["after"] is None) for each in changes] == [
        (False, True),
        (False, False),
        (True, False),
    ]
    refused = api.post(f"/history/{changes[1]['id']}/undo")
    assert refused.json()["type"] == "urn:ppms:changed-since"
    api.post(f"/history/{changes[0]['id']}/undo").raise_for_status()
    assert api.get(path).json()["name"] == "Renamed"
    api.post(f"/history/{changes[1]['id']}/undo").raise_for_status()
    assert api.get(path).json() == contract
    twice = api.post(f"/history/{changes[1]['id']}/undo")
    assert twice.json()["type"] == "urn:ppms:already-undone"


def test_values_are_shown_before_they_are_saved(api: httpx.Client) -> None:
    """Old and new of each month; a preview changes nothing; undo brings the old ones back."""
    make_series(api)
    first = {"values": {"2026-05": "-7.72", "2026-07": "1.35"}}
    api.put("/series/fuel_adjustment/values", json=first).raise_for_status()
    wanted = {"values": {"2026-05": "-7.50", "2026-07": "1.35", "2026-06": "-7.16"}}
    preview = api.put("/series/fuel_adjustment/values?preview=true", json=wanted).json()
    assert preview == {
        "saved": False,
        "unchanged": 1,
        "changes": [
            {"key": "2026-05", "old": "-7.72", "new": "-7.5"},
            {"key": "2026-06", "old": None, "new": "-7.16"},
        ],
    }
    shown = api.get("/series/fuel_adjustment").json()
    assert (shown["count"], shown["missing"]) == (2, ["2026-06"])
    api.put("/series/fuel_adjustment/values", json=wanted).raise_for_status()
    newest = api.get("/history").json()["revisions"][0]
    api.post(f"/history/{newest['id']}/undo").raise_for_status()
    values = api.get("/series/fuel_adjustment").json()["values"]
    assert values == [{"key": "2026-05", "value": "-7.72"}, {"key": "2026-07", "value": "1.35"}]


def test_a_file_of_months_keeps_its_signs(api: httpx.Client) -> None:
    """As suppliers publish them; one that has lost its sign is refused; export is import."""
    make_series(api)
    lost = "月分,単価\n2026年4月分,▲8.93円\n2026年5月分,0.74円\n".encode("cp932")
    refused = import_csv(api, "fuel_adjustment", lost)
    assert refused.status_code == 422
    assert "no sign at 2026-05" in refused.json()["detail"]
    signed = "月分,単価\n2026年4月分,▲8.93円\n2026年5月分,+191銭\n".encode("cp932")
    assert import_csv(api, "fuel_adjustment", signed, preview="true").json()["saved"] is False
    saved = import_csv(api, "fuel_adjustment", signed).json()
    assert [each["new"] for each in saved["changes"]] == ["-8.93", "1.91"]
    exported = api.get("/series/fuel_adjustment/csv")
    assert exported.text == "key,value\n2026-04,-8.93\n2026-05,+1.91\n"
    again = import_csv(api, "fuel_adjustment", exported.content).json()
    assert (again["unchanged"], again["changes"]) == (2, [])


def test_a_jepx_file_is_read_as_published(api: httpx.Client) -> None:
    """cp932, columns by name; half-hours begin at midnight in Japan."""
    make_series(api, "jepx_tokyo", period="slot", slot_minutes=30)
    unnamed = import_csv(api, "jepx_tokyo", JEPX.encode("cp932"))
    assert "エリアプライス東京" in unnamed.json()["detail"]
    import_csv(api, "jepx_tokyo", JEPX.encode("cp932"), column="東京").raise_for_status()
    assert api.get("/series/jepx_tokyo").json()["values"] == [
        {"key": "2026-03-31T15:00Z", "value": "10.25"},
        {"key": "2026-03-31T15:30Z", "value": "0.01"},
    ]
    bad = import_csv(api, "jepx_tokyo", JEPX.replace(",2,", ",49,").encode("cp932"), column="東京")
    assert "line 3" in bad.json()["detail"]


def test_a_file_of_a_year_is_not_too_large(api: httpx.Client) -> None:
    """JEPX publishes a fiscal year in one file of some megabytes."""
    make_series(api, "jepx_tokyo", period="slot", slot_minutes=30)
    head, row, _ = JEPX.splitlines()
    rows = [
        row.replace("/01,1,", f"/{day:02},{slot},") + ",0" * 60
        for day in range(1, 31)
        for slot in range(1, 49)
    ]
    text = "\n".join([head + ",x" * 60, *(each + " " * 700 for each in rows)])
    assert len(text) > 1_000_000
    saved = import_csv(api, "jepx_tokyo", text.encode("cp932"), column="関西").json()
    assert len(saved["changes"]) == len(rows)


def test_reading_dates_are_replaced_and_restored(api: httpx.Client) -> None:
    """Without any, a month is a period."""
    assert api.get("/reading_dates").json() == {"dates": [], "day_of_month": 1}
    assert api.get("/house").json()["billing_periods"] == []
    wanted = {"dates": ["2026-04-13", "2026-05-12"], "day_of_month": 11}
    assert api.put("/reading_dates", json=wanted).json() == wanted
    periods = api.get("/house").json()["billing_periods"]
    assert {"first_day": "2026-04-13", "end_day": "2026-05-12"} in periods
    assert all(one["end_day"] == other["first_day"] for one, other in pairwise(periods))
    newest = api.get("/history").json()["revisions"][0]
    api.post(f"/history/{newest['id']}/undo").raise_for_status()
    assert api.get("/reading_dates").json() == {"dates": [], "day_of_month": 1}
