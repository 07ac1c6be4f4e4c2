"""Runs the firmware through the steps that it reads; the last line is the result."""

import json
import sys
import time

import machine
import network
import ntptime

FIRMWARE = ("board", "boot", "main")


class Player:
    """The board at work, and what it took."""

    def __init__(self):
        self.taken = []
        self.resets = []
        self.is_reporting = False
        self.the = self.app = None

    def start(self):
        """Start as after a reset: nothing of the earlier start is in memory."""
        for name in list(sys.modules):
            if name.split(".")[0] in FIRMWARE:
                del sys.modules[name]
        import boot
        from board import app

        self.boot, self.app, self.the = boot, app, app.board()
        self.the.watchdog = machine.WDT(timeout=self.the.config["WATCHDOG_SECONDS"] * 1000)
        append, state = self.the.buffer.append, self.the.state

        def note(line):
            append(line)
            self.taken.append((state.boot, json.loads(line)["seq"]))
            if self.is_reporting:
                print("kept for the test:", *self.taken[-1])

        self.the.buffer.append = note

    def run(self, seconds):
        """Let the loop turn for a time; a reset of the chip starts it anew."""
        if self.the is None:
            self.start()
        end = time.elapsed_ms() + seconds * 1000
        while time.elapsed_ms() < end:
            try:
                self.the.cycle()
                self.the.pause(1000)
            except machine.Reset as error:
                self.resets.append(str(error))
                self.reboot(keeps_clock=True)

    def main(self, seconds):
        """Start as the chip does, boot.py and main.py, and press Ctrl-C after a time."""
        for name in list(sys.modules):
            if name.split(".")[0] in FIRMWARE:
                del sys.modules[name]
        time.power_on()
        time.alarm = (time.elapsed_ms() + seconds * 1000, KeyboardInterrupt())
        try:
            import boot  # noqa: F401 - as the chip does
            import main  # noqa: F401

            print("main.py ended")
        except (KeyboardInterrupt, machine.Reset) as error:
            print("ended:", repr(error))
        time.alarm = None

    def report(self):
        """Print each measurement as soon as it is kept."""
        self.is_reporting = True

    def rescue(self):
        """Hold the BOOT button."""
        machine.rescue_is_held = True

    def reboot(self, keeps_clock=False):
        """Cut the power, or only reset."""
        time.power_on(keeps_clock)
        self.start()

    def wifi(self, is_on):
        """Switch the access point."""
        network.access_point_is_on = is_on

    def ntp(self, is_there, error_seconds=0):
        """Let NTP servers answer or not, and be wrong."""
        ntptime.is_away = not is_there
        ntptime.error_seconds = error_seconds

    def clock(self):
        """Set the clock from outside, as NTP does while the service is away."""
        self.the.clock.set_unix(time.true_unix_seconds())

    def measure_and_send(self, times):
        """Measure and send at once, a minute apart."""
        if self.the is None:
            self.start()
        self.the.next_measurement_ms = 1 << 40
        for _ in range(times):
            self.the.measure()
            self.the.send()
            self.the.pause(60_000)

    def sensor(self, address, is_there):
        """Pull a sensor off the bus, or put it back."""
        (machine.absent.discard if is_there else machine.absent.add)(address)

    def write(self, path, text, mode="w"):
        """Change a file of the board."""
        with open(path, mode) as file:
            file.write(text)

    def temperature(self, celsius, recorded_at=None):
        """Call what boot.py offers."""
        if self.the is None:
            self.start()
        print("arrived:", self.boot.send_temperature_to_render(celsius, recorded_at))


player = Player()
for step in json.load(sys.stdin):
    getattr(player, step[0])(*step[1:])
print(
    json.dumps(
        {
            "taken": player.taken,
            "resets": player.resets,
            "events": machine.events,
            "watchdogs_ms": machine.watchdogs_ms,
            "kept": player.the.buffer.lines if player.the else None,
            "dropped": player.the.state.dropped if player.the else None,
            "refused": player.the.state.refused if player.the else None,
            "asked": ntptime.asked,
        }
    )
)
