"""Runs first at every start: bring up Wi-Fi and the clock. Nothing here may stop the start."""

try:
    from board.app import connect, send_temperature_to_render
except Exception as error:  # a file is missing or damaged: the REPL must stay within reach
    print("failed: the firmware is incomplete:", repr(error))
else:
    connect()

__all__ = ["send_temperature_to_render"]
