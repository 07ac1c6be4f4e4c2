"""`/unit_prices` against a real process."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

JANUARY, FEBRUARY, MARCH = (f"2026-0{month}-01T00:00:00+09:00" for month in (1, 2, 3))


def add(api: httpx.Client, price: str, valid_from: str, **more: str | bool) -> httpx.Response:
    body = {"price_per_kwh": price, "valid_from": valid_from, **more}
    return api.post("/unit_prices", json=body)


def test_a_price_comes_back_exactly_as_it_was_written(api: httpx.Client) -> None:
    """Six decimals survive the database; no float is in between."""
    added = add(api, "31.700001", JANUARY, valid_to=FEBRUARY, note="winter")
    assert added.status_code == 201
    expected = {
        "id": added.json()["id"],
        "price_per_kwh": "31.700001",
        "currency": "JPY",
        "valid_from": JANUARY,
        "valid_to": FEBRUARY,
        "note": "winter",
        "direction": "import",
    }
    assert added.json() == expected
    assert api.get(f"/unit_prices/{expected['id']}").json() == expected
    assert api.get("/unit_prices").json() == [expected]


def test_ranges_that_touch_do_not_overlap(api: httpx.Client) -> None:
    """A range is half-open: one price may begin in the very millisecond another ends."""
    add(api, "20", JANUARY, valid_to=FEBRUARY)
    assert add(api, "30", FEBRUARY).status_code == 201


def test_a_replayed_price_is_there_once(api: httpx.Client) -> None:
    """Sent again, as after a lost answer: 409 names the row that already is what was sent."""
    sent = [add(api, "30", MARCH, close_open_price=True) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 409]
    assert sent[1].json()["type"] == "urn:ppms:already-there"
    assert sent[1].json()["conflicts_with"] == sent[0].json()["id"]
    assert len(api.get("/unit_prices").json()) == 1


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [
        ("2025-12-01T00:00:00+09:00", "2026-01-01T00:00:00.001+09:00"),
        ("2026-01-31T23:59:59.999+09:00", None),
        ("2026-01-10T00:00:00+09:00", "2026-01-11T00:00:00+09:00"),
        ("2025-12-01T00:00:00+09:00", None),
    ],
)
def test_an_overlap_is_refused_and_names_the_other_row(
    api: httpx.Client, valid_from: str, valid_to: str | None
) -> None:
    """At any instant one price holds; the message names the row in the way."""
    other = add(api, "27.5", JANUARY, valid_to=FEBRUARY).json()
    refused = add(api, "30", valid_from, **({"valid_to": valid_to} if valid_to else {}))
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["conflicts_with"] == other["id"]
    assert f"row {other['id']}: 27.5 JPY per kWh from {JANUARY} to {FEBRUARY}" in problem["detail"]
    assert f"change or delete row {other['id']}" in problem["what_to_do"]
    assert len(api.get("/unit_prices").json()) == 1


def test_a_new_price_can_end_the_open_one(api: httpx.Client) -> None:
    """Both happen in one transaction: the old price ends where the new one begins."""
    old = add(api, "20", JANUARY).json()
    assert add(api, "30", MARCH).status_code == 409
    assert add(api, "30", MARCH, close_open_price=True).status_code == 201
    assert api.get(f"/unit_prices/{old['id']}").json()["valid_to"] == MARCH


def test_a_refused_price_leaves_the_open_one_open(api: httpx.Client) -> None:
    """Closing is undone when the new price overlaps another row all the same."""
    old = add(api, "20", JANUARY, valid_to=FEBRUARY).json()
    still_open = add(api, "30", MARCH).json()
    before_the_open_one = add(api, "25", JANUARY, close_open_price=True)
    assert before_the_open_one.status_code == 409
    assert before_the_open_one.json()["conflicts_with"] == old["id"]
    assert api.get(f"/unit_prices/{still_open['id']}").json()["valid_to"] is None


def test_a_changed_price_may_overlap_itself_but_no_other(api: httpx.Client) -> None:
    """Moving the end of a row past its neighbour's beginning is refused."""
    first = add(api, "20", JANUARY, valid_to=FEBRUARY).json()
    second = add(api, "30", FEBRUARY).json()
    changed = {"price_per_kwh": "21", "valid_from": JANUARY, "valid_to": FEBRUARY}
    assert api.put(f"/unit_prices/{first['id']}", json=changed).json() == first | changed
    refused = api.put(f"/unit_prices/{first['id']}", json=changed | {"valid_to": MARCH})
    assert (refused.status_code, refused.json()["conflicts_with"]) == (409, second["id"])


