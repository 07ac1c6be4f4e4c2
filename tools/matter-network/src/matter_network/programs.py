"""The server and the plugs as processes inside the namespace, which can die and come back."""

import asyncio
import json
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from matter_network.missing import PLUG_FOLDER, SERVER_LIBRARIES, SERVER_PYTHON
from matter_network.plugs import FIRST_DISCRIMINATOR, FIRST_PASSCODE, FIRST_PORT, Plug

INTERFACE = "matter0"
SERVER_PORT = 5580
LONGEST_LINE_BYTES = 1 << 20


class Program:
    """One process. `start` after `end` brings it back with all that it had stored."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self._log = log
        self._env = env
        self.process: Process | None = None

    async def start(self) -> None:
        """Start it, if it does not run."""
        if self.process is None:
            with self._log.open("ab") as log:
                self.process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=PIPE,
                    stdout=self._output(log.fileno()),
                    stderr=log,
                    limit=LONGEST_LINE_BYTES,
                    env=self._env,
                )

    async def end(self, signal: Signals = SIGTERM) -> None:
        """End it with this signal and wait."""
        if self.process is not None:
            self.process.send_signal(signal)
            await self.process.wait()
            self.process = None

    async def kill(self) -> None:
        """As pulling the plug: no goodbye."""
        await self.end(SIGKILL)

    def _output(self, log: int) -> int:
        return log


class ServerProgram(Program):
    """python-matter-server."""

    def __init__(self, folder: Path) -> None:
        self._roots = folder / "roots"
        self._roots.mkdir(exist_ok=True)
        arguments = {
            "--storage-path": folder / "server",
            "--paa-root-cert-dir": self._roots,
            "--ota-provider-dir": folder / "updates",
            "--primary-interface": INTERFACE,
            "--listen-address": "127.0.0.1",
            "--port": str(SERVER_PORT),
        }
        pairs = [part for pair in arguments.items() for part in pair]
        super().__init__(
            [SERVER_PYTHON, "-m", "matter_server.server", *pairs],
            folder / "server.log",
            # Where the system has no libnl of its own.
            {**os.environ, "LD_LIBRARY_PATH": str(SERVER_LIBRARIES)},
        )

    async def start(self) -> None:
        """Start with the virtual plugs' root of trust."""
        certificate = self._roots / "virtual.der"
        if not certificate.exists():
            node = await asyncio.create_subprocess_exec(
                "node", PLUG_FOLDER / "attestation_root.mjs", stdin=DEVNULL, stdout=PIPE
            )
            certificate.write_bytes((await node.communicate())[0])
        # Younger than a day, or the server looks for roots on the network and empties the folder.
        (self._roots / ".version").touch()
        await super().start()


class PlugProgram(Program):
    """A virtual plug; `code` is what commissions it."""

    def __init__(self, plug: Plug, number: int, folder: Path) -> None:
        self.plug = plug
        self.code = ""
        more = {
            "storage": str(folder / plug.serial),
            "networkInterface": INTERFACE,
            "port": FIRST_PORT + number,
            "discriminator": FIRST_DISCRIMINATOR + number,
            "passcode": FIRST_PASSCODE + number,
        }
        settings = json.dumps(asdict(plug) | more)
        super().__init__(
            ["node", PLUG_FOLDER / "plug.mjs", settings], folder / f"plug-{plug.serial}.log"
        )

    async def start(self) -> None:
        """Start and wait until it can be reached."""
        if self.process is None:
            await super().start()
            self.code = (await self._line())["code"]

    async def set(self, values: dict[str, int | str | bool | None]) -> None:
        """Let it measure something else, or have another name.

        Raises:
            ValueError: It does not run, or refuses the values.
        """
        if self.process is None or self.process.stdin is None:
            message = f"plug {self.plug.serial} does not run"
            raise ValueError(message)
        self.process.stdin.write(json.dumps(values).encode() + b"\n")
        answer = await self._line()
        if "refused" in answer:
            raise ValueError(answer["refused"])

    async def _line(self) -> dict[str, str]:
        while self.process and self.process.stdout:
            line = await self.process.stdout.readline()
            if line.startswith(b"{"):
                return json.loads(line)
            if not line:
                break
            self._note(line)
        message = f"plug {self.plug.serial} ended: see {self._log}"
        raise ValueError(message)

    def _note(self, line: bytes) -> None:
        with self._log.open("ab") as log:
            os.write(log.fileno(), line)

    def _output(self, log: int) -> int:
        del log
        return PIPE
