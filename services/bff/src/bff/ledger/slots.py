"""Rules 2, 6 and 7: the slots of one device, from the segments of all its sources. Pure.

Segments are split at any instants, exactly: the energy up to an instant is a whole number of
micro-watt-hours, so differences of it add up to the whole however finely time is split.
In each slot one source counts, never the sum of several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bff.energy import Integers
from bff.ledger.clean import Quality, Segments, clean
from bff.ledger.device_rules import DeviceRules
from bff.ledger.samples import NO_SAMPLES, CounterSamples

# Below this the product of two durations fits 64 bits; longer gaps count in Python's integers.
MAX_64_BIT_MS = 3_000_000_000


@dataclass(frozen=True, slots=True)
class SlotAmounts:
    """Energy and covered time; arrays of one shape, the last axis being time.

    Attributes:
        measured_uwh: Micro-watt-hours of quality `measured`.
        estimated_uwh: Of quality `estimated`.
        measured_ms: Milliseconds that were measured.
        estimated_ms: Milliseconds that were estimated.
    """

    measured_uwh: Integers
    estimated_uwh: Integers
    measured_ms: Integers
    estimated_ms: Integers

    def stacked(self) -> Integers:
        """Return the four as one array, first axis in the order of the attributes."""
        return np.stack(
            [self.measured_uwh, self.estimated_uwh, self.measured_ms, self.estimated_ms]
        )


@dataclass(frozen=True, slots=True)
class Slots:
    """Neighbouring slots of one device.

    Attributes:
        amounts: Energy and covered time of each slot.
        source: For each slot the position of the source that counts, in configuration order.
    """

    amounts: SlotAmounts
    source: Integers


def unstacked(stacked: Integers) -> SlotAmounts:
    """Return the inverse of `SlotAmounts.stacked`."""
    return SlotAmounts(stacked[0], stacked[1], stacked[2], stacked[3])


def segments_by_source(
    rules: DeviceRules, samples: Mapping[str, CounterSamples]
) -> Sequence[Segments]:
    """Return the clean energy of each source, in configuration order."""
    return [
        clean(samples.get(source, NO_SAMPLES), limits)
        for source, limits in zip(rules.sources, rules.limits, strict=True)
    ]


def slots_between(sources: Sequence[Segments], edges_ms: Integers) -> Slots:
    """Return the slots between neighbouring edges."""
    amounts = [amounts_between(segments, edges_ms) for segments in sources]
    choice = choose_sources(amounts)
    return Slots(amounts_of_chosen(amounts, choice), choice)


def choose_sources(sources: Sequence[SlotAmounts]) -> Integers:
    """Return for each slot the position of the source that counts.

    It is the one that measured most of the slot's time; among equals the one that estimated
    most, then the first in configuration order. So a source that was silent for a part of a
    slot gives way to one that covers all of it, and the order decides whenever both cover all.
    """
    measured_ms = np.stack([source.measured_ms for source in sources])
    estimated_ms = np.stack([source.estimated_ms for source in sources])
    # argmax takes the first of equals. A slot's time is far below the factor.
    return np.argmax((measured_ms << np.int64(31)) + estimated_ms, axis=0)


def amounts_of_chosen(sources: Sequence[SlotAmounts], choice: Integers) -> SlotAmounts:
    """Return the amounts of the chosen source of each slot."""
    stacked = np.stack([source.stacked() for source in sources])
    return unstacked(stacked[choice, :, np.arange(len(choice))].T)


def amounts_between(segments: Segments, edges_ms: Integers) -> SlotAmounts:
    """Return energy and time between neighbouring edges: one fewer than there are edges."""
    measured = segments.quality == Quality.MEASURED
    uwh, ms = _up_to(segments.select(measured), edges_ms)
    estimated_uwh, estimated_ms = _up_to(segments.select(~measured), edges_ms)
    return SlotAmounts(np.diff(uwh), np.diff(estimated_uwh), np.diff(ms), np.diff(estimated_ms))


def _up_to(segments: Segments, instants_ms: Integers) -> tuple[Integers, Integers]:
    """Return all energy and all time of the segments up to each instant."""
    if not len(segments.uwh):
        nothing = np.zeros(len(instants_ms), dtype=np.int64)
        return nothing, nothing
    durations_ms = segments.end_ms - segments.start_ms
    before = np.searchsorted(segments.start_ms, instants_ms, side="right") - 1
    here = np.maximum(before, 0)
    since_start_ms = instants_ms - segments.start_ms[here]
    elapsed_ms = np.where(before < 0, 0, np.minimum(since_start_ms, durations_ms[here]))
    uwh = _share(segments.uwh[here], elapsed_ms, durations_ms[here])
    return (
        _sums_before(segments.uwh)[here] + uwh,
        _sums_before(durations_ms)[here] + elapsed_ms,
    )


def _sums_before(numbers: Integers) -> Integers:
    return np.cumsum(numbers) - numbers


def _share(uwh: Integers, elapsed_ms: Integers, durations_ms: Integers) -> Integers:
    """Return `uwh * elapsed / duration` rounded down, without leaving 64 bits."""
    each, rest = np.divmod(uwh, durations_ms)
    if durations_ms.max(initial=0) > MAX_64_BIT_MS:
        rest = rest.astype(object)
    return each * elapsed_ms + (rest * elapsed_ms // durations_ms).astype(np.int64)
