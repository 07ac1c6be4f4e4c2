"""`machine` as an ESP32 has it, with a BMP280 and an INA219 on the bus, down to their registers."""

import os
import time

# The calibration of the example in the BMP280's datasheet, and its raw values: 25.08 °C, 100653 Pa.
CALIBRATION = "706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017"
RAW_TEMPERATURE, RAW_PRESSURE = 519_888, 415_148
RAW_PER_DEGREE = 3178
SUPPLY_MV = 12_000
SHUNT_MILLIOHM = 100

events = []  # what a test looks at: ("led", 1), ("reset",)
absent = set()  # addresses that do not answer
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
_reset_cause = PWRON_RESET
rescue_is_held = False
watchdogs_ms = []  # the timeout of each that was made


class Reset(BaseException):
    """The chip was reset; what runs on it ends here."""


def read_watts():
    """Return what the load takes now; the virtual home replaces this."""
    return 6.0


def read_celsius():
    """Return the temperature now; the virtual home replaces this."""
    return 25.08


def unique_id():
    return bytes.fromhex(os.getenv("BOARD_UNIQUE_ID") or "a0b1c2d3e4f5")


def reset():
    events.append(("reset",))
    raise Reset("machine.reset()")


def reset_cause():
    return _reset_cause


class Pin:
    """A pin; the LED's changes are events."""

    IN, OUT, PULL_UP = 1, 3, 2

    def __init__(self, number, mode=IN, pull=None):
        if not 0 <= number < 40:
            raise ValueError("invalid pin")
        self._number, self._mode = number, mode

    def value(self, level=None):
        if level is None:
            return 0 if self._number == 0 and rescue_is_held else 1
        events.append(("led", level))
        return None


class RTC:
    """The clock of the chip."""

    def datetime(self, parts):
        year, month, day, weekday, hour, minute, second, _ = parts
        import utime

        unix = int(utime.mktime((year, month, day, hour, minute, second, weekday, 0)))
        time.set_wall(unix - time.EPOCH_SECONDS)


class WDT:
    """A watchdog: when it is fed too late, the chip is reset."""

    def __init__(self, id=0, timeout=5000):
        self._timeout, self._fed = timeout, time.elapsed_ms()
        watchdogs_ms.append(timeout)
        self.longest_ms = 0

    def feed(self):
        now = time.elapsed_ms()
        gap, self._fed = now - self._fed, now
        self.longest_ms = max(self.longest_ms, gap)
        if gap > self._timeout:
            events.append(("watchdog", gap))
            raise Reset(f"watchdog after {gap} ms")


class I2C:
    """The bus with both chips."""

    def __init__(self, number, scl, sda, freq=400_000):
        self._chips = {0x76: _bmp280, 0x40: _ina219}

    def scan(self):
        return [address for address in sorted(self._chips) if address not in absent]

    def readfrom_mem(self, address, register, count):
        return self._chip(address)(register, count)

    def writeto_mem(self, address, register, data):
        self._chip(address)

    def _chip(self, address):
        if address in absent or address not in self._chips:
            raise OSError(19)  # ENODEV
        return self._chips[address]


def _bmp280(register, count):
    raw = RAW_TEMPERATURE + int((read_celsius() - 25.08) * RAW_PER_DEGREE)
    registers = {
        0xD0: b"\x58",
        0x88: bytes.fromhex(CALIBRATION),
        0xF7: (RAW_PRESSURE << 28 | raw << 4).to_bytes(6, "big"),
    }
    return registers[register][:count]


def _ina219(register, count):
    shunt_uv = int(read_watts() * 1_000_000 / SUPPLY_MV * SHUNT_MILLIOHM)
    registers = {0x01: (shunt_uv // 10) & 0xFFFF, 0x02: (SUPPLY_MV // 4) << 3}
    return registers[register].to_bytes(count, "big")
