"""The slots of devices: what they depend on besides samples, and how they are made of them. Pure.

Closed slots are stored; open ones are judged once for each refresh.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Self

import numpy as np

from bff.energy import QUANTITIES, Integers, Slots
from bff.time_grid import SLOT_MS, slot_edges, slot_start
from energy_rules.history import History
from energy_rules.limits import MW_PER_W, Limits, bounds_of
from energy_rules.power import judge_power
from energy_rules.series import Power, Question, judge, learn_cleaned
from energy_rules.sources import (
    NO_SAMPLES,
    Samples,
    Source,
    Spans,
    Stuck,
    between,
    choose,
    chosen,
    find_stuck,
    without_stuck,
)
from energy_rules.state import Answer, Note
from home_model.config import Device, Home
from home_model.sources import (
    DEFAULT_GAP_LIMIT_SECONDS,
    PUSHED_SOURCES,
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


@dataclass(frozen=True, slots=True)
class JudgedSource:
    """What the samples of one source come to.

    Attributes:
        spans: Its energy.
        notes: What happened to its counter, in the order of time.
        step_uwh: The smallest change that its counter shows.
        renewal_ms: How often its value is renewed; 0 when it is at every sample.
        is_settled: Whether the same samples come to the same at any later time.
    """

    spans: Spans
    notes: Sequence[Note]
    step_uwh: int
    renewal_ms: int
    is_settled: bool = True


@dataclass(frozen=True, slots=True)
class JudgedDevice:
    """What the samples of all sources of a device come to.

    Attributes:
        sources: Each source by itself, in the order of the device's rules.
        spans: The energy of each; a stuck source gives way.
        stuck: The times in which a source stood still while another one measured.
    """

    sources: Sequence[JudgedSource]
    spans: Sequence[Spans]
    stuck: Sequence[Stuck]

    @property
    def is_settled(self) -> bool:
        """Whether the same samples come to the same at any later time."""
        return all(source.is_settled for source in self.sources)


@dataclass(frozen=True, slots=True)
class Witness:
    """What is known of a source besides the samples that are judged.

    Attributes:
        power: The energy by power up to each sample.
        past: What the device used before the first sample.
    """

    power: Power | None = None
    past: History = field(default_factory=History)


def judge_source(
    samples: Samples, rules: SourceRules, now_ms: int, witness: Witness | None = None
) -> JudgedSource:
    """Return what the samples of one source come to: of its counter, or else of its power."""
    if rules.source in PUSHED_SOURCES:
        return JudgedSource(judge_power(samples, rules.limits), [], step_uwh=1, renewal_ms=0)
    learned, witness = learn_cleaned(samples, rules.limits), witness or Witness()
    question = Question(
        bounds_of(rules.limits, learned), now_ms, witness.past, rules.answer_at(), witness.power
    )
    judged = judge(samples, question)
    is_settled = judged.settled_ms is None
    return JudgedSource(
        judged.spans, judged.notes, learned.step_uwh, learned.renewal_ms, is_settled
    )


def judge_device(
    rules: DeviceRules,
    samples: Mapping[str, Samples],
    now_ms: int,
    witnesses: Mapping[str, Witness] = MappingProxyType({}),
) -> JudgedDevice:
    """Return what the samples of a device come to.

    Args:
        rules: The device.
        samples: Of each source.
        now_ms: Up to when all of them are there.
        witnesses: What is known besides, of the sources where anything is.
    """
    sources = [
        judge_source(
            samples.get(source.source, NO_SAMPLES), source, now_ms, witnesses.get(source.source)
        )
        for source in rules.by_source()
    ]
    compared = [Source(each.spans, each.step_uwh, each.renewal_ms) for each in sources]
    stuck = find_stuck(compared)
    return JudgedDevice(sources, without_stuck(compared, stuck), stuck)


def slots_between(
    sources: Sequence[Spans], edges_ms: Integers, former_orders: Sequence[FormerOrder] = ()
) -> Slots:
    """Return the slots between neighbouring edges.

    Args:
        sources: The energy of each source, in the order of the device's rules.
        edges_ms: The edges.
        former_orders: In which other orders the sources counted before; see `DeviceRules`.
    """
    amounts = [between(spans, edges_ms) for spans in sources]
    choice = choose(amounts)
    for order in reversed(former_orders):
        before = np.array(order.positions)[choose([amounts[each] for each in order.positions])]
        choice = np.where(edges_ms[:-1] < order.until_ms, before, choice)
    return Slots(chosen(amounts, choice), choice)


@dataclass(frozen=True, slots=True)
class RecentSamples:
    """The samples of one device's sources around and after the watermark."""

    rules: DeviceRules
    samples: Mapping[str, Samples]

    def is_same(self, other: Self) -> bool:
        """Return whether rules and samples are those of another one."""
        if self.rules != other.rules or self.samples.keys() != other.samples.keys():
            return False
        return all(each.is_same(other.samples[source]) for source, each in self.samples.items())


