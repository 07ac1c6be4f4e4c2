"""The sensors of a board: each may be missing or fail, and the others go on."""

import time

import machine

SCAN_AFTER_ERRORS = 3


class Sensor:
    """One chip on the bus.

    Attributes:
        errors: Failures since the start.
    """

    def __init__(self, name: str, configure, read):
        self.name, self._configure, self._read = name, configure, read
        self.errors = 0
        self._in_a_row = 0
        self._state = None
        self._is_configured = False

    def read(self, i2c) -> dict:
        """Return the values; none when the chip fails. It is configured anew after a failure."""
        try:
            if not self._is_configured:
                self._state = self._configure(i2c)
                self._is_configured = True
                return self._first(i2c)
            values = self._read(i2c, self._state)
        except Exception as error:  # OSError of the bus, ValueError of the chip
            self._failed(i2c, error)
            return {}
        self._in_a_row = 0
        return values

    def _first(self, i2c) -> dict:
        time.sleep_ms(150)  # the first conversion of either chip
        values = self._read(i2c, self._state)
        self._in_a_row = 0
        return values

    def _failed(self, i2c, error) -> None:
        self.errors += 1
        self._in_a_row += 1
        self._is_configured = False
        print(f"failed: {self.name}: {error!r}")
        if self._in_a_row == SCAN_AFTER_ERRORS:
            print("I2C addresses that answer:", [hex(each) for each in _scan(i2c)])


def open_bus(config: dict):
    """Return the I2C bus; None when its pins cannot be used."""
    try:
        scl, sda = machine.Pin(config["PIN_SCL"]), machine.Pin(config["PIN_SDA"])
        return machine.I2C(0, scl=scl, sda=sda, freq=400_000)
    except Exception as error:  # ValueError of a pin, OSError of the bus
        print(f"failed: I2C: {error!r}")
        return None


def open_sensors(config: dict):
    """Return the sensors whose modules are there."""
    sensors = []
    try:
        from board import bmp280

        address = config["BMP280_ADDRESS"]
        sensors.append(
            Sensor(
                "bmp280",
                lambda i2c: bmp280.configure(i2c, address),
                lambda i2c, calibration: bmp280.read(i2c, address, calibration),
            )
        )
    except ImportError as error:
        print(f"failed: bmp280 is skipped: {error!r}")
    try:
        from board import ina219

        at, shunt = config["INA219_ADDRESS"], config["SHUNT_MILLIOHM"]
        sensors.append(
            Sensor(
                "ina219",
                lambda i2c: ina219.configure(i2c, at),
                lambda i2c, _: ina219.read(i2c, at, shunt),
            )
        )
    except ImportError as error:
        print(f"failed: ina219 is skipped: {error!r}")
    return sensors


def _scan(i2c):
    try:
        return i2c.scan()
    except Exception:
        return []
