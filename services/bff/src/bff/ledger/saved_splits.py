"""Splits of slots at the edges of prices, saved: lost samples change no cost that was shown."""

from collections.abc import Collection, Sequence
from zlib import crc32

import numpy as np
from sqlalchemy import Engine, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from bff.db.engine import write_session
from bff.db.tables import LedgerSplit, UnitPrice
from bff.ledger.partial_slots import Split, SplitAmounts, SplitCache
from bff.time_grid import unix_milliseconds

QUANTITY_TYPE = np.dtype("<i8")


def select_splits(session: Session, splits: Collection[Split]) -> dict[Split, Sequence[int]]:
    """Select the amounts of splits, as far as they are saved of these very slots."""
    wanted = set(splits)
    instants_ms = [split.at_ms for split in wanted]
    rows = session.execute(
        select(
            LedgerSplit.device, LedgerSplit.at_unix_ms, LedgerSplit.amounts, LedgerSplit.checksum
        ).where(
            LedgerSplit.device.in_({split.device for split in wanted}),
            LedgerSplit.at_unix_ms.between(min(instants_ms), max(instants_ms)),
        )
    )
    found = {}
    for device, at_ms, amounts, checksum in rows:
        if checksum == _checksum(device, at_ms, amounts):
            slot, up_to = np.frombuffer(amounts, QUANTITY_TYPE).reshape(2, -1).tolist()
            found[Split(device, at_ms, tuple(slot))] = up_to
    return {split: found[split] for split in wanted & found.keys()}


def save_splits(engine: Engine, cache: SplitCache) -> None:
    """Save what was split at the edges of prices since the last time.

    Not at other instants: anyone may request the energy between any two, as often as they like.
    """
    unsaved = cache.unsaved()
    with write_session(engine) as session:
        edges_ms = _price_edges(session)
        kept = {split: up_to for split, up_to in unsaved.items() if split.at_ms in edges_ms}
        if kept:
            _replace(session, kept)
    cache.set_saved(unsaved)


def _price_edges(session: Session) -> set[int]:
    rows = session.execute(select(UnitPrice.valid_from, UnitPrice.valid_to))
    return {unix_milliseconds(edge) for row in rows for edge in row if edge is not None}


def _replace(session: Session, amounts: SplitAmounts) -> None:
    # By their key: of two slots at one instant the later one is stored now.
    rows = {(split.device, split.at_ms): _row(split, up_to) for split, up_to in amounts.items()}
    is_row = (
        LedgerSplit.device == bindparam("of_device"),
        LedgerSplit.at_unix_ms == bindparam("at_ms"),
    )
    connection = session.connection()
    connection.execute(
        delete(LedgerSplit).where(*is_row),
        [{"of_device": device, "at_ms": at_ms} for device, at_ms in rows],
    )
    connection.execute(insert(LedgerSplit), list(rows.values()))


def _row(split: Split, up_to: Sequence[int]) -> dict[str, object]:
    amounts = np.array([split.slot, up_to], dtype=QUANTITY_TYPE).tobytes()
    return {
        "device": split.device,
        "at_unix_ms": split.at_ms,
        "amounts": amounts,
        "checksum": _checksum(split.device, split.at_ms, amounts),
    }


def _checksum(device: str, at_ms: int, amounts: bytes) -> int:
    return crc32(amounts, crc32(f"{device} {at_ms}".encode()))
