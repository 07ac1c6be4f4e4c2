"""A board at work: one object with all its parts, and the loop."""

import gc
import time

import machine

from board import csv_files, sensors
from board.buffer import Buffer
from board.clock import Clock, format_time, sync_ntp
from board.config import load_config
from board.http import Exchange, Request, tls_opener
from board.measurement import add_time, format_line
from board.state import State
from board.status import FAILED, KEPT, SENT, Status
from board.uploader import Uploader
from board.wifi import Wifi

CONFIG_PATH = "config.json"
STARTUP_TRIES = 3
SLICE_MS = 1000
# Long enough for a copy over the REPL: a watchdog cannot be stopped, only made longer.
REPL_WATCHDOG_MS = 600_000


class Board:
    """All parts of one board."""

    def __init__(self):
        _warn_of_fat()
        self.config = load_config(CONFIG_PATH, print)
        self.state = State()
        print("board {}, start {}".format(self.config["DEVICE_ID"], self.state.boot))
        self.clock = Clock(self.state.save_offset)
        self.status = Status(_led(self.config["PIN_LED"]))
        self.watchdog = None
        self.wifi = Wifi(self.config, self.clock.up_ms, self.pause)
        self.buffer = Buffer(
            self.config["BUFFER_MAX_BYTES"], self.config["BATCH_MAX_LINES"], self._dropped
        )
        self._tls = tls_opener(self.config["CA_FILE"], self.config["TLS_VERIFY"])
        self.uploader = Uploader(self.config, self.buffer, self._tls, self)
        self.bus = sensors.open_bus(self.config)
        self.sensors = sensors.open_sensors(self.config) if self.bus else []
        self.next_measurement_ms = 0
        self._sequence = 0

    # What the uploader needs of the board.

    def up_ms(self) -> int:
        """Return milliseconds since the start."""
        return self.clock.up_ms()

    def feed(self) -> None:
        """Feed the watchdog, if it runs."""
        if self.watchdog is not None:
            self.watchdog.feed()

    def pause(self, milliseconds: int) -> None:
        """Wait, and feed the watchdog meanwhile."""
        while milliseconds > 0:
            self.feed()
            time.sleep_ms(min(milliseconds, SLICE_MS))
            milliseconds -= SLICE_MS
        self.feed()

    def headers(self):
        """Return what a request reports of the board besides measurements."""
        unix = self.clock.unix_seconds()
        time_now = "-" if unix is None else unix
        clock = f"{time_now} {self.clock.up_seconds()} {self.state.boot}"
        report = (
            ("kept", self.buffer.lines),
            ("dropped", self.state.dropped),
            ("refused", self.state.refused),
            ("failures", self.uploader.failures),
            ("reset_cause", machine.reset_cause()),
        )
        return [
            ("X-Board-Clock", clock),
            ("X-Board-Report", " ".join(f"{name}={value}" for name, value in report)),
        ]

    def complete(self, line: bytes) -> bytes:
        """Return a kept line with its time, as far as that is known now."""
        return add_time(line, self.state.offset, self._format)

    def answered(self, answer) -> None:
        """Take the clock of a server while there is no other."""
        self.clock.set_http_date(answer.headers.get("date", ""))

    def refused(self, count: int) -> None:
        """Count lines that were set aside."""
        self.state.refused += count
        self.state.save()

    def _dropped(self, count: int) -> None:
        self.state.dropped += count
        self.state.save()
        self.status.show(FAILED, f"the buffer is full, {count} of the oldest dropped")

    def _format(self, unix_seconds: int) -> str:
        return format_time(unix_seconds, self.config["UTC_OFFSET_MINUTES"])

    # What the loop does.

    def now(self):
        """Return the time as ISO 8601; None without a clock."""
        unix = self.clock.unix_seconds()
        return None if unix is None else self._format(unix)

    def measure(self) -> None:
        """Read every sensor and keep what they measured; nothing when none did."""
        values, errors = {}, {}
        for sensor in self.sensors:
            values.update(sensor.read(self.bus))
            errors[sensor.name] = sensor.errors
            self.feed()
        if not values:
            self.status.show(FAILED, "no sensor measured")
            return
        self.keep(self.now(), values, errors)
        if self.config["CSV"]:
            csv_files.append_csv(self.now(), values, self.config["CSV_MAX_BYTES"])

    def keep(self, recorded_at, values: dict, errors: dict) -> None:
        """Append one measurement to the buffer. Its number is used up even if that fails."""
        sequence = (self.state.boot, self._sequence, self.clock.up_seconds())
        self._sequence += 1
        line = format_line(self.config["DEVICE_ID"], recorded_at, sequence, values, errors)
        self.buffer.append(line)

    def is_measurement_due(self) -> bool:
        """Return whether it is time to measure."""
        return self.up_ms() >= self.next_measurement_ms

    def sync_clock(self) -> None:
        """Set the clock if that is due: from NTP, else from the server's `Date`."""
        if not self.clock.needs_sync() or not self.wifi.is_connected():
            return
        hosts = self.config["NTP_HOSTS"] + [self.wifi.gateway()]
        if not sync_ntp(self.clock, [host for host in hosts if host], self.pause):
            self._ask_server_for_date()
        print("clock:", self.now() or "not known yet")

    def _ask_server_for_date(self) -> None:
        url = self.config["RENDER_BASE_URL"].rstrip("/") + "/healthz"
        try:
            exchange = Exchange(self.config["POST_TIMEOUT_SECONDS"], self.feed)
            self.answered(exchange.run(Request("GET", url), self._tls))
        except Exception as error:  # the server is away: measurements wait without a time
            print(f"no time from the server: {error!r}")

    def send(self) -> str:
        """Send what waits; return the outcome, which LED and UART show."""
        if not self.wifi.connect():
            outcome, text = KEPT, f"{self.buffer.lines} waiting: no Wi-Fi"
        else:
            outcome, text = self.uploader.send_all(self.is_measurement_due)
        if text:
            self.status.show(outcome, text)
        gc.collect()
        return outcome

    def cycle(self) -> None:
        """Do what is due."""
        if self.is_measurement_due():
            # Measurements that were missed are not made up for.
            cadence_ms = self.config["CADENCE_SECONDS"] * 1000
            self.next_measurement_ms = (self.up_ms() // cadence_ms + 1) * cadence_ms
            self._guarded(self.measure)
        if self.up_ms() >= self.uploader.next_ms:
            self.uploader.plan_next()
            self._guarded(self.wifi.connect)
            self._guarded(self.sync_clock)
            self._guarded(self.send)
        self.wifi.reset_if_stuck()

    def _guarded(self, step) -> None:
        self.feed()
        try:
            step()
        except Exception as error:  # one failing step must not end the others
            self.status.show(FAILED, f"{step.__name__}: {error!r}")
            gc.collect()


_BOARD = []


def board() -> Board:
    """Return the one board, made at the first call."""
    if not _BOARD:
        _BOARD.append(Board())
    return _BOARD[0]


def connect() -> None:
    """Bring up Wi-Fi and the clock once; without them the board measures all the same."""
    if _BOARD:
        return
    try:
        _connect(board())
    except Exception as error:  # whatever it is, main.py must run
        print(f"failed: start: {error!r}")


def _connect(the: Board) -> None:
    for _ in range(STARTUP_TRIES):
        if the.wifi.connect():
            the.sync_clock()
            return
        the.pause(2000)
    print("kept: no Wi-Fi yet, the board measures without")


def send_temperature_to_render(temp_c, recorded_at=None) -> bool:
    """Keep a temperature and send what waits; return whether all of it arrived.

    Args:
        temp_c: In °C.
        recorded_at: ISO 8601 with an offset; by default now.
    """
    the = board()
    try:
        values = {"temperature_millicelsius": round(temp_c * 1000)}
        the.keep(recorded_at or the.now(), values, {})
        return the.send() == SENT
    except Exception as error:  # a value that is no number, a full flash: the caller goes on
        the.status.show(FAILED, f"a temperature: {error!r}")
        return False


def run() -> None:
    """Measure, keep and send for ever; end at once when the rescue pin is held low."""
    the = board()
    if _is_rescue(the.config["PIN_RESCUE"]):
        print("rescue: main.py ends, the REPL is free")
        return
    the.watchdog = machine.WDT(timeout=the.config["WATCHDOG_SECONDS"] * 1000)
    try:
        while True:
            the.cycle()
            the.pause(SLICE_MS)
    except KeyboardInterrupt:
        machine.WDT(timeout=REPL_WATCHDOG_MS)
        raise


def _warn_of_fat() -> None:
    try:
        import vfs

        types = [type(mounted).__name__ for mounted, _ in vfs.mount()]
    except (ImportError, TypeError):  # a MicroPython that does not list what is mounted
        return
    if "VfsFat" in types:
        print("failed: the flash is FAT, which power cuts destroy: format it as littlefs2")


def _led(pin: int):
    try:
        return machine.Pin(pin, machine.Pin.OUT)
    except Exception as error:  # no such pin: the UART remains
        print(f"failed: LED: {error!r}")
        return None


def _is_rescue(pin: int) -> bool:
    try:
        return machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP).value() == 0
    except Exception:
        return False
