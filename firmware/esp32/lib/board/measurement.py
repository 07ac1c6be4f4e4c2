"""A measurement as one line of NDJSON. Values are integers of small units until they are text."""

import json

# As a line of a start that has no clock yet contains it.
NO_TIME = b'"recordedAt":null'


def decimal(value, digits: int) -> str:
    """Return `value / 10**digits` as JSON: exact, where a 32-bit float is not. None is null."""
    if value is None:
        return "null"
    whole, fraction = divmod(abs(value), 10**digits)
    sign, text = "-" if value < 0 else "", str(fraction)
    return sign + str(whole) + "." + "0" * (digits - len(text)) + text


def format_line(device_id: str, recorded_at, sequence, values: dict, errors: dict) -> bytes:
    """Return the line of one measurement, as it is kept in the flash and sent.

    Args:
        device_id: Of this board.
        recorded_at: ISO 8601 with an offset; None without a clock.
        sequence: Number of the start, of the measurement in it, and seconds since the start.
        values: Of `sensors.read`; what is absent becomes null.
        errors: Failures of each sensor since the start.
    """
    boot, number, up_seconds = sequence
    fields = (
        ("deviceId", json.dumps(device_id)),
        ("recordedAt", json.dumps(recorded_at)),
        ("boot", boot),
        ("seq", number),
        ("up", up_seconds),
        ("temperature", decimal(values.get("temperature_millicelsius"), 3)),
        ("humidity", "null"),
        ("payload", _payload(values, errors)),
    )
    return _object(fields).encode() + b"\n"


def _payload(values: dict, errors: dict) -> str:
    sensor = [("pressure_hpa", decimal(values.get("pressure_pa"), 2))]
    sensor += [(name + "_errors", errors[name]) for name in sorted(errors)]
    fields = (
        ("voltage_v", decimal(values.get("voltage_mv"), 3)),
        ("current_ma", decimal(values.get("current_ua"), 3)),
        ("power_mw", decimal(values.get("power_uw"), 3)),
        ("sensor", _object(sensor)),
    )
    return _object(fields)


# Not json.dumps: its order is by chance, and it makes floats of what is exact.
def _object(fields) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields) + "}"


def is_complete(line: bytes) -> bool:
    """Return whether a line was written to its end; one that was cut by a power loss was not."""
    # MicroPython's parser takes an object without its end.
    if not line.endswith(b"}}\n"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def add_time(line: bytes, offset, format_unix) -> bytes:
    """Return a line without a time with it, once it is known when its start began.

    Args:
        line: As it is kept.
        offset: Returns the Unix time at which the start of a number began, or None.
        format_unix: Returns the text for a Unix time.
    """
    if NO_TIME not in line:
        return line
    measurement = json.loads(line)
    began = offset(measurement["boot"])
    if began is None:
        return line
    text = format_unix(began + measurement["up"])
    return line.replace(NO_TIME, f'"recordedAt":"{text}"'.encode(), 1)
