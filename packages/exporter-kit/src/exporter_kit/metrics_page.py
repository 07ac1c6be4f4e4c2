"""The whole of `/metrics`: devices, the exporter's own samples, the kit's own metrics."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from exporter_kit.device_metrics import Current, DeviceCollector, encode_metrics
from exporter_kit.energy.store import EnergyStore, Metered
from exporter_kit.exporter import EffectiveTimes, Key, Sample
from service_kit.config_file import ConfigFile

DURATION_BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class MetricsPage:
    """Assembled once; `text` is called at each scrape and reads memory only."""

    def __init__(self) -> None:
        disable_created_metrics()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._duration = Histogram(
            "exporter_poll_duration_seconds",
            "How long reading one device took, in seconds.",
            ["source"],
            buckets=DURATION_BUCKETS_SECONDS,
            registry=self._registry,
        )
        self._failures = Counter(
            "exporter_poll_failures_total",
            "Attempts without a usable reading, by kind.",
            ["device", "source", "kind"],
            registry=self._registry,
        )
        self._gauges = dict[str, Gauge]()
        self._files_set_aside = Gauge(
            "exporter_state_files_set_aside",
            "Damaged state files that lie beside the one in use.",
            registry=None,
        )

    def observe_seconds(self, source: str, duration_seconds: float) -> None:
        """Record the duration of one request."""
        self._duration.labels(source).observe(duration_seconds)

    def count_failure(self, key: Key, failure_type: str) -> None:
        """Count an attempt without a usable reading."""
        self._failures.labels(*key, failure_type).inc()

    def add_devices(self, current: Current, energy: EnergyStore) -> None:
        """Show the devices."""
        self.devices = DeviceCollector(current, energy)
        self._registry.register(self.devices)

    def add_exporter(
        self, name: str, version: str, samples: Callable[[], Iterable[Sample]]
    ) -> None:
        """Show the exporter's own samples and its build."""
        self._registry.register(SampleCollector(samples))
        build = Info("exporter_build", "Which exporter this is.", registry=self._registry)
        build.info({"exporter": name, "version": version})

    def add_times(self, source: str, times: Callable[[], EffectiveTimes]) -> None:
        """Show the effective times of one source; subscribed ones have no interval."""
        if times().interval_seconds is not None:
            self._gauge(
                "exporter_poll_interval_seconds",
                "Effective time between two polls of one device, in seconds.",
                lambda: times().interval_seconds or 0.0,
                source=source,
            )
        self._gauge(
            "exporter_age_limit_seconds",
            "Effective age at which a reading leaves this page, in seconds.",
            lambda: times().age_limit_seconds,
            source=source,
        )

    def add_state(self, energy: EnergyStore) -> None:
        """Show how the energy counters and their file are."""
        self._gauge(
            "exporter_state_writable",
            "1 if the counters could be saved last time; if 0, no energy is exposed.",
            lambda: float(energy.is_writable),
        )
        self._registry.register(SampleCollector(lambda: _save_failures(energy)))
        self._registry.register(self._files_set_aside)
        self._registry.register(SampleCollector(lambda: _counter_samples(energy)))

    def add_config(self, config: ConfigFile) -> None:
        """Show whether the configuration in use is the one in the file."""
        self._gauge(
            "exporter_config_last_reload_successful",
            "1 if the last attempt to load the configuration succeeded.",
            lambda: float(config.last_load_good),
        )
        self._gauge(
            "exporter_config_last_reload_success_timestamp_seconds",
            "Unix time of the last successful load of the configuration.",
            lambda: config.last_good_unix_seconds,
        )

    def refresh_disk(self, energy: EnergyStore) -> None:
        """Count the files that were set aside; not at a scrape, which must not wait for a disk."""
        self._files_set_aside.set(energy.files_set_aside())

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its content type."""
        return encode_metrics(self._registry, accept)

    def _gauge(self, name: str, help_text: str, value: Callable[[], float], **labels: str) -> None:
        if name not in self._gauges:
            self._gauges[name] = Gauge(name, help_text, list(labels), registry=self._registry)
        gauge = self._gauges[name]
        (gauge.labels(**labels) if labels else gauge).set_function(value)


class SampleCollector:
    """Samples that are asked for at each scrape; those of one name become one metric."""

    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        """Yield one metric of each name."""
        families: dict[str, Metric] = {}
        for sample in self._samples():
            family = families.setdefault(sample.name, _family(sample))
            family.add_sample(sample.name, dict(sample.labels), sample.value)
        yield from families.values()


def _family(sample: Sample) -> Metric:
    types = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}
    return types[sample.metric_type](sample.name, sample.help)


def _save_failures(energy: EnergyStore) -> Iterator[Sample]:
    yield Sample(
        "exporter_state_save_failures_total",
        "counter",
        "Times that the counters could not be saved.",
        energy.failed_saves,
    )


def _counter_samples(energy: EnergyStore) -> Iterator[Sample]:
    for (device, source), metered in energy.saved.items():
        yield from _samples_of_counter(metered, {"device": device, "source": source})


def _samples_of_counter(metered: Metered, labels: Mapping[str, str]) -> Iterator[Sample]:
    counter = metered.counter
    breaks = (("gap", counter.gaps), ("reset", counter.resets), ("jump", counter.jumps))
    for kind, count in breaks:
        yield Sample(
            "exporter_energy_breaks_total",
            "counter",
            "Times that a counter could not go on: a silence longer than the gap limit, a "
            "device's own counter that began again, a rise of it that was no energy.",
            count,
            {**labels, "kind": kind},
        )
    if counter.own_kind is not None:
        yield Sample(
            "exporter_energy_doubtful_kwh_total",
            "counter",
            "Rises of a device's own counter that were not counted: nothing shows that this energy "
            "was used.",
            counter.doubtful_kwh,
            labels,
        )
        yield Sample(
            "exporter_energy_by_power_kwh_total",
            "counter",
            "Energy by integrated power, of a device whose own counter is followed: to check it.",
            counter.by_power_kwh,
            labels,
        )