def test_a_deleted_price_is_gone_and_its_id_never_comes_back(api: httpx.Client) -> None:
    """Someone may still hold the old id: it must not name another price."""
    deleted = add(api, "20", JANUARY).json()["id"]
    assert api.delete(f"/unit_prices/{deleted}").status_code == 204
    assert api.delete(f"/unit_prices/{deleted}").status_code == 404
    assert add(api, "20", JANUARY).json()["id"] != deleted


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        ({"price_per_kwh": 31.7}, "body.price_per_kwh", 'write it as text, "31.7"'),
        ({"price_per_kwh": "31.1234567"}, "body.price_per_kwh", "6 decimal places"),
        ({"price_per_kwh": "--1"}, "body.price_per_kwh", "plain digits"),
        ({"price_per_kwh": "NaN"}, "body.price_per_kwh", "finite"),
        ({"valid_from": "2026-01-01T00:00:00"}, "body.valid_from", "needs its time and offset"),
        ({"valid_from": "2026-01-01"}, "body.valid_from", "needs its time and offset"),
        ({"valid_from": 1767225600}, "body.valid_from", "RFC 3339"),
        ({"valid_from": "2026-13-01T00:00:00Z"}, "body.valid_from", "month must be in 1..12"),
        ({"valid_to": JANUARY}, "body", "valid_to must be after valid_from"),
        ({"prize": "1"}, "body.prize", "Extra inputs are not permitted"),
    ],
)
def test_wrong_input_is_refused_with_where_and_why(
    api: httpx.Client, body: dict[str, Any], where: str, message: str
) -> None:
    """Nothing is guessed: not a zone, not a decimal, not a misspelt key."""
    good = {"price_per_kwh": "31.7", "valid_from": JANUARY}
    refused = api.post("/unit_prices", json=good | body)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["where"] == where
    assert message in fault["message"]


@pytest.mark.parametrize("price_id", [2**63, 2**64, 10**30, -1])
def test_an_id_beyond_64_bits_names_nothing(api: httpx.Client, price_id: int) -> None:
    """404, not a failure of the database."""
    assert api.get(f"/unit_prices/{price_id}").status_code == 404
    assert api.delete(f"/unit_prices/{price_id}").status_code == 404


def test_the_name_of_another_route_is_no_id(api: httpx.Client) -> None:
    """`Allow` has what the route itself supports."""
    for path, allowed in (("/unit_prices/effect", "POST"), ("/contracts/templates", "GET")):
        refused = api.put(path, json={})
        assert (refused.status_code, refused.headers["allow"]) == (405, allowed)
    assert api.get("/unit_prices/first").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/reading_dates", {"dates": [0]}),
        ("PUT", "/real_bills/0", {"kwh": "351", "total": "12393"}),
        ("POST", "/contracts/what_if", {"template": "flat", "to": 20_000}),
        ("POST", "/ledger/rebuild", {"accept_loss": 0}),
    ],
)
def test_a_number_is_no_day_and_no_truth(
    api: httpx.Client, method: str, path: str, body: dict[str, Any]
) -> None:
    """It would be taken for Unix time, or for false."""
    assert api.request(method, path, json=body).status_code == 422


@pytest.mark.parametrize(
    "text", ["1_0", "1e5", "+5", "\uff13\uff11", " 5", "5 ", ".5", "5.", "NaN", ""]
)
def test_a_price_is_written_as_its_schema_describes(api: httpx.Client, text: str) -> None:
    """Other spellings of numbers are refused, not guessed."""
    wanted = {"price_per_kwh": text, "valid_from": "2026-01-01T00:00:00Z"}
    refused = api.post("/unit_prices", json=wanted)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["where"] == "body.price_per_kwh"
    assert api.get("/unit_prices").json() == []


def test_what_is_sold_has_prices_of_its_own(api: httpx.Client) -> None:
    """They overlap those of what is bought, not each other; a change keeps the direction."""
    assert add(api, "30", JANUARY).status_code == 201
    sold = add(api, "16", JANUARY, direction="export")
    assert (sold.status_code, sold.json()["direction"]) == (201, "export")
    assert add(api, "17", FEBRUARY, direction="export").status_code == 409
    changed = api.put(
        f"/unit_prices/{sold.json()['id']}", json={"price_per_kwh": "8", "valid_from": JANUARY}
    )
    assert (changed.status_code, changed.json()["direction"]) == (200, "export")
    closing = add(api, "9", FEBRUARY, direction="export", close_open_price=True)
    assert closing.status_code == 201
    ends = {row["price_per_kwh"]: row["valid_to"] for row in api.get("/unit_prices").json()}
    assert ends == {"30": None, "8": FEBRUARY, "9": None}


def test_every_change_of_a_price_is_kept_and_can_be_undone(api: httpx.Client) -> None:
    """Also that a new price ended the open one; undone from the newest on."""
    old = add(api, "20", JANUARY).json()
    add(api, "30", MARCH, close_open_price=True)
    history = {"object": "unit_price"}
    changes = api.get("/history", params=history).json()["revisions"]
    assert [(each["before"] is None, each["key"]) for each in changes] == [
        (True, "2"),
        (False, "1"),
        (True, "1"),
    ]
    for change in changes[:2]:
        api.post(f"/history/{change['id']}/undo").raise_for_status()
    assert api.get("/unit_prices").json() == [old]


