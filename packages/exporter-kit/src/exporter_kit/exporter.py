"""What an exporter is: its readers, and the targets of a configuration that they read.

`Poll` sources that answer requests one at a time, `PollGroup` those that share one request,
`Subscribe` to sources that send by themselves. Everything takes the configuration's own source
models (`home_model.sources`), so a reader needs nothing of the kit:

    async def read(source: CloudSource) -> Reading: ...
    async def read_strip(sources: Sequence[NativeSource]) -> Mapping[NativeSource, Result]: ...
    async def stream(sources: Sequence[BleSource]) -> AsyncIterator[tuple[BleSource, Result]]: ...
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from home_model.config import Device, Home, labels_of
from home_model.errors import SourceError
from home_model.readings import Reading
from home_model.sources import SOURCE_OF_TYPE, AnySource, Family, family_of

type Key = tuple[str, str]
type Result = Reading | SourceError
type Read[S] = Callable[[S], Awaitable[Reading]]
type ReadGroup[S] = Callable[[Sequence[S]], Awaitable[Mapping[S, Result]]]
type Stream[S] = Callable[[Sequence[S]], AsyncIterator[tuple[S, Result]]]
type Inspect[S] = Callable[[Sequence[S]], Awaitable[None]]


class Schedule(Protocol):
    """When requests are made; shared by all sources of one `Poll` or `PollGroup`."""

    def interval_seconds(self, request_count: int) -> float:
        """Return the effective time between two requests for the same source or group.

        The limits of age and of gaps follow it.

        Args:
            request_count: The requests of one round, at least 1: sources, or groups of sources.
        """
        ...

    def pause_seconds(self) -> float:
        """Return how long no request may be made, such as until a quota's reset; else 0.

        Readings age meanwhile and leave /metrics.
        """
        ...


@dataclass(frozen=True, slots=True)
class EffectiveTimes:
    """The times that are in effect for one type of source.

    Attributes:
        interval_seconds: Between two polls of one target; None for subscribed sources.
        age_limit_seconds: How long a reading counts.
        gap_seconds: The silence that is still ordinary: energy is integrated across it, even if
            the configured gap limit is shorter.
    """

    interval_seconds: float | None
    age_limit_seconds: float
    gap_seconds: float


@dataclass(frozen=True, slots=True)
class FixedInterval:
    """Every source at the same interval, whatever happens to the others."""

    seconds: float

    def interval_seconds(self, request_count: int) -> float:  # noqa: ARG002 - no shared budget
        """Return the one interval."""
        return self.seconds

    def pause_seconds(self) -> float:
        """Return 0: there is no pause."""
        return 0.0


@dataclass(frozen=True, slots=True)
class Poll[S: AnySource]:
    """Sources that are read by one request each.

    Attributes:
        source_type: The configuration class of these sources.
        read: Raises `home_model.errors.SourceError` when there is no reading.
        schedule: Default: POLL_INTERVAL_SECONDS for every source.
        deadline_seconds: For one request; default: DEADLINE_SECONDS.
        inspect: Called once for each configuration, beside the polling, with all sources of the
            type; to log what the account has and the configuration lacks. Its failure is
            logged and changes nothing.
    """

    source_type: type[S]
    read: Read[S]
    schedule: Schedule | None = None
    deadline_seconds: float | None = None
    inspect: Inspect[S] | None = None


@dataclass(frozen=True, slots=True)
class PollGroup[S: AnySource]:
    """Sources of which several are read by one request, such as the outlets of a strip.

    Attributes:
        source_type: The configuration class of these sources.
        group: Sources with an equal value are read together, such as those of one address.
        read: Returns a reading or an error for each source it was given; raises `SourceError`
            when the whole group has none. A source that is missing in the result has failed;
            the others keep their readings.
        schedule: As `Poll.schedule`; a group counts as one request.
        deadline_seconds: For one request; default: DEADLINE_SECONDS.
        inspect: As `Poll.inspect`.
    """

    source_type: type[S]
    group: Callable[[S], Hashable]
    read: ReadGroup[S]
    schedule: Schedule | None = None
    deadline_seconds: float | None = None
    inspect: Inspect[S] | None = None


@dataclass(frozen=True, slots=True)
class Subscribe[S: AnySource]:
    """Sources that send readings by themselves.

    Attributes:
        source_type: The configuration class of these sources.
        stream: Runs for as long as it can; it is called again after it ends or raises, and when
            the sources change. It may yield an error in place of a reading for one source.
        age_limit_seconds: A source without a reading for so long is down.
        inspect: As `Poll.inspect`; also when no source of the type is configured yet.
        source_age_limit_seconds: The limit of one source, where they differ; that of all is then
            the longest.
    """

    source_type: type[S]
    stream: Stream[S]
    age_limit_seconds: float
    inspect: Inspect[S] | None = None
    source_age_limit_seconds: Callable[[S], float] | None = None

    def times(self, source: S | None = None) -> EffectiveTimes:
        """Return the limits of one source, or of all."""
        limit_seconds = self.age_limit_seconds
        if source is not None and self.source_age_limit_seconds:
            limit_seconds = self.source_age_limit_seconds(source)
        return EffectiveTimes(None, limit_seconds, limit_seconds)


type Reader = Poll[Any] | PollGroup[Any] | Subscribe[Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a metric of the exporter's own. A counter's name ends in `_total`."""

    name: str
    metric_type: Literal["gauge", "counter"]
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def _no_samples() -> Iterable[Sample]:
    return ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """All that an exporter is. `samples` is called at each scrape and must not wait."""

    readers: tuple[Reader, ...]
    samples: Callable[[], Iterable[Sample]] = _no_samples


@dataclass(frozen=True, slots=True)
class Target[S: AnySource]:
    """One source of one device. A reader is given only the `source`.

    Attributes:
        device: As configured.
        source: As configured.
        family: What its metrics' names begin with.
        labels: Of its metrics.
        key: (device, source): what a counter belongs to, whichever plug is in place.
        meter: The identity of the meter itself: a replaced plug has another.
    """

    device: Device
    source: S
    family: Family
    labels: Mapping[str, str]
    key: Key
    meter: str

    def __str__(self) -> str:
        """Return the form the log uses."""
        return "/".join(self.key)


def select_targets[S: AnySource](home: Home, source_type: type[S]) -> tuple[Target[S], ...]:
    """Return the targets of one type of source, in configuration order."""
    return tuple(
        _target(home, device, source)
        for device in home.devices
        for source in device.sources
        if isinstance(source, source_type)
    )


def _target[S: AnySource](home: Home, device: Device, source: S) -> Target[S]:
    labels = labels_of(home, device, source)
    key, meter = (device.device, labels["source"]), "/".join(source.key)
    return Target(device, source, family_of(source), labels, key, meter)


def source_name(source_type: type[AnySource]) -> str:
    """Return the word of a type of source in configuration and labels, such as `cloud`."""
    return SOURCE_OF_TYPE[source_type].source
