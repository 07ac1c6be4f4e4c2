"""Runs after boot.py: measure, keep and send for ever."""

import time

RESET_PAUSE_SECONDS = 60  # in which the REPL can be reached

try:
    from board.app import run

    run()
except Exception as error:  # the last resort: what nothing else has caught
    import machine

    print("failed:", repr(error), "- reset in", RESET_PAUSE_SECONDS, "s")
    time.sleep(RESET_PAUSE_SECONDS)
    machine.reset()