def test_prices_are_exported_and_imported_as_csv(api: httpx.Client) -> None:
    """The same file again adds nothing; an overlap refuses all of a file; a preview saves none."""
    add(api, "20", JANUARY, valid_to=FEBRUARY, note="winter, cold")
    exported = api.get("/unit_prices/csv").text
    more = exported + f"-1.5,{FEBRUARY},{MARCH},export,\n31.7,{MARCH},,,\n"
    headers = {"Content-Type": "text/csv"}
    shown = api.post("/unit_prices/csv?preview=true", content=more, headers=headers)
    assert [each["price_per_kwh"] for each in shown.json()] == ["-1.5", "31.7"]
    assert len(api.get("/unit_prices").json()) == 1
    api.post("/unit_prices/csv", content=more, headers=headers).raise_for_status()
    again = api.post("/unit_prices/csv", content=api.get("/unit_prices/csv").text, headers=headers)
    assert (again.json(), len(api.get("/unit_prices").json())) == ([], 3)
    bad = "price_per_kwh,valid_from\n5,2020-01-01T00:00:00+09:00\n"
    refused = api.post("/unit_prices/csv", content=bad, headers=headers)
    assert refused.json()["type"] == "urn:ppms:prices-overlap"
    naive = "price_per_kwh,valid_from\n5,2020-01-01\n"
    refused = api.post("/unit_prices/csv", content=naive, headers=headers)
    assert "line 2: valid_from" in refused.json()["detail"]


def test_prices_of_a_file_that_overlap_each_other_are_named(api: httpx.Client) -> None:
    """No row is in the way, so both are named; nothing of the file is saved."""
    content = f"price_per_kwh,valid_from,valid_to\n20,{JANUARY},{MARCH}\n21,{FEBRUARY},\n"
    headers = {"Content-Type": "text/csv"}
    refused = api.post("/unit_prices/csv", content=content, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ppms:prices-overlap")
    assert JANUARY in refused.json()["detail"]
    assert FEBRUARY in refused.json()["detail"]
    assert "conflicts_with" not in refused.json()
    assert api.get("/unit_prices").json() == []


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL of this process, as it runs."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's, by position
        seen.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_a_file_of_thousands_of_prices_takes_a_few_statements(
    api: httpx.Client, statements: list[str]
) -> None:
    """Not one for each price, which took 23 s for 5,000; each is in the history."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    edges = [(begin + timedelta(hours=n)).isoformat() for n in range(5_001)]
    rows = [f"{20 + n % 9},{edges[n]},{edges[n + 1]}\n" for n in range(5_000)]
    content = "price_per_kwh,valid_from,valid_to\n" + "".join(rows)
    headers = {"Content-Type": "text/csv"}
    del statements[:]
    added = api.post("/unit_prices/csv", content=content, headers=headers).raise_for_status()
    written = [each for each in statements if "unit_price" in each or "revisions" in each]
    assert len(added.json()) == 5_000
    assert 0 < len(written) < 100
    assert api.get("/history").json()["total"] == 5_000


@pytest.mark.parametrize("note", ['=HYPERLINK("http://evil")', "+1", "@SUM(A1)", "'=1", "-", "'s"])
def test_a_note_is_no_formula_in_a_spreadsheet(api: httpx.Client, note: str) -> None:
    """It is escaped where it would be one, and the file brings back what was written."""
    add(api, "-20", JANUARY, note=note)
    exported = api.get("/unit_prices/csv").text
    row = next(csv.DictReader(io.StringIO(exported)))
    assert row["note"][0] not in "=+-@"
    assert row["price_per_kwh"] == "-20"
    headers = {"Content-Type": "text/csv"}
    assert api.post("/unit_prices/csv", content=exported, headers=headers).json() == []


@pytest.mark.parametrize("note", ["<script>alert(1)</script>", '=HYPERLINK("http://evil")', '"a,b'])
def test_a_note_is_text_in_every_answer(api: httpx.Client, note: str) -> None:
    """As it was written, and of a type that no browser makes a page of."""
    add(api, "20", JANUARY, note=note)
    listed, exported = api.get("/unit_prices"), api.get("/unit_prices/csv")
    assert listed.json()[0]["note"] == note
    escaped = f"'{note}" if note.startswith("=") else note
    assert next(csv.DictReader(io.StringIO(exported.text)))["note"] == escaped
    types = [answer.headers["content-type"].partition(";")[0] for answer in (listed, exported)]
    assert types == ["application/json", "text/csv"]
    assert {answer.headers["x-content-type-options"] for answer in (listed, exported)} == {
        "nosniff"
    }
