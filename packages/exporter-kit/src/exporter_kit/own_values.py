"""The kit's own gauges: intervals in force, the state file, the configuration."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from exporter_kit.counter import Counter
from exporter_kit.energy_state import EnergyState
from exporter_kit.feeds import Value
from exporter_kit.recording import InForce


def feed_values(in_force: Iterable[tuple[str, InForce]]) -> Iterator[Value]:
    """For each kind of source that is polled or listened to."""
    for source, times in in_force:
        labels = {"source": source}
        if times.interval_seconds is not None:
            yield Value(
                "exporter_poll_interval_seconds",
                "gauge",
                "Time between two polls of one device that is in force now, in seconds.",
                times.interval_seconds,
                labels,
            )
        yield Value(
            "exporter_age_limit_seconds",
            "gauge",
            "Age at which a reading leaves this page now, in seconds.",
            times.age_limit_seconds,
            labels,
        )


def state_values(energy: EnergyState, files_set_aside: int) -> Iterator[Value]:
    """How the energy counters and their file are."""
    yield Value(
        "exporter_state_writable",
        "gauge",
        "1 if the counters could be saved last time; if 0, no energy is exposed.",
        float(energy.in_order),
    )
    yield Value(
        "exporter_state_save_failures_total",
        "counter",
        "Times that the counters could not be saved.",
        energy.failed_saves,
    )
    yield Value(
        "exporter_state_files_set_aside",
        "gauge",
        "Damaged state files that lie beside the one in use.",
        files_set_aside,
    )
    for (device, source), metered in energy.saved.items():
        yield from _counter_values(metered.counter, {"device": device, "source": source})


def _counter_values(counter: Counter, labels: Mapping[str, str]) -> Iterator[Value]:
    for kind, count in (("gap", counter.gaps), ("reset", counter.resets), ("jump", counter.jumps)):
        yield Value(
            "exporter_energy_breaks_total",
            "counter",
            "Times that a counter could not go on: a silence longer than the gap limit, a "
            "device's own counter that began again, a rise of it that was no energy.",
            count,
            {**labels, "kind": kind},
        )
    if counter.own_kind is not None:
        yield Value(
            "exporter_energy_by_power_kwh_total",
            "counter",
            "Energy by integrated power, of a device whose own counter is followed: to check it.",
            counter.by_power_kwh,
            labels,
        )


def config_values(*, last_load_good: bool, last_good_unix_seconds: float) -> Sequence[Value]:
    """Whether the configuration in use is the one in the file."""
    return (
        Value(
            "exporter_config_last_reload_successful",
            "gauge",
            "1 if the last attempt to load the configuration succeeded.",
            float(last_load_good),
        ),
        Value(
            "exporter_config_last_reload_success_timestamp_seconds",
            "gauge",
            "Unix time of the last successful load of the configuration.",
            last_good_unix_seconds,
        ),
    )
