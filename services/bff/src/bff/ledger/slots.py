"""The slots of devices, from the samples of all their sources: closed ones, and open ones. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bff.energy import QUANTITIES, Integers, Slots
from bff.ledger.device_rules import DeviceRules, FormerOrder, SourceRules
from bff.time_grid import SLOT_MS, slot_edges, slot_start
from energy_rules.history import History
from energy_rules.limits import bounds_of
from energy_rules.power import judge_power
from energy_rules.samples import NO_SAMPLES, Samples
from energy_rules.series import Power, Question, judge, learn_cleaned
from energy_rules.sources import Source, Stuck, choose, chosen, find_stuck, without_stuck
from energy_rules.spread import Spans, between
from energy_rules.state import Note
from home_model.sources import PUSHED_SOURCES


@dataclass(frozen=True, slots=True)
class JudgedSource:
    """What the samples of one source come to.

    Attributes:
        spans: Its energy.
        notes: What happened to its counter, in the order of time.
        step_uwh: The smallest change that its counter shows.
        renewal_ms: How often its value is renewed; 0 when it is at every sample.
    """

    spans: Spans
    notes: Sequence[Note]
    step_uwh: int
    renewal_ms: int


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
    return JudgedSource(judged.spans, judged.notes, learned.step_uwh, learned.renewal_ms)


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


@dataclass(frozen=True, slots=True)
class OpenSlots:
    """Everything from the watermark on; replaced at every refresh, computed on demand.

    Attributes:
        start_ms: The watermark, an edge of the slot grid.
        end_ms: The instant of the last refresh.
        recent: The samples of every device of the house.
        sums: The sums computed for a device up to some instants; requested again and again.
    """

    start_ms: int
    end_ms: int
    recent: Mapping[str, RecentSamples]
    sums: dict[tuple[str, bytes], Integers] = field(default_factory=dict)

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
            recent = self.recent[device]
            sources = judge_device(recent.rules, recent.samples, self.end_ms).spans
            orders = recent.rules.former_orders
            self.sums[key] = sums_up_to(sources, self.start_ms, instants_ms, orders)
        return self.sums[key]


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
