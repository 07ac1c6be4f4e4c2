"""Configuration of a board: `config.json` on its flash. No content of that file stops the board."""

import json

import machine
from micropython import const

DEFAULTS = {
    "WIFI_SSID": "",
    "WIFI_PASSWORD": "",
    "RENDER_BASE_URL": "",
    "TOKEN": "",
    "DEVICE_ID": "",  # by default esp32- and the end of the chip's own number
    "CADENCE_SECONDS": 300,
    "SEND_INTERVAL_SECONDS": 300,
    "BATCH_MAX_LINES": 100,
    "BUFFER_MAX_BYTES": 800_000,
    "PIN_SDA": 21,
    "PIN_SCL": 22,
    "PIN_LED": 2,
    "PIN_RESCUE": 0,  # held low at the start: main.py ends at once. 0 is the BOOT button
    "SHUNT_MILLIOHM": 100,
    "INA219_ADDRESS": 0x40,
    "BMP280_ADDRESS": 0x76,
    "UTC_OFFSET_MINUTES": 540,
    "NTP_HOSTS": ["pool.ntp.org", "time.cloudflare.com"],
    "CA_FILE": "",  # DER; https is refused without it
    "TLS_VERIFY": True,
    "CSV": False,
    "CSV_MAX_BYTES": 100_000,
    "POST_TIMEOUT_SECONDS": 10,
    "WATCHDOG_SECONDS": 60,
    "WIFI_TIMEOUT_SECONDS": 15,
}
# Below 10 s the flash wears out within years.
MINIMA = {
    "CADENCE_SECONDS": 10,
    "SEND_INTERVAL_SECONDS": 10,
    "BATCH_MAX_LINES": 1,
    "BUFFER_MAX_BYTES": 10_000,
    "SHUNT_MILLIOHM": 1,
    "CSV_MAX_BYTES": 1000,
    "POST_TIMEOUT_SECONDS": 1,
    "WATCHDOG_SECONDS": 1,
    "WIFI_TIMEOUT_SECONDS": 5,
}
BATCH_LIMIT_LINES = const(1000)  # what the server takes at once


def load_config(path: str, log) -> dict:
    """Return the configuration with its defaults; each problem is one line of the log."""
    try:
        with open(path) as file:
            given = json.load(file)
    except (OSError, ValueError) as error:
        log(f"failed: {path} cannot be read, defaults are used: {error!r}")
        given = {}
    if not isinstance(given, dict):
        log(f"failed: {path} has no JSON object, defaults are used")
        given = {}
    return check_config(given, log)


def check_config(given: dict, log) -> dict:
    """Return the defaults, changed by each value of the right type and size."""
    config = dict(DEFAULTS)
    for key, value in given.items():
        problem = _problem(key, value)
        if problem:
            log(f"failed: config.json: {key} {problem}")
        else:
            config[key] = value
    if not config["DEVICE_ID"]:
        config["DEVICE_ID"] = "esp32-" + machine.unique_id().hex()[-6:]
    # One step of a request may take its whole timeout, and resolving a name comes before.
    shortest = 3 * config["POST_TIMEOUT_SECONDS"]
    config["WATCHDOG_SECONDS"] = max(config["WATCHDOG_SECONDS"], shortest)
    config["BATCH_MAX_LINES"] = min(config["BATCH_MAX_LINES"], BATCH_LIMIT_LINES)
    return config


def _problem(key: str, value) -> str:
    if key not in DEFAULTS:
        return "is not a key"
    if type(value) is not type(DEFAULTS[key]):
        return f"must be like {DEFAULTS[key]!r}"
    if key in MINIMA and value < MINIMA[key]:
        return f"must be at least {MINIMA[key]}"
    return ""
