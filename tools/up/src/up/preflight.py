"""What would make a start fail half-way is found before anything starts."""

import socket
import subprocess
from collections.abc import Iterable, Iterator

from up import bluetooth, matter
from up.process import Process
from up.settings import Settings


def problems(settings: Settings, processes: Iterable[Process]) -> list[str]:
    """Return every reason not to start, each with the way out."""
    processes = tuple(processes)
    return [
        *(() if settings.is_virtual else _refused(processes)),
        *bluetooth.problems(settings),
        *matter.problems(settings),
        *_taken_ports(processes),
    ]


def _refused(processes: Iterable[Process]) -> Iterator[str]:
    """Yield what the exporters themselves find wrong in their settings: a missing account."""
    for process in processes:
        if process.is_scraped:
            command = (*process.command, "--check")
            checked = subprocess.run(
                command, env=process.environment(), capture_output=True, text=True, check=False
            )
            if checked.returncode:
                yield from (f"{process.name}: {line}" for line in checked.stderr.splitlines())


def _taken_ports(processes: Iterable[Process]) -> Iterator[str]:
    for process in processes:
        for setting, port in process.ports.items():
            if not _is_free(port):
                yield (
                    f"{process.name}: port {port} is in use; choose another with {setting}, "
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
