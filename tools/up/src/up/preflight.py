"""What would make a start fail half-way is found before anything starts."""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from home_model.load import load_home
from home_model.problems import ConfigError
from up.parts import Part
from up.settings import Settings


def problems(settings: Settings, parts: Iterable[Part]) -> list[str]:
    """Every reason not to start, each with the way out."""
    return [*_home_file(settings.home_file), *_taken_ports(parts)]


def _home_file(path: Path) -> Iterator[str]:
    try:
        load_home(path)
    except ConfigError as error:
        yield from (str(problem) for problem in error.problems)


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
