"""What was acknowledged arrives in VictoriaMetrics, at the instants at which it was recorded."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from board_service import DEVICE, HOME, NOW, Open, measured
from sqlalchemy import select

from measurements.series import Energy, advance, pressure_hpa
from measurements.tables import BOARDS, OUTBOX
from service_kit.waiting import poll_until
from testbed.process import free_port, wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from timeseries_io.outbox import count_waiting
from timeseries_io.victoria_metrics import VictoriaMetrics as Client

LABELS = {
    "house": "home", "room": "kitchen", "shelf": "wall", "device": "sensor", "source": "esp32",
}  # fmt: skip
LIMIT = timedelta(seconds=600)


def exported(vm: VictoriaMetrics, name: str) -> list[tuple[int, float]]:
    """Return every sample of a series of the placed board."""
    vm.settle()
    end_ms = round((NOW + timedelta(days=1)).timestamp() * 1000)
    selector = f'{{__name__="{name}",device="sensor"}}'
    with closing(Client(vm.url)) as client:
        found = list(client.export(selector, end_ms - 90 * 86_400_000, end_ms))
    for series in found:
        assert {k: v for k, v in series.labels.items() if k != "__name__"} == LABELS
    return sorted(pair for each in found for pair in zip(each.at_ms, each.values, strict=True))


def at_ms(seconds_ago: float) -> int:
    return round((NOW - timedelta(seconds=seconds_ago)).timestamp() * 1000)


def test_late_measurements_are_passed_on_once_vm_is_back(
    open_service: Open, vm: VictoriaMetrics
) -> None:
    """Written while there was no VictoriaMetrics: by the next process, at their own instants."""
    away = f"http://127.0.0.1:{free_port()}"
    service = open_service(victoriametrics_url=away)
    batch = [measured(3_600 * 24 * 3 + n * 300, temperature=20.0 + n) for n in (2, 1, 0)]
    assert service.post(batch).json()["new"] == 3
    assert service.post(batch).json()["duplicates"] == 3
    payload = {"power_mw": 1500.0, "sensor": {"pressure_hpa": 1013.25}}
    service.post(measured(payload=payload, humidity=40))
    open_service(victoriametrics_url=vm.url)
    assert poll_until(lambda: len(exported(vm, "esp32_power_watts")) == 4, wait_limit_seconds())
    late = 3_600 * 24 * 3
    assert exported(vm, "esp32_power_watts") == [
        (at_ms(late + 600), 0.5), (at_ms(late + 300), 0.5), (at_ms(late), 0.5), (at_ms(0), 1.5),
    ]  # fmt: skip
    celsius = [value for _, value in exported(vm, "esp32_temperature_celsius")]
    assert celsius == [22.0, 21.0, 20.0, 21.5]
    assert exported(vm, "esp32_pressure_hpa") == [(at_ms(0), 1013.25)]
    assert exported(vm, "esp32_humidity_percent") == [(at_ms(0), 40.0)]
    # 0.5 W for 300 s, twice; none for the three days without a measurement.
    kwh = [value for _, value in exported(vm, "esp32_energy_total_kwh")]
    assert kwh == pytest.approx([0.0, 0.5 / 12_000, 1 / 12_000, 1 / 12_000], abs=1e-9)


def test_a_counter_goes_on_after_a_machine_that_was_decades_ahead(
    open_service: Open, vm: VictoriaMetrics
) -> None:
    """A board without NTP takes the date from it: what it then sent is no newest for ever."""
    service = open_service(victoriametrics_url=vm.url)
    ahead = timedelta(days=30_000)
    service.now = NOW + ahead
    for seconds_ago in (300, 0):
        service.post(measured(seconds_ago - ahead.total_seconds()))
    service.now = NOW
    for seconds_ago in (600, 300, 0):
        assert service.post(measured(seconds_ago)).json()["new"] == 1
    with service.services.engine.connect() as connection:
        (board,) = connection.execute(select(BOARDS)).all()
    # 0.5 W for three times 300 s.
    assert board.energy_uwh == 3 * 41_667
    assert board.newest_at == NOW


@pytest.mark.parametrize(
    ("pressure", "found"),
    [(1013.25, 1013.25), (101_325, None), (0, None), (-5, None), (1e300, None), (True, None)],
)
def test_a_pressure_that_no_air_has_is_left_out(pressure: float, found: float | None) -> None:
    """Pascals under the name of hectopascals, or what a loose sensor gives."""
    assert pressure_hpa({"sensor": {"pressure_hpa": pressure}}) == found


def test_an_hour_without_victoriametrics_loses_nothing(open_service: Open, tmp_path: Path) -> None:
    """What was acknowledged meanwhile arrives once it is back, from the same process."""
    port = free_port()
    service = open_service(victoriametrics_url=f"http://127.0.0.1:{port}")
    for minutes in range(0, 65, 5):
        service.now = NOW + timedelta(minutes=minutes)
        assert service.post(measured(-60 * minutes)).json()["new"] == 1
    with service.services.engine.connect() as connection:
        assert count_waiting(connection, OUTBOX).lines >= 13
    with victoria_metrics(tmp_path, port=port) as vm:
        assert poll_until(
            lambda: len(exported(vm, "esp32_power_watts")) == 13, wait_limit_seconds()
        )
        expected = [(at_ms(-60 * minutes), 0.5) for minutes in range(0, 65, 5)]
        assert exported(vm, "esp32_power_watts") == expected
        kwh = [value for _, value in exported(vm, "esp32_energy_total_kwh")]
        # Twelve intervals, each rounded to a micro-watt-hour.
        assert kwh[-1] == pytest.approx(0.0005, abs=1e-8)


# SQLite has one process.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_that_deliver_one_outbox_pass_on_everything_once(
    open_service: Open, vm: VictoriaMetrics
) -> None:
    """What both send is one sample, and what one has removed does not stop the other."""
    services = [open_service(victoriametrics_url=vm.url) for _ in range(2)]
    for number in range(20):
        answer = services[number % 2].post([measured(60 * number), measured(60 * number + 30)])
        assert answer.json()["new"] == 2

    def waits() -> int:
        with services[0].services.engine.connect() as connection:
            return count_waiting(connection, OUTBOX).lines

    assert poll_until(lambda: waits() == 0, wait_limit_seconds())
    # What both have sent is there twice until VictoriaMetrics removes duplicates.
    found = sorted(set(exported(vm, "esp32_power_watts")))
    assert found == [(at_ms(30 * number), 0.5) for number in reversed(range(40))]


def test_what_the_configuration_does_not_place_is_stored_and_not_passed_on(
    open_service: Open, home_file: Path
) -> None:
    """Until someone places it."""
    home_file.write_text(HOME.replace(DEVICE, "esp32-other"), encoding="utf-8")
    service = open_service(victoriametrics_url=f"http://127.0.0.1:{free_port()}")
    assert service.post(measured()).json()["new"] == 1
    with service.services.engine.connect() as connection:
        assert count_waiting(connection, OUTBOX).lines == 0


def test_energy_is_the_trapezoid_between_neighbours_and_none_across_a_gap() -> None:
    """Nor across a measurement without power; a counter never falls."""
    energy = advance(Energy(), NOW, 1_000.0, LIMIT)
    energy = advance(energy, NOW + timedelta(seconds=360), 3_000.0, LIMIT)
    assert energy.uwh == 200_000
    assert advance(energy, NOW + timedelta(seconds=1_000), 3_000.0, LIMIT).uwh == 200_000
    assert advance(energy, NOW + timedelta(seconds=400), -9_000.0, LIMIT).uwh == 200_000
    unknown = advance(energy, NOW + timedelta(seconds=400), None, LIMIT)
    assert advance(unknown, NOW + timedelta(seconds=500), 3_000.0, LIMIT).uwh == 200_000
    assert advance(energy, NOW, 5.0, LIMIT) == energy


@pytest.mark.parametrize(
    ("recorded_seconds", "up_seconds", "counted_seconds"),
    [
        (300, 300, 300),
        # Whole seconds and a drift: as it was recorded.
        (302, 300, 302),
        # Set forward by minutes, and by hours, which alone would be a gap.
        (500, 300, 300),
        (7_500, 300, 300),
        # Set back: no more than was recorded.
        (240, 300, 240),
        # A board that has lost its count, and one that sends milliseconds.
        (300, -5, 300),
        (300, 300_000, 300),
        # A gap by both clocks.
        (7_500, 7_500, 0),
    ],
)
def test_a_clock_that_is_set_forward_adds_no_energy_for_time_that_never_passed(
    recorded_seconds: int, up_seconds: int, counted_seconds: int
) -> None:
    """The seconds since the start of the board show what passed."""
    energy = advance(Energy(), NOW, 3_600.0, LIMIT, boot=7, up_seconds=100)
    at = NOW + timedelta(seconds=recorded_seconds)
    after = advance(energy, at, 3_600.0, LIMIT, boot=7, up_seconds=100 + up_seconds)
    assert after.uwh == counted_seconds * 1_000
    assert after.at == at


def test_a_start_and_its_seconds_are_kept_between_requests(open_service: Open) -> None:
    """What another start sends is compared by the instants alone."""
    service = open_service(victoriametrics_url=f"http://127.0.0.1:{free_port()}")
    power = {"payload": {"power_mw": 3_600.0}}
    for seconds_ago, boot, up in ((8_000, 1, 10), (500, 1, 310), (100, 2, 5), (0, 2, 5)):
        one = measured(seconds_ago, boot=boot, seq=seconds_ago, up=up, **power)
        assert service.post(one).json()["new"] == 1
    with service.services.engine.connect() as connection:
        (board,) = connection.execute(select(BOARDS)).all()
    assert board.energy_uwh == (300 + 400) * 1_000
    assert (board.newest_boot, board.newest_up_seconds) == (2, 5)
