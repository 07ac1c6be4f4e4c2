"""What would make a start fail half-way is found before anything starts."""

import socket
from collections.abc import Iterable, Iterator

from home_model.config import Home
from up import accounts, bluetooth, matter
from up.part import Part
from up.settings import Settings


def problems(settings: Settings, home: Home, parts: Iterable[Part]) -> list[str]:
    """Every reason not to start, each with the way out."""
    return [
        *accounts.problems(settings, home),
        *bluetooth.problems(settings),
        *matter.problems(settings),
        *_taken_ports(parts),
    ]


def _taken_ports(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        for setting, port in part.ports.items():
            if not _is_free(port):
                yield (
                    f"{part.name}: port {port} is in use; choose another with {setting}, "
                    f"for example: make up {setting}={port + 1000}"
                )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
