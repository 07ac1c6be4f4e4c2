"""The metrics of the service: of its boards, its outbox and what it refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import override

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, Row, select

from home_model.metrics import LABELS, LAST_ARRIVAL, UP, metric_name
from home_model.metrics import Metric as DeviceMetric
from measurements.series import FAMILY, Placed
from measurements.tables import BOARDS
from timeseries_io.delivery import Delivery

COUNTS = {
    "received": "Measurements that a board sent and that were acknowledged.",
    "stored": "Measurements of a board that were new.",
    "duplicates": "Measurements of a board that were there already.",
    "conflicts": "Measurements of a board that differ from one with their identity; kept raw.",
    "unplaced": "Measurements of a board from a start without a clock; kept raw.",
}


class Counters:
    """What is counted as it happens, since the process started."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.refused_lines = Counter(
            "measurements_refused_lines",
            "Lines that were refused, by the board whose token sent them.",
            ("device_id",),
            registry=registry,
        )
        self.unauthorised = Counter(
            "measurements_unauthorised",
            "Requests without a valid token.",
            registry=registry,
        )


class BoardsCollector(Collector):
    """Collect what the database has of each board, at the moment of the scrape.

    Args:
        engine: The database.
        placed: The boards of the configuration by their ids.
        silent_after_seconds: A board that sent nothing for so long is down.
        now: The clock.
    """

    def __init__(
        self,
        engine: Engine,
        placed: Callable[[], Mapping[str, Placed]],
        silent_after_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._engine, self._placed, self._now = engine, placed, now
        self._silent_after_seconds = silent_after_seconds

    @override
    def collect(self) -> Iterator[Metric]:
        with self._engine.connect() as connection:
            boards = connection.execute(select(BOARDS).order_by(BOARDS.c.device_id)).all()
        yield from self._placed_boards(boards)
        yield _gauge(
            "measurements_last_arrival_timestamp_seconds",
            "When a board last sent something, in Unix seconds.",
            {board.device_id: board.last_arrival_at.timestamp() for board in boards},
        )
        yield _gauge(
            "measurements_clock_skew_seconds",
            "The clock of a board minus that of this machine, in seconds.",
            {
                board.device_id: board.clock_skew_seconds
                for board in boards
                if board.clock_skew_seconds is not None
            },
        )
        for name, text in COUNTS.items():
            counter = CounterMetricFamily(f"measurements_{name}", text, labels=("device_id",))
            for board in boards:
                counter.add_metric((board.device_id,), getattr(board, name))
            yield counter
        yield _reports(boards)

    def _placed_boards(self, boards: Sequence[Row]) -> Iterator[Metric]:
        arrivals = {board.device_id: board.last_arrival_at for board in boards}
        now, up, last_arrival = self._now(), _of_place(UP), _of_place(LAST_ARRIVAL)
        for device_id, placed in self._placed().items():
            at = arrivals.get(device_id)
            if at is not None and (at - now).total_seconds() > self._silent_after_seconds:
                at = None  # by a clock of this machine that was ahead: when it was is not known
            is_up = at is not None and (now - at).total_seconds() <= self._silent_after_seconds
            labels = [placed.labels[name] for name in LABELS]
            up.add_metric(labels, float(is_up))
            if at is not None:
                last_arrival.add_metric(labels, at.timestamp())
        yield from (up, last_arrival)


def _of_place(metric: DeviceMetric) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric_name(FAMILY, metric), metric.help, labels=LABELS)


def _reports(boards: Sequence[Row]) -> Metric:
    reports = GaugeMetricFamily(
        "measurements_board_report",
        "What a board reports of itself: kept and dropped lines, failures, the cause of its start.",
        labels=("device_id", "name"),
    )
    for board in boards:
        for name, value in (board.report or {}).items():
            reports.add_metric((board.device_id, name), value)
    return reports


def _gauge(name: str, text: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, text, labels=("device_id",))
    for device_id, value in values.items():
        gauge.add_metric((device_id,), value)
    return gauge


class OutboxCollector(Collector):
    """Collect what waits for VictoriaMetrics."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    @override
    def collect(self) -> Iterator[Metric]:
        status = self._delivery.status()
        gauges = {
            "lines": ("Lines that wait for VictoriaMetrics.", status.waiting.lines),
            "bytes": ("Size of the lines that wait, in bytes.", status.waiting.size_bytes),
            "age_seconds": ("Age of the oldest line that waits.", status.oldest_age_seconds),
            "refused_lines": ("Refused lines that are kept aside.", status.refused_kept),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"measurements_outbox_{name}", text, value=value)
        counters = {
            "sent": ("Lines that VictoriaMetrics has taken.", status.counts.sent_lines),
            "dropped": ("Lines dropped from a full outbox.", status.counts.dropped_lines),
            "failed_writes": ("Attempts that failed.", status.counts.failures),
        }
        for name, (text, value) in counters.items():
            yield CounterMetricFamily(f"measurements_outbox_{name}", text, value=value)
