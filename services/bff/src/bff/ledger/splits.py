"""Slots of a device that were split at instants inside of them, as arrays; and their cache."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import QUANTITIES, Integers

# About 72 MB: 5,000 edges of 200 devices.
MAX_CACHED = 1_000_000

type Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Instants inside of closed slots of one device. Another slot is another cut.

    Attributes:
        at_ms: Unix milliseconds: shape (cuts,).
        slot: The stored amounts of the whole slot, in the order of `Amounts.stacked`: shape
            (quantities, cuts).
    """

    at_ms: Integers
    slot: Integers

    def __len__(self) -> int:
        return len(self.at_ms)

    def part(self, which: Integers | Booleans | slice) -> Self:
        """Return some of the cuts."""
        return type(self)(self.at_ms[which], self.slot[:, which])


@dataclass(frozen=True, slots=True)
class Splits:
    """Slots of one device, split at instants that rise; each instant is there once.

    Attributes:
        cuts: Where they are split.
        up_to: The amounts of the slots from their start up to there, in the order of
            `Amounts.stacked`: shape (quantities, cuts).
    """

    cuts: Cuts
    up_to: Integers

    def __len__(self) -> int:
        return len(self.cuts)

    def part(self, which: Integers | Booleans | slice) -> Self:
        """Return some of the splits."""
        return type(self)(self.cuts.part(which), self.up_to[:, which])

    def find(self, wanted: Cuts) -> tuple[Integers, Booleans]:
        """Return the position of each wanted cut, and whether it is there, of this very slot."""
        if not len(self):
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
        position = np.searchsorted(self.cuts.at_ms, wanted.at_ms)
        position = np.minimum(position, len(self) - 1)
        is_there = self.cuts.at_ms[position] == wanted.at_ms
        return position, is_there & (self.cuts.slot[:, position] == wanted.slot).all(axis=0)

    def replaced_by(self, later: Self) -> Self:
        """Return these and later ones: of two slots at one instant the later one is kept."""
        cuts, before = later.cuts, self.cuts
        at_ms = np.concatenate([cuts.at_ms, before.at_ms])
        at_ms, kept = np.unique(at_ms, return_index=True)
        slot = np.concatenate([cuts.slot, before.slot], axis=1)[:, kept]
        up_to = np.concatenate([later.up_to, self.up_to], axis=1)[:, kept]
        return type(self)(type(cuts)(at_ms, slot), up_to)


_NO_AMOUNTS = np.zeros((QUANTITIES, 0), dtype=np.int64)
NO_SPLITS = Splits(Cuts(np.zeros(0, dtype=np.int64), _NO_AMOUNTS), _NO_AMOUNTS)

type SplitsByDevice = Mapping[str, Splits]


class SplitCache:
    """Splits by device, and which of them are not saved yet."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Splits] = OrderedDict()
        self._unsaved: OrderedDict[str, Splits] = OrderedDict()
        self._lock = Lock()

    def get(self, device: str) -> Splits:
        """Return what is cached of a device."""
        with self._lock:
            return self._known.get(device, NO_SPLITS)

    def put(self, splits: SplitsByDevice, *, is_saved: bool) -> None:
        """Cache these; devices that nothing was added to for the longest are dropped at a limit."""
        with self._lock:
            if not is_saved:
                _add(self._unsaved, splits)
            _add(self._known, splits)
            # What is not saved yet is newer than what is.
            _add(self._known, {each: self._unsaved[each] for each in splits.keys() & self._unsaved})

    @property
    def has_unsaved(self) -> bool:
        """Whether anything is to be saved."""
        return bool(self._unsaved)

    def unsaved(self) -> SplitsByDevice:
        """Return what is to be saved."""
        with self._lock:
            return dict(self._unsaved)

    def set_saved(self, saved: SplitsByDevice) -> None:
        """Remember that these are saved."""
        with self._lock:
            for device in saved.keys() & self._unsaved.keys():
                unsaved = self._unsaved.pop(device)
                _, is_saved = saved[device].find(unsaved.cuts)
                if not is_saved.all():
                    self._unsaved[device] = unsaved.part(~is_saved)


def _add(kept: OrderedDict[str, Splits], splits: SplitsByDevice) -> None:
    """Add splits, each device at the end."""
    for device, added in splits.items():
        if len(added):
            kept[device] = kept.pop(device, NO_SPLITS).replaced_by(added)
    count = sum(map(len, kept.values()))
    while count > MAX_CACHED:
        device, oldest = kept.popitem(last=False)
        count -= len(oldest)
        if not kept:
            kept[device] = oldest.part(slice(-MAX_CACHED, None))
