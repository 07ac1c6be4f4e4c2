"""Splits of slots at the edges of prices, saved: lost samples change no cost that was shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
from sqlalchemy import Engine, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from bff.db.engine import write_session
from bff.db.tables import LedgerSplit, UnitPrice
from bff.energy import QUANTITIES, Integers
from bff.ledger.splits import Cuts, SplitCache, Splits, SplitsByDevice
from bff.time_grid import unix_milliseconds

QUANTITY_TYPE = np.dtype("<i8")
ROW_BYTES = 2 * QUANTITIES * QUANTITY_TYPE.itemsize


def select_splits(session: Session, cuts: Mapping[str, Cuts]) -> SplitsByDevice:
    """Select the splits of devices that are saved from the first of their cuts to the last.

    Some may be of other slots than the ones that are to be split.
    """
    instants_ms = np.concatenate([each.at_ms for each in cuts.values()])
    rows = session.connection().execute(
        select(
            LedgerSplit.device, LedgerSplit.at_unix_ms, LedgerSplit.amounts, LedgerSplit.checksum
        )
        .where(
            LedgerSplit.device.in_(list(cuts)),
            LedgerSplit.at_unix_ms.between(int(instants_ms.min()), int(instants_ms.max())),
        )
        .order_by(LedgerSplit.device, LedgerSplit.at_unix_ms)
    )
    by_device: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for device, at_ms, amounts, checksum in rows:
        if len(amounts) == ROW_BYTES and checksum == _checksum(device, at_ms, amounts):
            by_device[device].append((at_ms, amounts))
    return {device: _splits(of_device) for device, of_device in by_device.items()}


def _splits(rows: Sequence[tuple[int, bytes]]) -> Splits:
    at_ms, amounts = zip(*rows, strict=True)
    numbers = np.frombuffer(b"".join(amounts), QUANTITY_TYPE).reshape(len(rows), 2, -1)
    slot, up_to = numbers.transpose(1, 2, 0)
    return Splits(Cuts(np.array(at_ms, dtype=np.int64), slot), up_to)


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
                _replace(session, device, kept)
    cache.set_saved(unsaved)


def _price_edges(session: Session) -> Integers:
    rows = session.execute(select(UnitPrice.valid_from, UnitPrice.valid_to))
    edges = {unix_milliseconds(edge) for row in rows for edge in row if edge is not None}
    return np.array(sorted(edges), dtype=np.int64)


def _replace(session: Session, device: str, splits: Splits) -> None:
    connection = session.connection()
    rows = list(_rows(device, splits))
    is_row = (LedgerSplit.device == device, LedgerSplit.at_unix_ms == bindparam("at_ms"))
    instants = [{"at_ms": row["at_unix_ms"]} for row in rows]
    connection.execute(delete(LedgerSplit).where(*is_row), instants)
    connection.execute(insert(LedgerSplit), rows)


def _rows(device: str, splits: Splits) -> Iterator[dict[str, object]]:
    numbers = np.stack([splits.cuts.slot, splits.up_to]).transpose(2, 0, 1)
    packed = numbers.astype(QUANTITY_TYPE).tobytes()
    for position, at_ms in enumerate(splits.cuts.at_ms.tolist()):
        amounts = packed[position * ROW_BYTES : (position + 1) * ROW_BYTES]
        yield {
            "device": device,
            "at_unix_ms": at_ms,
            "amounts": amounts,
            "checksum": _checksum(device, at_ms, amounts),
        }


def _checksum(device: str, at_ms: int, amounts: bytes) -> int:
    return crc32(amounts, crc32(f"{device} {at_ms}".encode()))
