"""INA219: voltage and current of a DC supply up to 26 V (datasheet SBOS448, section 8.6)."""

CONFIG, SHUNT, BUS = 0x00, 0x01, 0x02
# 32 V, 320 mV, 128 samples averaged (68 ms) for both, continuous.
CONTINUOUS = 0x3FFF
BUS_STEP_MV = 4
SHUNT_STEP_UV = 10
MAX_SHUNT_STEPS = 32_000
SIGN = 0x8000


def configure(i2c, address: int) -> None:
    """Start measuring."""
    i2c.writeto_mem(address, CONFIG, CONTINUOUS.to_bytes(2, "big"))


def read(i2c, address: int, shunt_milliohm: int) -> dict:
    """Return the values of now. Power has the sign of the current, as the chip's own has not.

    Raises:
        OSError: The chip does not answer.
        ValueError: The current is above what the shunt can show.
    """
    voltage_mv = (_read_register(i2c, address, BUS) >> 3) * BUS_STEP_MV
    steps = (_read_register(i2c, address, SHUNT) ^ SIGN) - SIGN
    if abs(steps) >= MAX_SHUNT_STEPS:
        raise ValueError("current out of range")
    current_ua = steps * SHUNT_STEP_UV * 1000 // shunt_milliohm
    return {
        "voltage_mv": voltage_mv,
        "current_ua": current_ua,
        "power_uw": voltage_mv * current_ua // 1000,
    }


def _read_register(i2c, address: int, register: int) -> int:
    return int.from_bytes(i2c.readfrom_mem(address, register, 2), "big")
