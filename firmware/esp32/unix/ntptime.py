"""`ntptime` with a server that has the true time, unless it is away."""

import time as _time

host = "pool.ntp.org"
timeout = 1
is_away = False
error_seconds = 0
asked = []


def time():
    asked.append(host)
    if is_away:
        raise OSError(116)  # ETIMEDOUT of an ESP32
    return _time.true_unix_seconds() + error_seconds - _time.EPOCH_SECONDS
