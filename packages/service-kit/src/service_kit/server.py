"""Listening sockets, and the text for an address that cannot be used."""

import errno
import os
import socket

from service_kit.errors import CannotStartError

IN_USE = (errno.EADDRINUSE, errno.EACCES)


def cannot_listen(host: str, port: int, error: OSError, setting: str) -> CannotStartError:
    """Return the error for an address that cannot be listened on.

    Args:
        host: As configured.
        port: As configured.
        error: The operating system's.
        setting: The variable that holds the port, such as `LISTEN_PORT`.
    """
    if error.errno in IN_USE:
        why = "taken" if error.errno == errno.EADDRINUSE else "not permitted"
        return CannotStartError(f"{setting} {port} on {host} is {why}; choose another {setting}")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return CannotStartError(f"cannot listen on LISTEN_HOST {host}, {setting} {port}: {reason}")


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Return a listening socket, to be handed to a server.

    Raises:
        CannotStartError: The address is in use, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise cannot_listen(host, port, error, setting) from None
    # Connections inherit this. asyncio sets it only for sockets it made itself; without it a
    # client that delays its ACKs waits 40 ms for the body of every short response.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
