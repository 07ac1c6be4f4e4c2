"""A board of the virtual home: the firmware itself, measuring what a device draws.

Arguments: a folder that is its flash, its deviceId, the device, the URL of the watts of all
devices, the URL to send to.
"""

import json
import math
import os
import sys
import time

import machine
import requests
from board.buffer import make_folder, remove_if_there

READY_PATH = "ready"
CADENCE_SECONDS = 10
# As in the study of the virtual home, warmest in the afternoon (06:00 UTC in Japan).
MEAN_CELSIUS, SWING_CELSIUS, WARMEST_SECONDS = 22.5, 2.5, 6 * 3600
DAY_SECONDS = 86_400


def enter(folder):
    """Make a folder with those above it the flash."""
    for end, letter in enumerate(folder + "/"):
        if letter == "/" and end:
            make_folder(folder[:end])
    os.chdir(folder)
    remove_if_there(READY_PATH)  # left behind by a kill -9


def write_config(device_id, base_url):
    """Write what a person writes for a real board; it needs no token in the virtual home."""
    config = {
        "WIFI_SSID": "virtual-home",
        "RENDER_BASE_URL": base_url,
        "DEVICE_ID": device_id,
        "CADENCE_SECONDS": CADENCE_SECONDS,
        "SEND_INTERVAL_SECONDS": CADENCE_SECONDS,
    }
    with open("config.json", "w") as file:
        json.dump(config, file)


def read_celsius():
    """Return the temperature of the room."""
    turn = (time.true_unix_seconds() - WARMEST_SECONDS) % DAY_SECONDS / DAY_SECONDS
    return MEAN_CELSIUS + SWING_CELSIUS * math.cos(2 * math.pi * turn)


def watts_reader(device, watts_url):
    """Return what reads the device's watts; a supply without current for one that is away."""

    def read():
        answer = requests.get(watts_url, timeout=5)
        try:
            found = answer.json()["devices"][device]
        finally:
            answer.close()
        return found["watts"] if found["online"] else 0.0

    return read


folder, device_id, device, watts_url, base_url = sys.argv[1:]
enter(folder)
write_config(device_id, base_url)
machine.read_celsius = read_celsius
machine.read_watts = watts_reader(device, watts_url)

import boot  # noqa: E402, F401 - the firmware starts here, as on the chip

with open(READY_PATH, "w"):
    pass
import main  # noqa: E402, F401
