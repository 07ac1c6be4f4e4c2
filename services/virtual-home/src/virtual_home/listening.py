"""Listen at an address until told to end."""

import asyncio
import os
import signal

from aiohttp import web


class PortTakenError(Exception):
    """Somebody else listens there, or nobody may; says the way out."""

    def __init__(self, address: str, error: OSError, way_out: str) -> None:
        reason = os.strerror(error.errno or 0)
        super().__init__(f"cannot listen at {address} ({reason}); {way_out}")


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    """Begin to listen.

    Raises:
        PortTakenError: The message names the setting.
    """
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        address = f"{host}:{port}"
        raise PortTakenError(address, error, "set LISTEN_PORT to a free port") from error


async def told_to_end() -> None:
    """Wait for SIGTERM or Ctrl-C."""
    ended = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, ended.set)
    await ended.wait()
