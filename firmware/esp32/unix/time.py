"""`time` as an ESP32 has it: its epoch is 2000, its ticks wrap, and it starts without a clock.

With BOARD_SIMULATED_TIME sleeping takes no time.
"""

import os

import utime

EPOCH_SECONDS = 946_684_800
TICKS_PERIOD = 1 << 30
# The unix port has floats; its milliseconds are integers and do not wrap in a lifetime.
_START_MS = utime.ticks_ms()
_TRUE_START_SECONDS = int(os.getenv("BOARD_UNIX_START") or utime.time())
IS_SIMULATED = bool(os.getenv("BOARD_SIMULATED_TIME"))

alarm = None  # elapsed milliseconds, and what is raised in the sleep that reaches them
_slept_ms = 0
_power_on_ms = 0  # when ticks_ms was 0
_wall = (0, 0)  # what RTC was set to, seconds since 2000, and when, in elapsed milliseconds


def elapsed_ms():
    """Return milliseconds since the process began: those that passed and those slept through."""
    return utime.ticks_ms() - _START_MS + _slept_ms


def true_unix_seconds():
    """Return the time that a clock outside has."""
    return _TRUE_START_SECONDS + elapsed_ms() // 1000


def power_on(keeps_clock=False):
    """Start the ticks at 0; the clock is lost unless it was only a reset."""
    global _power_on_ms, _wall
    _power_on_ms = elapsed_ms()
    if not keeps_clock:
        _wall = (0, _power_on_ms)


def set_wall(seconds_since_2000):
    """Set the clock, as RTC().datetime does."""
    global _wall
    _wall = (seconds_since_2000, elapsed_ms())


def time():
    return _wall[0] + (elapsed_ms() - _wall[1]) // 1000


def gmtime(seconds=None):
    return utime.gmtime((time() if seconds is None else seconds) + EPOCH_SECONDS)[:8]


localtime = gmtime


def ticks_ms():
    return (elapsed_ms() - _power_on_ms) % TICKS_PERIOD


def ticks_diff(end, start):
    return (end - start + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2


def ticks_add(ticks, delta):
    return (ticks + delta) % TICKS_PERIOD


def sleep_ms(milliseconds):
    global _slept_ms, alarm
    if alarm and elapsed_ms() + milliseconds >= alarm[0]:
        error, alarm = alarm[1], None
        raise error
    if IS_SIMULATED:
        _slept_ms += milliseconds
    else:
        utime.sleep_ms(milliseconds)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))
