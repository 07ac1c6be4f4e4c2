"""The table of unit prices."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from bff.database import Base, Instant, Price


class UnitPrice(Base):
    """A price per kWh that holds from `valid_from` until just before `valid_to` (None: for ever).

    The currency is kept with the row: a house that changes currency must not reread old yen
    as euros.
    """

    __tablename__ = "unit_prices"
    __table_args__ = (
        CheckConstraint("valid_to_unix_ms > valid_from_unix_ms", name="valid_to_after_valid_from"),
        CheckConstraint("price_per_kwh_millionths >= 0", name="price_not_negative"),
        # An id that was deleted never comes back as another price.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    price_per_kwh: Mapped[Decimal] = mapped_column("price_per_kwh_millionths", Price)
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[datetime] = mapped_column("valid_from_unix_ms", Instant, index=True)
    valid_to: Mapped[datetime | None] = mapped_column("valid_to_unix_ms", Instant)
    note: Mapped[str] = mapped_column(String(500))
