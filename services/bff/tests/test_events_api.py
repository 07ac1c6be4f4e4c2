"""`/events` over HTTP, on the real vmsingle: what is doubtful, and what follows from an answer."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from testbed.bff import Bff
from testbed.case_house import wait_for
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]
type Points = list[tuple[datetime, float]]

# A Saturday's midnight in Tokyo; ten hours of 60 W before a silence of ten hours.
BEGIN = datetime(2026, 2, 27, 15, tzinfo=UTC)
SILENT = BEGIN + timedelta(hours=10)
BACK = BEGIN + timedelta(hours=20)
RANGE = {"from": "2026-02-28T00:00:00+09:00", "to": "2026-03-02T00:00:00+09:00"}


def points(start: datetime, hours: float, kwh: float, watts: float) -> Points:
    each = timedelta(minutes=1)
    count = round(hours * 60) + 1
    return [(start + each * step, kwh + watts * step / 60_000) for step in range(count)]


def use(
    vm: VictoriaMetrics,
    found: Points,
    device: str = "a",
    source: str = "cloud",
    word: str = "energy_total_kwh",
) -> None:
    labels = {"house": "home", "room": "r", "shelf": "s", "device": device, "source": source}
    vm.import_samples(
        {"__name__": f"switchbot_{word}"} | labels,
        [(at.timestamp(), kwh) for at, kwh in found],
    )


def use_other_plug(vm: VictoriaMetrics, word: str = "energy_total_kwh") -> None:
    """After the silence the counter shows 40 kWh more: far beyond 60 W for ten hours."""
    use(vm, points(BEGIN, 10, 5, 60) + points(BACK, 10, 45.6, 60), word=word)


def total(api: httpx.Client, device: str = "a") -> Json:
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=RANGE | {"device": device})).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


def events(api: httpx.Client, **params: str | int) -> list[Json]:
    return api.get("/events", params=params).raise_for_status().json()["events"]


def only_event(api: httpx.Client) -> Json:
    """The one event, once the ledger has built its day."""
    total(api)
    [event] = events(api)
    return event


def test_a_doubt_is_an_event_with_everything_about_it(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Its kWh are missing from the cost, and the event has the readings on both sides."""
    use_other_plug(vm)
    api = open_bff(vm.url)
    assert float(total(api)["energy_kwh"]) == pytest.approx(1.2, abs=1e-6)
    assert total(api)["coverage"]["missing_seconds"] == 28 * 3600
    [event] = events(api)
    assert event["device"] == "a"
    assert event["source"] == "cloud"
    assert event["kind"] == "doubtful_rise"
    assert event["state"] == "open"
    assert event["since"] == "2026-02-28T10:00:00+09:00"
    assert event["at"] == "2026-02-28T20:00:00+09:00"
    assert (event["before_kwh"], event["after_kwh"]) == ("5.6", "45.6")
    assert event["energy_kwh"] == "40"
    assert event["answer"] is None
    assert api.get(f"/events/{event['id']}").json() == event


