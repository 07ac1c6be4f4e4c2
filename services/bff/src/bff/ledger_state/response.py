"""The state of the ledger as the API shows it."""

from zoneinfo import ZoneInfo

from bff.ledger.ledger import Ledger
from bff.ledger_state.schemas import LedgerState, RebuildState
from bff.time_grid import in_zone


def ledger_state(ledger: Ledger, zone: ZoneInfo) -> LedgerState:
    """Return the current state, in the house's time."""
    status, open_slots = ledger.status.current, ledger.status.current.open_slots
    rebuild, watermark_ms = status.rebuild, status.watermark_ms
    return LedgerState(
        closed_until=None if watermark_ms is None else in_zone(watermark_ms, zone),
        looked_at=None if open_slots is None else in_zone(open_slots.end_ms, zone),
        lag_seconds=status.lag_seconds(ledger.now_ms()),
        dirty_slots=status.dirty_slots,
        fully_counted=status.counted_from_ms == 0,
        victoriametrics_error=status.victoriametrics_error,
        rebuild=RebuildState(
            running=rebuild is not None,
            progress=1.0 if rebuild is None else rebuild.progress,
            eta_seconds=0.0 if rebuild is None else rebuild.eta_seconds(),
        ),
    )
