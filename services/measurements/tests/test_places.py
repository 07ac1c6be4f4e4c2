"""A board that is placed, moved or taken away: what it measured keeps the place of then."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from board_service import DEVICE, HOME, NOW, Open, Running, measured
from sqlalchemy import select
from test_series import at_ms, exported

from home_model.metrics import ENERGY, LAST_ARRIVAL, PUSHED_TABLE, UP
from measurements import places
from measurements.places import Place, lines_by_place, pass_on_stored, record_place, record_places
from measurements.series import GAUGES, Placed, placed_boards
from measurements.tables import OUTBOX, PLACES
from service_kit.waiting import poll_until
from testbed.process import free_port, wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics

NOWHERE = HOME.replace(DEVICE, "esp32-other")
GARDEN = HOME.replace("rooms: [", "rooms: [{room: garden, shelves: [{shelf: pole}]}, ").replace(
    "{device: sensor, room: kitchen, shelf: wall,", "{device: sensor, room: garden, shelf: pole,"
)

type Configure = Callable[[str], None]


@pytest.fixture
def service(open_service: Open) -> Running:
    """A service whose VictoriaMetrics is away, so that everything waits."""
    return open_service(victoriametrics_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def configure(home_file: Path, service: Running) -> Configure:
    """Change the configuration, and have the service use it."""

    def change(text: str) -> None:
        home_file.write_text(text, encoding="utf-8")
        current = placed_boards(service.services.config.current())
        record_places(service.services.engine, current, service.now)

    return change


def waiting(service: Running, name: str = "esp32_temperature_celsius") -> dict[datetime, str]:
    """Return the room of each sample of a series that waits."""
    with service.services.engine.connect() as connection:
        bodies = connection.execute(select(OUTBOX.entries.c.body)).scalars().all()
    lines = [json.loads(line) for body in bodies for line in body.split("\n")]
    return {
        datetime.fromtimestamp(at / 1000, NOW.tzinfo): line["metric"]["room"]
        for line in lines
        if line["metric"]["__name__"] == name
        for at in line["timestamps"]
    }


def test_a_board_that_is_placed_later_gets_what_it_measured_before(
    open_service: Open, vm: VictoriaMetrics, home_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the recorded instants, some at a time, whatever stops in between."""
    monkeypatch.setattr(places, "ROWS_AT_ONCE", 2)
    home_file.write_text(NOWHERE, encoding="utf-8")
    before = open_service(victoriametrics_url=vm.url)
    before.post([measured(3_600 * n, temperature=20 + n) for n in range(5)])
    before.post(measured(5 * 3_600, payload={"sensor": {"pressure_hpa": 990}}))
    home_file.write_text(HOME, encoding="utf-8")
    assert before.post(measured(60)).json()["new"] == 1
    open_service(victoriametrics_url=vm.url)
    # Each at least once: both processes deliver.
    assert poll_until(
        lambda: len(set(exported(vm, "esp32_temperature_celsius"))) == 7, wait_limit_seconds()
    )
    assert set(exported(vm, "esp32_pressure_hpa")) == {(at_ms(5 * 3_600), 990)}
    assert len(set(exported(vm, "esp32_power_watts"))) == 6


def test_what_comes_late_after_a_move_has_the_place_of_then(
    service: Running, configure: Configure
) -> None:
    """Both of one batch, each at its own place."""
    service.post(measured(600))
    service.now = NOW + timedelta(hours=1)
    configure(GARDEN)
    service.now = NOW + timedelta(hours=2)
    service.post([measured(300), measured(-3_500), measured(-3_700)])
    rooms = {round((NOW - at).total_seconds()): room for at, room in waiting(service).items()}
    assert rooms == {600: "kitchen", 300: "kitchen", -3_500: "kitchen", -3_700: "garden"}
    of_energy = waiting(service, "esp32_energy_total_kwh")
    assert set(of_energy.values()) == {"kitchen", "garden"}


def test_a_move_is_seen_with_the_first_request_after_it(service: Running, home_file: Path) -> None:
    """Before the thread has looked at the configuration."""
    service.post(measured(600))
    home_file.write_text(GARDEN, encoding="utf-8")
    service.post(measured())
    assert sorted(waiting(service).values()) == ["garden", "kitchen"]


def test_what_was_measured_while_a_board_had_no_place_belongs_to_the_next(
    service: Running, configure: Configure
) -> None:
    """It is passed on once; what is of the place before keeps that."""
    service.post(measured(600))
    configure(NOWHERE)
    service.now = NOW + timedelta(hours=1)
    service.post([measured(-60), measured(300)])
    assert len(waiting(service)) == 2
    configure(GARDEN)
    while pass_on_stored(service.services.engine, service.now):
        pass
    assert sorted(waiting(service).values()) == ["garden", "kitchen", "kitchen"]
    configure(GARDEN)
    assert not pass_on_stored(service.services.engine, service.now)


def test_places_are_saved_only_when_they_change(service: Running, configure: Configure) -> None:
    """However often the service starts."""
    configure(HOME)
    configure(HOME)
    service.post(measured())
    with service.services.engine.begin() as connection:
        labels = placed_boards(service.services.config.current())[DEVICE].labels
        found = record_place(connection, DEVICE, labels, NOW)
        assert [place.labels for place in found] == [labels]
        assert len(connection.execute(select(PLACES)).all()) == 1


def test_places_that_are_saved_at_the_same_moment_are_saved_once(service: Running) -> None:
    """By as many processes as start together, and for boards that never sent anything."""
    boards = {f"esp32-{n}": Placed({"device": f"{n}"}, timedelta(0)) for n in range(5)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: record_places(service.services.engine, boards, NOW), range(4)))
    with service.services.engine.connect() as connection:
        saved = connection.execute(select(PLACES.c.device_id)).scalars().all()
    assert sorted(each for each in saved if each in boards) == sorted(boards)


def test_stored_measurements_wait_while_the_outbox_is_long(
    service: Running, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in the database; what is new must not be dropped for them."""
    configure(NOWHERE)
    service.now = NOW + timedelta(hours=1)
    service.post([measured(-60 * n) for n in range(1, 4)])
    monkeypatch.setattr(places, "MAX_WAITING_LINES", -1)
    configure(HOME)
    assert pass_on_stored(service.services.engine, NOW)
    assert waiting(service) == {}


def test_lines_of_no_place_are_none() -> None:
    """Nor where there never was a place."""
    assert lines_by_place([], []) == []
    assert lines_by_place([Place(places.BEGINNING, None)], []) == []


def test_the_metrics_of_a_board_are_those_of_the_table() -> None:
    """`docs/metrics.md` is made from it."""
    assert {*GAUGES, ENERGY, UP, LAST_ARRIVAL} == set(PUSHED_TABLE)
