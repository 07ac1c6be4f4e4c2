"""`temp.csv` and `elect.csv` beside the buffer, for who reads them from the board."""

from board.buffer import append_bounded
from board.measurement import decimal


def append_csv(recorded_at, values: dict, max_bytes: int) -> None:
    """Append a row to the file of each sensor that measured; none without a clock."""
    if recorded_at is None:
        return
    if "temperature_millicelsius" in values:
        cells = (recorded_at, decimal(values["temperature_millicelsius"], 3))
        _append("temp", cells, max_bytes)
    if "power_uw" in values:
        cells = [decimal(values[name], 3) for name in ("voltage_mv", "current_ua", "power_uw")]
        _append("elect", [recorded_at] + cells, max_bytes)


def _append(name: str, cells, max_bytes: int) -> None:
    row = ",".join(cells) + "\n"
    append_bounded(name + ".csv", name + ".old.csv", row.encode(), max_bytes)
