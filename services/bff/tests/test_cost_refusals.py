"""What `/cost` refuses, and the way out that it names."""

import httpx
import pytest

MARCH = {"from": "2026-03-01T00:00:00+09:00", "to": "2026-04-01T00:00:00+09:00"}


@pytest.mark.parametrize(
    ("asked", "status", "way_out"),
    [
        ({"room": "wrok"}, 404, "Use one of: work, kitchen."),
        ({"shelf": "rack_9"}, 404, "rack_1 (in work), rack_2 (in work), counter (in kitchen)"),
        ({"device": "toaster"}, 404, "Use one of: a, b, c, kettle."),
        ({"room": "work", "device": "kettle"}, 404, "Use one of: a, b, c."),
        ({"shelf": "rack_1"}, 422, "Send the room as well."),
        ({"room": "work", "shelf": "rack_2", "group_by": "room"}, 422, "a level below the place"),
        ({"to": MARCH["from"]}, 422, "Ranges are half-open"),
        ({"by": "week"}, 422, "Correct what errors names"),
        ({"from": "2016-03-01T00:00:00Z", "by": "hour"}, 422, "by=day or by=month"),
    ],
)
def test_a_question_without_an_answer_is_refused_with_a_way_out(
    api: httpx.Client, asked: dict[str, str], status: int, way_out: str
) -> None:
    """Unknown ids are answered with the known ones, too many rows with how to ask for fewer."""
    refused = api.get("/cost", params=MARCH | asked)
    assert refused.status_code == status
    assert way_out in refused.json()["what_to_do"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-03-01T00:00:00", "needs its time and offset"),
        ("2026-03-01T00:00:00 09:00", "the + of the offset is written %2B"),
        ("yesterday", "write an instant of RFC 3339"),
        ("2026-02-30T00:00:00Z", "day"),
        ("0001-01-01T00:00:00Z", "the year must lie between"),
        ("2026-03-01T00:00:00.0001Z", "at most milliseconds"),
    ],
)
def test_an_instant_that_could_mean_several_is_refused(
    api: httpx.Client, text: str, message: str
) -> None:
    """No zone is guessed, no digit is dropped."""
    refused = api.get("/cost", params=MARCH | {"from": text})
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["where"]) == (422, "query.from")
    assert message in fault["message"]


def test_an_empty_shelf_is_a_place_too(api: httpx.Client) -> None:
    """It has no devices, so nothing is known of it: null, not 0, and no VictoriaMetrics needed."""
    shown = api.get("/cost", params=MARCH | {"room": "kitchen", "shelf": "rack_1"}).json()
    assert shown["place"] == {
        "level": "shelf",
        "room": "kitchen",
        "shelf": "rack_1",
        "device": None,
    }
    assert (shown["total"]["energy_kwh"], shown["total"]["cost"]) == (None, None)
    assert (shown["rows"], shown["currency"]) == ([], "JPY")
