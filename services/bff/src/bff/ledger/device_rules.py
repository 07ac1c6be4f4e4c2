"""What a device's energy depends on besides its samples: configuration and answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from energy_rules.limits import MW_PER_W, Limits
from energy_rules.state import Answer
from home_model.config import Device, Home
from home_model.sources import (
    DEFAULT_GAP_LIMIT_SECONDS,
    SOURCE_OF_NAME,
    SOURCE_OF_TYPE,
    AnySource,
)

# Part of every fingerprint: raise it when the same samples shall give other slots.
VERSION = 5


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer of a person on an event, with what the event needs to be counted without samples.

    Attributes:
        source: The source whose counter it is.
        since_ms: The good sample before it, Unix milliseconds.
        at_ms: The sample that showed it.
        uwh: The energy at stake.
        answer: The decision.
    """

    source: str
    since_ms: int
    at_ms: int
    uwh: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class SourceRules:
    """One source of a device.

    Attributes:
        is_former: It is not in the configuration any more.
    """

    source: str
    limits: Limits
    answers: tuple[GivenAnswer, ...] = ()
    is_former: bool = False

    def answer_at(self) -> Mapping[int, Answer]:
        """Return the answers by the instant of the sample that showed the event."""
        return {given.at_ms: given.answer for given in self.answers}


@dataclass(frozen=True, slots=True)
class FormerOrder:
    """In which order the sources of a device counted before its configuration changed.

    Attributes:
        until_ms: When it changed, Unix milliseconds.
        positions: The positions of all sources in the device's rules, first choice first.
    """

    until_ms: int
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """One device: its sources, first choice first, and what is given of each.

    Attributes:
        sources: Those of the configuration in their order, then former ones.
        rules_hash: Changes when the same samples would give other slots. Answers and former
            sources are no part of it: they change the days of their event or samples alone.
        rated_mw: The rated power, milliwatts, where a person wrote one.
        former: How many of the sources, at the end, are not in the configuration any more.
        former_orders: Earlier orders of the sources, oldest first; none where it was always this.
    """

    device: str
    sources: tuple[str, ...]
    limits: tuple[Limits, ...]
    rules_hash: str
    answers: tuple[GivenAnswer, ...] = ()
    rated_mw: int | None = None
    former: int = 0
    former_orders: tuple[FormerOrder, ...] = ()

    def by_source(self) -> Sequence[SourceRules]:
        """Return the rules of each source, in order."""
        configured = len(self.sources) - self.former
        return [
            SourceRules(
                source,
                limits,
                tuple(each for each in self.answers if each.source == source),
                is_former=position >= configured,
            )
            for position, (source, limits) in enumerate(zip(self.sources, self.limits, strict=True))
        ]


type FoundSources = Mapping[str, Sequence[str]]
type ConfiguredUntil = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Given:
    """What the rules depend on besides the configuration, by device.

    Attributes:
        answers: Of people, on events.
        rated_power_watts: That people entered.
        found: The sources that the device ever had samples of, in the order they were found.
        configured: The sources that were configured until an instant, oldest first.
    """

    answers: Mapping[str, Sequence[GivenAnswer]]
    rated_power_watts: Mapping[str, float]
    found: FoundSources
    configured: Mapping[str, Sequence[ConfiguredUntil]]


def rules_of(home: Home, given: Given) -> Mapping[str, DeviceRules]:
    """Return the rules of every device."""
    return {device.device: _rules(device, given) for device in home.devices}


def _rules(device: Device, given: Given) -> DeviceRules:
    found = given.found.get(device.device, ())
    sources = tuple(source.source for source in device.sources)
    limits = tuple(_limits(device, source) for source in device.sources)
    former = tuple(each for each in found if each not in sources and each in SOURCE_OF_NAME)
    hashed = repr((VERSION, sources, limits))
    return DeviceRules(
        device.device,
        sources + former,
        limits + tuple(_former_limits(device, source) for source in former),
        sha256(hashed.encode()).hexdigest()[:8],
        tuple(given.answers.get(device.device, ())),
        _rated_mw(device, given),
        len(former),
        _former_orders(sources + former, given.configured.get(device.device, ())),
    )


def _former_orders(
    sources: Sequence[str], configured: Sequence[ConfiguredUntil]
) -> tuple[FormerOrder, ...]:
    """Return the orders before the present one: the past does not change with it."""
    orders = []
    for until_ms, before in configured:
        rank = {source: place for place, source in enumerate(before)}
        places = sorted(range(len(sources)), key=lambda each: rank.get(sources[each], len(rank)))
        orders.append(FormerOrder(until_ms, tuple(places)))
    is_other = any(list(order.positions) != sorted(order.positions) for order in orders)
    return tuple(orders) if is_other else ()


def _rated_mw(device: Device, given: Given) -> int | None:
    """The default is no statement about this device: exceeding it means nothing."""
    watts = given.rated_power_watts.get(device.device)
    if watts is None and "rated_power_watts" in device.model_fields_set:
        watts = device.rated_power_watts
    return None if watts is None else round(watts * MW_PER_W)


def _former_limits(device: Device, source: str) -> Limits:
    """What no configuration describes any more has the limits of its type."""
    max_watts = device.max_power_watts or SOURCE_OF_NAME[source].max_power_watts
    return Limits(round(max_watts * MW_PER_W), round(DEFAULT_GAP_LIMIT_SECONDS * 1000))


def _limits(device: Device, source: AnySource) -> Limits:
    """The rated power decides nothing: what a device draws beyond it is energy all the same."""
    max_watts = device.max_power_watts or SOURCE_OF_TYPE[type(source)].max_power_watts
    return Limits(round(max_watts * MW_PER_W), round(source.gap_limit_seconds * 1000))
