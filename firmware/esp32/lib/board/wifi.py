"""Wi-Fi of the board: connected again whenever it is lost, never in a tight loop."""

try:
    import network
except ImportError:  # a port without Wi-Fi: its own system is connected
    network = None

import machine

MIN_PAUSE_SECONDS = 1
MAX_PAUSE_SECONDS = 300
# Without a link for so long after there was one, the driver is restarted with the chip.
RESET_SECONDS = 600
RADIO_OFF_MS = 1000
POLL_MS = 250


class Wifi:
    """The station interface."""

    def __init__(self, config: dict, up_ms, pause):
        self._config, self._up_ms, self._pause = config, up_ms, pause
        self._radio = network.WLAN(network.STA_IF) if network else None
        self._linked_ms = None
        self._next_ms, self._pause_seconds = 0, MIN_PAUSE_SECONDS

    def is_connected(self) -> bool:
        """Return whether there is a link."""
        if self._radio is not None and not self._radio.isconnected():
            return False
        self._linked_ms = self._up_ms()
        return True

    def connect(self) -> bool:
        """Return whether there is a link, after one attempt if one is due."""
        if self.is_connected():
            return True
        if not self._config["WIFI_SSID"] or self._up_ms() < self._next_ms:
            return False
        self._attempt()
        if self.is_connected():
            self._pause_seconds = MIN_PAUSE_SECONDS
            return True
        self._next_ms = self._up_ms() + self._pause_seconds * 1000
        self._pause_seconds = min(self._pause_seconds * 2, MAX_PAUSE_SECONDS)
        return False

    def reset_if_stuck(self) -> None:
        """Reset the chip when a link is long lost. The measurements are in the flash.

        Not when this start never had one: a reset would change nothing.
        """
        if self.is_connected() or self._linked_ms is None:
            return
        if self._up_ms() - self._linked_ms >= RESET_SECONDS * 1000:
            print(f"kept: no Wi-Fi for {RESET_SECONDS} s, reset")
            machine.reset()

    def gateway(self) -> str:
        """Return the router's address, which often has the time; empty without one."""
        try:
            return self._radio.ifconfig()[2] if self._radio else ""
        except (OSError, IndexError, AttributeError):
            return ""

    def _attempt(self) -> None:
        # connect() on a radio that is connecting raises "Wifi Internal Error": turn it off before.
        try:
            self._radio.disconnect()
        except OSError:
            pass
        try:
            self._radio.active(False)
            self._pause(RADIO_OFF_MS)
            self._radio.active(True)
            self._radio.connect(self._config["WIFI_SSID"], self._config["WIFI_PASSWORD"])
        except OSError as error:
            print(f"failed: Wi-Fi: {error!r}")
            return
        end = self._up_ms() + self._config["WIFI_TIMEOUT_SECONDS"] * 1000
        while not self._radio.isconnected() and self._up_ms() < end:
            self._pause(POLL_MS)
