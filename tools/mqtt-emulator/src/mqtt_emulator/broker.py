"""A mosquitto of our own on a loopback port."""

import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

from service_kit.errors import CannotStartError
from service_kit.waiting import poll_until

PLAIN = "allow_anonymous true\n"
START_SECONDS, STOP_SECONDS = 60.0, 10.0
WAY_OUT = "scripts/setup-servers mosquitto:mosquitto installs it"


@dataclass
class Mosquitto:
    """One broker. It can be killed and started again, with the same port and the same folder.

    Attributes:
        folder: Of its configuration, sessions and log.
        options: Lines of its configuration below the listener's.
    """

    folder: Path
    port: int
    options: str = PLAIN
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return the file of its log."""
        return self.folder / "mosquitto.log"

    def start(self) -> None:
        """Start it and wait until it listens.

        Raises:
            CannotStartError: It ended, or did not listen in time.
        """
        config = self.folder / "mosquitto.conf"
        config.write_text(
            # As root it would become another user, who may not read the folder.
            f"user {getuser()}\npersistence true\npersistence_location {self.folder}/\n"
            f"listener {self.port} 127.0.0.1\n{self.options}",
            encoding="utf-8",
        )
        with self.log.open("ab") as output:
            command = ("mosquitto", "-c", str(config), "-v")
            self.process = process = subprocess.Popen(command, stdout=output, stderr=output)
        if not poll_until(
            self._listens,
            START_SECONDS,
            interval_seconds=0.01,
            is_alive=lambda: process.poll() is None,
        ):
            message = f"mosquitto does not listen:\n{self.log.read_text('utf-8')[-1000:]}"
            raise CannotStartError(message)

    def stop(self) -> None:
        """End it by SIGTERM: it writes its sessions and retained messages first."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it by SIGKILL: what it has not written is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def is_installed() -> bool:
    """Return whether there is a mosquitto."""
    return shutil.which("mosquitto") is not None


@contextmanager
def mosquitto(folder: Path, port: int, options: str = PLAIN) -> Generator[Mosquitto]:
    """Run a broker for the length of a `with` block.

    Raises:
        CannotStartError: It does not listen.
    """
    broker = Mosquitto(folder, port, options)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
