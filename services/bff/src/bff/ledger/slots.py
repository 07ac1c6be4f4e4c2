"""The slots of one device, from the samples of all its sources. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bff.energy import Integers, Slots
from bff.ledger.device_rules import DeviceRules, FormerOrder, SourceRules
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