def test_a_doubt_about_what_was_exported_is_an_event_of_its_meter(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """One meter with two counters: each is compared by itself, and only its own energy waits."""
    home = yaml.safe_load(home_file.read_text("utf-8"))
    home["devices"][0]["kind"] = "grid"
    home_file.write_text(yaml.safe_dump(home), "utf-8")
    use(vm, points(BEGIN, 30, 5, 100))
    use_other_plug(vm, "energy_exported_total_kwh")
    api = open_bff(vm.url)
    before = wait_for(api, "/balance", RANGE)["total"]
    assert (float(before["bought_kwh"]), float(before["sold_kwh"])) == pytest.approx((3, 1.2))
    [event] = events(api, device="a")
    assert (event["device"], event["is_of_exported"], event["energy_kwh"]) == ("a", True, "40")
    [notice] = [
        each for each in api.get("/notices").json()["notices"] if each["code"] == "doubtful_rise"
    ]
    assert notice["place"]["device"] == "a"
    sent = api.post(f"/events/{event['id']}/answer", json={"answer": "count"})
    assert sent.status_code == 201
    after = wait_for(api, "/balance", RANGE)["total"]
    assert (float(after["bought_kwh"]), float(after["sold_kwh"])) == pytest.approx((3, 41.2))
    rows = wait_for(api, "/reconcile", RANGE | {"device": "a"})["rows"]
    assert {row["device"] for row in rows} == {"a", "a:exported"}


@pytest.mark.parametrize(
    ("answer", "kwh", "estimated"), [("count", 41.2, 40), ("other_meter", 1.2, 0)]
)
def test_slots_follow_an_answer_and_its_end(
    open_bff: OpenBff, vm: VictoriaMetrics, answer: str, kwh: float, estimated: float
) -> None:
    """Counted energy is estimated over the silence; without the answer it is missing again."""
    use_other_plug(vm)
    api = open_bff(vm.url)
    before = total(api)
    [event] = events(api)
    given = {"answer": answer, "answered_by": "Mika", "note": "the heater"}
    sent = api.post(f"/events/{event['id']}/answer", json=given)
    assert sent.status_code == 201
    after = total(api)
    assert float(after["energy_kwh"]) == pytest.approx(kwh, abs=1e-6)
    assert float(after["estimated_kwh"]) == pytest.approx(estimated, abs=1e-6)
    [answered] = events(api)
    assert answered["state"] == "answered"
    assert answered["id"] == event["id"]
    assert answered["answer"].items() >= given.items()
    assert answered["answer"]["answered_at"]
    assert api.delete(f"/events/{event['id']}/answer").status_code == 204
    assert total(api) == before
    assert events(api) == [event]


def test_a_wrong_reading_and_what_goes_on_from_it_never_happened(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Two hours of another counter's values, then the device's own again."""
    use(
        vm,
        points(BEGIN, 10, 5, 60)
        + points(SILENT + timedelta(minutes=1), 2, 500, 60)
        + points(SILENT + timedelta(minutes=122), 8, 5.7, 60),
    )
    api = open_bff(vm.url)
    total(api)
    first = min(events(api), key=lambda event: event["at"])
    sent = api.post(f"/events/{first['id']}/answer", json={"answer": "wrong_reading"})
    assert sent.status_code == 201
    answered = total(api)
    assert float(answered["energy_kwh"]) == pytest.approx(5.7 - 5 + 0.48, abs=1e-6)
    assert float(answered["estimated_kwh"]) == pytest.approx(0.1, abs=1e-6)
    assert [event["state"] for event in events(api)] == ["answered"]


def test_a_repeated_answer_is_a_conflict_that_names_the_first(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """A client that lost a response learns from the repetition what is stored."""
    use_other_plug(vm)
    api = open_bff(vm.url)
    event = only_event(api)
    path, given = f"/events/{event['id']}/answer", {"answer": "count", "answered_by": "Mika"}
    assert api.post(path, json=given).status_code == 201
    repeated = api.post(path, json=given)
    assert repeated.status_code == 409
    problem = repeated.json()
    assert problem["type"] == "urn:ppms:already-answered"
    assert problem["conflicts_with"] == event["id"]
    assert "count" in problem["detail"]
    assert "Mika" in problem["detail"]


def test_an_answer_counts_also_when_the_samples_are_deleted(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """The event is kept with its kWh, and the days with their slots."""
    use_other_plug(vm)
    api = open_bff(vm.url)
    event = only_event(api)
    before = total(api)
    lose_samples(vm, api)
    assert total(api) == before
    assert events(api) == [event]
    assert api.post(f"/events/{event['id']}/answer", json={"answer": "count"}).status_code == 201
    assert float(total(api)["energy_kwh"]) == pytest.approx(41.2, abs=1e-6)
    assert float(total(api)["estimated_kwh"]) == pytest.approx(40, abs=1e-6)
    assert api.delete(f"/events/{event['id']}/answer").status_code == 204
    assert total(api) == before
    assert events(api) == [event]


def lose_samples(vm: VictoriaMetrics, api: httpx.Client) -> None:
    """Delete all samples of device `a`, and have the ledger count all of history again."""
    vm.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    vm.settle()
    assert api.post("/ledger/rebuild").status_code == 202
    wait_until_built(api)


def wait_until_built(api: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while not (state := api.get("/ledger").json())["fully_counted"] or state["dirty_slots"]:
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


def test_an_answer_counts_once_an_accepted_loss_left_nothing_else(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """A person has the days rebuilt from no samples: the event goes on having its kWh."""
    use_other_plug(vm)
    api = open_bff(vm.url)
    event = only_event(api)
    lose_samples(vm, api)
    assert api.post("/ledger/rebuild", json={"accept_loss": True}).status_code == 202
    wait_until_built(api)
    assert total(api)["energy_kwh"] is None
    assert events(api) == [event]
    assert api.post(f"/events/{event['id']}/answer", json={"answer": "count"}).status_code == 201
    assert float(total(api)["energy_kwh"]) == pytest.approx(40, abs=1e-6)
    assert api.delete(f"/events/{event['id']}/answer").status_code == 204
    assert total(api)["energy_kwh"] is None


def lose_a_week(vm: VictoriaMetrics, api: httpx.Client) -> Json:
    """All samples of a week are lost: the event of that."""
    total(api)
    lose_samples(vm, api)
    return only_event(api)


WEEK = {"from": "2026-02-20T00:00:00+09:00", "to": "2026-03-02T00:00:00+09:00", "device": "a"}


def energy_of_the_week(api: httpx.Client) -> str | None:
    return api.get("/cost", params=WEEK).raise_for_status().json()["total"]["energy_kwh"]


def test_a_loss_of_samples_changes_nothing_until_it_is_accepted(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """An open event of the device; the days keep their energy, and lose it by one answer alone."""
    for day in range(6):
        use(vm, points(BEGIN - timedelta(days=day), 1, 100 - day, 600))
    api = open_bff(vm.url)
    loss = lose_a_week(vm, api)
    assert (loss["kind"], loss["state"], loss["device"]) == ("samples_lost", "open", "a")
    assert float(loss["energy_kwh"]) == pytest.approx(float(energy_of_the_week(api) or 0))
    path = f"/events/{loss['id']}/answer"
    refused = api.post(path, json={"answer": "count"})
    assert refused.status_code == 422
    assert "keep or rebuild" in refused.json()["what_to_do"]
    assert api.post(path, json={"answer": "keep"}).status_code == 201
    wait_until_built(api)
    assert energy_of_the_week(api) is not None
    assert events(api, state="open") == []
    assert api.delete(path).status_code == 204
    assert [event["id"] for event in events(api, state="open")] == [loss["id"]]
    assert api.post(path, json={"answer": "rebuild"}).status_code == 201
    wait_until_built(api)
    assert energy_of_the_week(api) is None
    undone = api.delete(path)
    assert (undone.status_code, undone.json()["type"]) == (409, "urn:ppms:cannot-be-undone")


def use_power(vm: VictoriaMetrics, watts: float) -> None:
    """The device's power goes on being read while its counter is silent."""
    labels = {"house": "home", "room": "r", "shelf": "s", "device": "a", "source": "cloud"}
    silence = points(SILENT, 10, 0, 0)
    usual = [(at, 60.0) for at, _ in points(BEGIN, 10, 0, 0) + points(BACK, 10, 0, 0)]
    found = usual + [(at, watts) for at, _ in silence[1:-1]]
    vm.import_samples(
        {"__name__": "switchbot_power_watts"} | labels, [(at.timestamp(), w) for at, w in found]
    )


def test_power_beside_the_counter_explains_a_rise(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """4 kW were read all the time that the counter was not: what it rose by was used."""
    use_other_plug(vm)
    use_power(vm, 4000)
    api = open_bff(vm.url)
    assert float(total(api)["energy_kwh"]) == pytest.approx(41.2, abs=1e-6)
    assert events(api) == []


def test_power_beside_the_counter_contradicts_a_rise(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """A rise that the device might have used, while its power was nothing, is in doubt."""
    use(vm, points(BEGIN, 10, 5, 60) + points(BACK, 10, 7.0, 60))
    api = open_bff(vm.url)
    assert float(total(api)["energy_kwh"]) == pytest.approx(2.6, abs=1e-6)
    use_power(vm, 0)
    api.post("/ledger/rebuild").raise_for_status()
    deadline = time.monotonic() + 60
    while not events(api):
        assert time.monotonic() < deadline
        total(api)
    assert float(total(api)["energy_kwh"]) == pytest.approx(1.2, abs=1e-6)
    assert events(api)[0]["energy_kwh"] == "1.4"


def test_events_are_listed_by_device_state_and_range_in_pages(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Newest first, with the number of all; unknown parameters are refused."""
    use_other_plug(vm)
    later = timedelta(hours=1)
    use(vm, points(BEGIN, 10, 5, 60) + points(BACK + later, 10, 95, 60), device="b")
    api = open_bff(vm.url)
    total(api)
    total(api, "b")
    assert [event["device"] for event in events(api)] == ["b", "a"]
    assert [event["device"] for event in events(api, device="a")] == ["a"]
    assert [event["device"] for event in events(api, skip=1, max_events=1)] == ["a"]
    assert api.get("/events", params={"max_events": 1}).json()["total"] == 2
    since = (BACK + later).isoformat()
    assert [event["device"] for event in events(api, **{"from": since})] == ["b"]
    assert [event["device"] for event in events(api, to=since)] == ["a"]
    assert events(api, state="answered") == events(api, state="notice") == []
    assert len(events(api, state="open")) == 2
    assert api.get("/events", params={"stat": "open"}).status_code == 422
    assert api.get("/events/0000000000000000").status_code == 404


def test_power_above_a_written_rating_is_a_notice_and_energy_all_the_same(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """One notice for the day, which takes no answer; the default rating notices nothing."""
    for device in ("a", "b"):
        use(
            vm,
            points(BEGIN, 2, 5, 60) + points(BEGIN + timedelta(hours=2), 3, 5.12, 2400)[1:],
            device,
        )
    api = open_bff(vm.url)
    api.put("/device_meta/a", json={"rated_power_watts": 2000}).raise_for_status()
    total(api)
    api.post("/ledger/rebuild").raise_for_status()
    assert float(total(api)["energy_kwh"]) == float(total(api, "b")["energy_kwh"]) == 7.32
    [notice] = events(api)
    assert notice["kind"] == "over_rating"
    assert notice["state"] == "notice"
    assert notice["device"] == "a"
    assert notice["max_power_watts"] == 2400
    assert (notice["since"], notice["at"]) == (
        "2026-02-28T02:00:00+09:00",
        "2026-02-28T05:00:00+09:00",
    )
    refused = api.post(f"/events/{notice['id']}/answer", json={"answer": "count"})
    assert refused.status_code == 409


def test_a_factor_of_ten_between_two_sources_is_a_notice(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """One release of a library reads ten times as much as another."""
    use(vm, points(BEGIN, 10, 5, 60), "kettle", "cloud")
    use(vm, points(BEGIN, 10, 50, 600), "kettle", "ble")
    api = open_bff(vm.url)
    total(api, "kettle")
    notices = [event for event in events(api) if event["kind"] == "factor_of_ten"]
    assert notices
    assert {notice["source"] for notice in notices} == {"ble"}
    before = sum(float(notice["before_kwh"]) for notice in notices)
    assert sum(float(notice["after_kwh"]) for notice in notices) == pytest.approx(10 * before)


def test_a_stuck_source_is_a_notice(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """It does not change while the other one measures, and does not count."""
    use(vm, points(BEGIN, 2, 5, 60) + points(BEGIN + timedelta(hours=2), 8, 5.12, 0)[1:], "kettle")
    use(vm, points(BEGIN, 10, 7, 60), "kettle", "ble")
    api = open_bff(vm.url)
    assert float(total(api, "kettle")["energy_kwh"]) == pytest.approx(0.6, abs=1e-6)
    assert {(event["kind"], event["source"]) for event in events(api)} == {("stuck", "cloud")}


def test_open_events_are_metrics(
    start_bff: Callable[..., Bff], vm: VictoriaMetrics, home_file: Path
) -> None:
    """How many wait and how many kWh depend on them, and the ratings that people wrote."""
    home = home_file.read_text("utf-8").replace(
        "{device: b,", "{device: b, rated_power_watts: 1800,"
    )
    home_file.write_text(home, "utf-8")
    use_other_plug(vm)
    bff = start_bff()
    deadline = time.monotonic() + 60
    wanted = 'ledger_open_events{device="a",kind="doubtful_rise"} 1.0'
    while wanted not in (page := metrics(bff)):
        assert time.monotonic() < deadline, page
        bff.http.get("/cost", params=RANGE)
        time.sleep(0.2)
    assert 'ledger_open_events_energy_kwh{device="a",kind="doubtful_rise"} 40.0' in page
    assert 'ledger_device_rated_power_watts{device="b",house="home"} 1800.0' in page
    assert 'ledger_device_rated_power_watts{device="a"' not in page


def metrics(bff: Bff) -> str:
    return httpx.get(f"{bff.health_url}/metrics", trust_env=False).text
