"""The table of what people say of devices."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bff.database import Base


class DeviceMeta(Base):
    """Overrides the configuration's name and rated power; None leaves them as configured."""

    __tablename__ = "device_meta"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    name_ja: Mapped[str | None] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(2000))
    rated_power_watts: Mapped[float | None]
