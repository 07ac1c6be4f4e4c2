"""What people entered for a device, as the API shows it."""

from bff.db.tables import DeviceMeta
from bff.device_meta.schemas import DeviceMetaRow, DisplayName


def device_meta_row(row: DeviceMeta) -> DeviceMetaRow:
    """Return one row."""
    return DeviceMetaRow(
        device=row.device,
        display_name=DisplayName(ja=row.name_ja, en=row.name_en),
        note=row.note,
        rated_power_watts=row.rated_power_watts,
    )
