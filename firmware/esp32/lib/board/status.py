"""What a person at the board sees: the blue LED, and lines on the UART (the REPL's)."""

import time

SENT, KEPT, FAILED = "sent", "kept", "failed"
BLINKS = {SENT: 1, KEPT: 2, FAILED: 3}
BLINK_MS = 100


class Status:
    """The LED, which may be missing, and the lines."""

    def __init__(self, led):
        self._led = led

    def show(self, outcome: str, text: str) -> None:
        """Print one line and blink: once for sent, twice for kept, three times for failed."""
        print(f"{outcome}: {text}")
        for _ in range(BLINKS[outcome] if self._led else 0):
            self._led.value(1)
            time.sleep_ms(BLINK_MS)
            self._led.value(0)
            time.sleep_ms(BLINK_MS)