@dataclass(frozen=True, slots=True)
class OpenSlots:
    """Everything from the watermark on; replaced at every refresh.

    Attributes:
        start_ms: The watermark, an edge of the slot grid.
        end_ms: The instant of the last refresh.
        recent: The samples of every device of the house.
        judged: What the samples of a device come to, for whatever instants.
        sums: The sums computed for a device up to some instants; requested again and again.
    """

    start_ms: int
    end_ms: int
    recent: Mapping[str, RecentSamples]
    judged: dict[str, JudgedDevice] = field(default_factory=dict)
    sums: dict[tuple[str, bytes], Integers] = field(default_factory=dict)

    def judge_after(self, before: Self) -> None:
        """Judge all devices up to now, so that no request has to.

        Of a device without new samples it is known what they come to.
        """
        now_ms = np.array([self.end_ms])
        for device, recent in self.recent.items():
            known = before.judged.get(device)
            if known and known.is_settled and recent.is_same(before.recent[device]):
                self.judged[device] = known
            self._sums(device, now_ms)

    def up_to(self, devices: Sequence[str], edges_ms: Integers) -> Integers:
        """Return sums from the watermark to each edge; the axes are quantity, device, edge."""
        sums = np.zeros((QUANTITIES, len(devices), len(edges_ms)), dtype=np.int64)
        later = edges_ms > self.start_ms
        if later.any():
            instants_ms = np.minimum(edges_ms[later], self.end_ms)
            for position, device in enumerate(devices):
                sums[:, position, later] = self._sums(device, instants_ms)
        return sums

    def _sums(self, device: str, instants_ms: Integers) -> Integers:
        key = device, instants_ms.tobytes()
        if key not in self.sums:
            sources, orders = self._judged(device).spans, self.recent[device].rules.former_orders
            self.sums[key] = sums_up_to(sources, self.start_ms, instants_ms, orders)
        return self.sums[key]

    def _judged(self, device: str) -> JudgedDevice:
        if device not in self.judged:
            recent = self.recent[device]
            self.judged[device] = judge_device(recent.rules, recent.samples, self.end_ms)
        return self.judged[device]


def sums_up_to(
    sources: Sequence[Spans],
    start_ms: int,
    instants_ms: Integers,
    former_orders: Sequence[FormerOrder] = (),
) -> Integers:
    """Return one device's sums from a slot edge to later instants: shape (quantities, instants).

    Each slot counts with the source that is best in the whole of it, as in closed slots.
    """
    edges_ms = np.union1d(start_ms, instants_ms)
    if len(sources) == 1:
        amounts = between(sources[0], edges_ms)
    else:
        grid = slot_edges(start_ms, slot_start(int(edges_ms[-1]) - 1) + SLOT_MS)
        edges_ms = np.union1d(edges_ms, grid)
        of_slots = slots_between(sources, grid, former_orders).source
        choice = of_slots[(edges_ms[:-1] - start_ms) // SLOT_MS]
        by_source = [between(spans, edges_ms) for spans in sources]
        amounts = chosen(by_source, choice)
    sums = np.zeros((QUANTITIES, len(edges_ms)), dtype=np.int64)
    np.cumsum(amounts.stacked(), axis=1, out=sums[:, 1:])
    return sums[:, np.searchsorted(edges_ms, instants_ms)]
