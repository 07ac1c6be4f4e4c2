"""The slots of one device, from the samples of all its sources. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bff.energy import Integers
from bff.ledger.device_rules import DeviceRules
from energy_rules.limits import Limits, bounds_of
from energy_rules.samples import NO_SAMPLES, Samples
from energy_rules.series import Judged, Question, judge, learn_cleaned
from energy_rules.sources import Source, choose, chosen, find_stuck, without_stuck
from energy_rules.spread import Amounts, Spans, between


@dataclass(frozen=True, slots=True)
class Slots:
    """Neighbouring slots of one device.

    Attributes:
        amounts: Energy and covered time of each slot.
        source: For each slot the position of the source that counts, in configuration order.
    """

    amounts: Amounts
    source: Integers


def judge_source(samples: Samples, limits: Limits, now_ms: int) -> tuple[Judged, Source]:
    """Return what the samples of one source come to, and what was learned of it."""
    learned = learn_cleaned(samples, limits)
    judged = judge(samples, Question(bounds_of(limits, learned), now_ms))
    return judged, Source(judged.spans, learned.step_uwh, learned.renewal_ms)


def spans_by_source(
    rules: DeviceRules, samples: Mapping[str, Samples], now_ms: int
) -> Sequence[Spans]:
    """Return the energy of each source, in configuration order; a stuck one gives way."""
    sources = [
        judge_source(samples.get(source, NO_SAMPLES), limits, now_ms)[1]
        for source, limits in zip(rules.sources, rules.limits, strict=True)
    ]
    return without_stuck(sources, find_stuck(sources))


def slots_between(sources: Sequence[Spans], edges_ms: Integers) -> Slots:
    """Return the slots between neighbouring edges."""
    amounts = [between(spans, edges_ms) for spans in sources]
    choice = choose(amounts)
    return Slots(chosen(amounts, choice), choice)
