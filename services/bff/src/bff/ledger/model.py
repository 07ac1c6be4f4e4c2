"""The tables of the ledger. All of it is derived: it may be dropped and is made again."""

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bff.database import Base


class LedgerDay(Base):
    """The closed slots of one device on one UTC day, and their sums.

    A day without any row is one on which nothing is known. `made_from` is the mark of
    `bff.ledger.rules`; `slots` is packed by `bff.ledger.packing` (docs/decisions/0006).
    """

    __tablename__ = "ledger_days"
    # Sums over a year are read from this index alone, without touching the packed slots.
    __table_args__ = (
        Index(
            "ix_ledger_days_sums",
            "device",
            "day_unix_ms",
            "measured_uwh",
            "estimated_uwh",
            "measured_ms",
            "estimated_ms",
        ),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    day_unix_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    made_from: Mapped[str] = mapped_column(Text)
    measured_uwh: Mapped[int] = mapped_column(BigInteger)
    estimated_uwh: Mapped[int] = mapped_column(BigInteger)
    measured_ms: Mapped[int] = mapped_column(BigInteger)
    estimated_ms: Mapped[int] = mapped_column(BigInteger)
    slots: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerFrontier(Base):
    """Up to where slots are closed: one row, so that a restart without VictoriaMetrics knows."""

    __tablename__ = "ledger_frontier"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    frontier_unix_ms: Mapped[int] = mapped_column(BigInteger)
