"""Unix time of a chip that starts without: from NTP, or from the `Date` of an HTTP answer."""

import time

import machine

UNIX_YEAR = 1970
EPOCH_SECONDS = 0 if time.gmtime(0)[0] == UNIX_YEAR else 946_684_800  # 2000 on an ESP32
MIN_UNIX_SECONDS = 1_704_067_200  # 2024; before the first synchronisation a chip has 2000
MAX_UNIX_SECONDS = 4_102_444_800  # 2100
MAX_JUMP_SECONDS = 86_400
SYNC_INTERVAL_SECONDS = 6 * 3600
NTP_TRIES = 3
NTP_TIMEOUT_SECONDS = 2
MARCH = 3
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


class Clock:
    """Time since the start, which is always there, and Unix time once it is known.

    Attributes:
        offset_seconds: Unix time at the start; None before the first synchronisation.
    """

    def __init__(self, save_offset):
        self._save_offset = save_offset
        self._ticks, self._up_ms = time.ticks_ms(), 0
        self._synced_ms = None
        self.offset_seconds = None
        rtc = int(time.time()) + EPOCH_SECONDS  # survives a reset, not a power cut
        if _is_plausible(rtc):
            self.offset_seconds = rtc - self.up_seconds()
            save_offset(self.offset_seconds)

    def up_ms(self) -> int:
        """Return milliseconds since the start. `ticks_ms` wraps, so differences are summed."""
        ticks = time.ticks_ms()
        self._up_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._up_ms

    def up_seconds(self) -> int:
        """Return seconds since the start."""
        return self.up_ms() // 1000

    def unix_seconds(self):
        """Return Unix time; None before the first synchronisation."""
        return None if self.offset_seconds is None else self.offset_seconds + self.up_seconds()

    def needs_sync(self) -> bool:
        """Return whether the last synchronisation is missing or hours old."""
        if self._synced_ms is None:
            return True
        return self.up_ms() - self._synced_ms >= SYNC_INTERVAL_SECONDS * 1000

    def set_unix(self, unix_seconds: int) -> bool:
        """Take a time from outside, unless it cannot be true; return whether it was taken."""
        if not _is_plausible(unix_seconds):
            return False
        if (
            self._synced_ms is not None
            and abs(unix_seconds - self.unix_seconds()) > MAX_JUMP_SECONDS
        ):
            return False
        is_first = self.offset_seconds is None or self._synced_ms is None
        self._synced_ms = self.up_ms()
        self.offset_seconds = unix_seconds - self.up_seconds()
        if is_first:
            self._save_offset(self.offset_seconds)
        utc = time.gmtime(unix_seconds - EPOCH_SECONDS)
        machine.RTC().datetime(utc[:3] + (utc[6],) + utc[3:6] + (0,))
        return True

    def set_http_date(self, text: str) -> bool:
        """Take the time of a `Date` header when there is none from NTP."""
        if not self.needs_sync():
            return False
        try:
            return self.set_unix(parse_http_date(text))
        except (ValueError, IndexError):
            return False


def sync_ntp(clock: Clock, hosts, pause) -> bool:
    """Ask NTP servers in turn; return whether one gave a time that was taken.

    Args:
        clock: Gets the time.
        hosts: Names or addresses.
        pause: Called with milliseconds to wait; feeds the watchdog.
    """
    try:
        import ntptime
    except ImportError:
        return False
    ntptime.timeout = NTP_TIMEOUT_SECONDS
    # A board that has a time already must not miss measurements for a better one.
    for _ in range(NTP_TRIES if clock.offset_seconds is None else 1):
        for host in hosts:
            ntptime.host = host
            try:
                if clock.set_unix(ntptime.time() + EPOCH_SECONDS):
                    return True
            except Exception as error:  # OSError, OverflowError, whatever its parser meets
                print(f"no time from {host}: {error!r}")
            pause(1000)
    return False


def parse_http_date(text: str) -> int:
    """Return the Unix time of `Sat, 28 Nov 2026 14:35:59 GMT`.

    Raises:
        ValueError: It is not of this form.
    """
    _, day, month, year, time_of_day = text.split()[:5]
    hour, minute, second = (int(part) for part in time_of_day.split(":"))
    days = _days(int(year), MONTHS.index(month) // 3 + 1, int(day))
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def format_time(unix_seconds: int, utc_offset_minutes: int) -> str:
    """Return ISO 8601 with the offset, such as `2026-11-28T23:35:59+09:00`."""
    local = time.gmtime(unix_seconds - EPOCH_SECONDS + utc_offset_minutes * 60)
    year, month, day, hour, minute, second = local[:6]
    hours, minutes = divmod(abs(utc_offset_minutes), 60)
    sign = "-" if utc_offset_minutes < 0 else "+"
    date = f"{year:04d}-{month:02d}-{day:02d}"
    return f"{date}T{hour:02d}:{minute:02d}:{second:02d}{sign}{hours:02d}:{minutes:02d}"


def _is_plausible(unix_seconds: int) -> bool:
    return MIN_UNIX_SECONDS <= unix_seconds < MAX_UNIX_SECONDS


def _days(year: int, month: int, day: int) -> int:
    # Days since 1970 of a Gregorian date; the year begins in March, so that leap days come last.
    year, month = (year - 1, month + 9) if month < MARCH else (year, month - 3)
    days = 365 * year + year // 4 - year // 100 + year // 400
    return days + (153 * month + 2) // 5 + day - 1 - 719_468
