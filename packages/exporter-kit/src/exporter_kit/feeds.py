"""How an exporter hands its readers to the kit: `Poll` those that are asked, `Listen` to the rest.

Everything here takes the configuration's own source models (`home_model.config`), so a reader
needs nothing of the kit:

    async def read(source: CloudSource) -> Reading: ...
    async def listen(sources: Sequence[BleSource]) -> AsyncIterator[tuple[BleSource, Reading]]: ...
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from exporter_kit.outcomes import Outcome
from home_model.config import AnySource
from home_model.errors import SourceError
from home_model.readings import Reading

type Read[S] = Callable[[S], Awaitable[Reading]]
type Listener[S] = Callable[[Sequence[S]], AsyncIterator[tuple[S, Reading | SourceError]]]
type About[S] = Callable[[Sequence[S]], Awaitable[None]]


class Pace(Protocol):
    """When targets are polled. Sees every outcome, so it may keep one budget for all of them."""

    def interval_seconds(self, target_count: int) -> float:
        """The time between two polls of one of `target_count` targets (at least 1), now.

        The limits of age and of gaps follow it.
        """
        ...

    def pause_seconds(self) -> float:
        """How long nobody is polled at all, such as until a quota's reset; 0 when polling is on.

        Readings age meanwhile and leave /metrics.
        """
        ...

    def note(self, outcome: Outcome) -> None:
        """Learn from an outcome."""
        ...


@dataclass(frozen=True, slots=True)
class Steady:
    """Every target on its own, at one interval, whatever happens to the others."""

    seconds: float

    def interval_seconds(self, target_count: int) -> float:  # noqa: ARG002 - no shared budget
        """The one interval."""
        return self.seconds

    def pause_seconds(self) -> float:
        """Never."""
        return 0.0

    def note(self, outcome: Outcome) -> None:
        """Nothing to learn."""


@dataclass(frozen=True, slots=True)
class Poll[S: AnySource]:
    """Sources that are asked, one at a time each.

    Attributes:
        kind: The configuration's class of these sources.
        read: Raises `home_model.errors.SourceError` when there is no reading.
        pace: Default: POLL_INTERVAL_SECONDS for every target.
        about: Called once for each configuration, beside the polling, with all sources of the
            kind; for saying what the account has and the configuration lacks. Its failure is
            logged and changes nothing.
    """

    kind: type[S]
    read: Read[S]
    pace: Pace | None = None
    about: About[S] | None = None


@dataclass(frozen=True, slots=True)
class Listen[S: AnySource]:
    """Sources that speak by themselves.

    Attributes:
        kind: The configuration's class of these sources.
        listen: Runs for as long as it can; it is called again after it ends or raises, and when
            the sources change. It may yield an error in place of a reading for one source.
        age_limit_seconds: A source not heard for so long is down.
        about: As `Poll.about`; also when no source of the kind is configured yet.
    """

    kind: type[S]
    listen: Listener[S]
    age_limit_seconds: float
    about: About[S] | None = None


type Feed = Poll[Any] | Listen[Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One sample of a metric of the exporter's own. A counter's name ends in `_total`."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def _no_values() -> Iterable[Value]:
    return ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """All that an exporter is. `values` is called at each scrape and must not wait."""

    feeds: tuple[Feed, ...]
    values: Callable[[], Iterable[Value]] = _no_values
