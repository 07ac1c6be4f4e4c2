"""Splits of slots at the edges of prices, saved: lost samples change no cost that was shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from bff.db.engine import write_session
from bff.db.stored_days import among, splits_checksum
from bff.db.tables import LedgerSplit, UnitPrice
from bff.energy import QUANTITIES, Integers
from bff.ledger.partial_slots import NO_SPLITS, Cuts, SplitCache, Splits, SplitsByDevice
from bff.time_grid import DAY_MS, unix_milliseconds

# Of each split the instant, the amounts of the slot, and those up to the instant.
NUMBERS = 1 + 2 * QUANTITIES
NUMBER_TYPE = np.dtype("<i8")
SPLIT_BYTES = NUMBERS * NUMBER_TYPE.itemsize


def select_splits(session: Session, cuts: Mapping[str, Cuts]) -> SplitsByDevice:
    """Select the splits of devices that are saved of the days of their cuts.

    Some are of other instants, or of other slots than the ones that are to be split.
    """
    days_ms = _days(np.concatenate([each.at_ms for each in cuts.values()]))
    rows = session.connection().execute(
        select(
            LedgerSplit.device, LedgerSplit.day_unix_ms, LedgerSplit.amounts, LedgerSplit.checksum
        )
        .where(LedgerSplit.device.in_(list(cuts)), among(days_ms, LedgerSplit.day_unix_ms))
        .order_by(LedgerSplit.device, LedgerSplit.day_unix_ms)
    )
    by_device: dict[str, list[bytes]] = defaultdict(list)
    for device, day_ms, amounts, checksum in rows:
        if checksum == splits_checksum(device, day_ms, amounts):
            by_device[device].append(amounts)
    return {device: _unpack(amounts) for device, amounts in by_device.items()}


def _days(at_ms: Integers) -> Sequence[int]:
    return np.unique(at_ms // DAY_MS * DAY_MS).tolist()


def _unpack(amounts: Sequence[bytes]) -> Splits:
    records = np.frombuffer(b"".join(amounts), NUMBER_TYPE).reshape(-1, NUMBERS)
    numbers = np.ascontiguousarray(records.T)
    return Splits(Cuts(numbers[0], numbers[1 : 1 + QUANTITIES]), numbers[1 + QUANTITIES :])


def save_splits(engine: Engine, cache: SplitCache) -> None:
    """Save what was split at the edges of prices since the last time.

    Not at other instants: anyone may request the energy between any two, as often as they like.
    """
    unsaved = cache.unsaved()
    with write_session(engine) as session:
        edges_ms = _price_edges(session)
        for device, splits in unsaved.items():
            kept = splits.part(np.isin(splits.cuts.at_ms, edges_ms))
            if len(kept):
                _save(session, device, kept)
    cache.set_saved(unsaved)


def _price_edges(session: Session) -> Integers:
    rows = session.execute(select(UnitPrice.valid_from, UnitPrice.valid_to))
    edges = {unix_milliseconds(edge) for row in rows for edge in row if edge is not None}
    return np.array(sorted(edges), dtype=np.int64)


def _save(session: Session, device: str, splits: Splits) -> None:
    """Add splits of a device to what is saved of their days."""
    saved = select_splits(session, {device: splits.cuts}).get(device, NO_SPLITS)
    days = among(_days(splits.cuts.at_ms), LedgerSplit.day_unix_ms)
    session.execute(delete(LedgerSplit).where(LedgerSplit.device == device, days))
    rows = list(_rows(device, saved.replaced_by(splits)))
    session.connection().execute(insert(LedgerSplit), rows)


def _rows(device: str, splits: Splits) -> Iterator[dict[str, object]]:
    """Yield a row for each day."""
    records = np.vstack([splits.cuts.at_ms, splits.cuts.slot, splits.up_to]).T
    packed = records.astype(NUMBER_TYPE, order="C").tobytes()
    days_ms, first = np.unique(splits.cuts.at_ms // DAY_MS * DAY_MS, return_index=True)
    ends = [*first[1:].tolist(), len(splits)]
    for day_ms, start, end in zip(days_ms.tolist(), first.tolist(), ends, strict=True):
        amounts = packed[start * SPLIT_BYTES : end * SPLIT_BYTES]
        checksum = splits_checksum(device, day_ms, amounts)
        yield {"device": device, "day_unix_ms": day_ms, "amounts": amounts, "checksum": checksum}
