"""BMP280: temperature and pressure, in integers (datasheet BST-BMP280-DS001, section 3.11.3)."""

import struct

CALIBRATION, CONTROL, CONFIG, DATA = 0x88, 0xF4, 0xF5, 0xF7
CHIP_ID, CHIP_IDS = 0xD0, (0x58, 0x60)  # BMP280, BME280
# Temperature twice, pressure 16 times, normal mode.
NORMAL = 0x57
EVERY_SECOND = 0xA0  # without a pause between measurements the chip warms itself
NOTHING_MEASURED = 0x80000  # the value of a channel that has not been measured yet


def configure(i2c, address: int):
    """Start measuring; return the chip's calibration.

    Raises:
        OSError: No such chip answers.
    """
    chip = i2c.readfrom_mem(address, CHIP_ID, 1)[0]
    if chip not in CHIP_IDS:
        raise OSError(f"0x{chip:02x} at 0x{address:02x} is no BMP280")
    i2c.writeto_mem(address, CONFIG, bytes((EVERY_SECOND,)))
    i2c.writeto_mem(address, CONTROL, bytes((NORMAL,)))
    return struct.unpack("<HhhHhhhhhhhh", i2c.readfrom_mem(address, CALIBRATION, 24))


def read(i2c, address: int, calibration) -> dict:
    """Return the values of now.

    Raises:
        OSError: The chip does not answer.
        ValueError: It has not measured yet.
    """
    data = i2c.readfrom_mem(address, DATA, 6)
    raw_pressure = data[0] << 12 | data[1] << 4 | data[2] >> 4
    raw_temperature = data[3] << 12 | data[4] << 4 | data[5] >> 4
    if NOTHING_MEASURED in (raw_pressure, raw_temperature):
        raise ValueError("nothing measured yet")
    fine = _fine_temperature(raw_temperature, calibration)
    return {
        "temperature_millicelsius": ((fine * 5 + 128) >> 8) * 10,
        "pressure_pa": _pressure_pa(raw_pressure, fine, calibration),
    }


def _fine_temperature(raw: int, calibration) -> int:
    t1, t2, t3 = calibration[:3]
    first = ((raw >> 3) - (t1 << 1)) * t2 >> 11
    second = (((raw >> 4) - t1) ** 2 >> 12) * t3 >> 14
    return first + second


def _pressure_pa(raw: int, fine: int, calibration) -> int:
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = calibration[3:]
    first = fine - 128_000
    second = first * first * p6 + ((first * p5) << 17) + (p4 << 35)
    first = ((first * first * p3) >> 8) + ((first * p2) << 12)
    first = (((1 << 47) + first) * p1) >> 33
    if first == 0:
        raise ValueError("no calibration")
    pressure = (((1_048_576 - raw) << 31) - second) * 3125 // first
    first = (p9 * (pressure >> 13) * (pressure >> 13)) >> 25
    second = (p8 * pressure) >> 19
    return (((pressure + first + second) >> 8) + (p7 << 4)) >> 8
