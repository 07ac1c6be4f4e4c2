"""The network itself; started by `matter_network.network`, inside namespaces of its own."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

from matter_network.commissioning import COMMISSIONED, commission, until_server_answers
from matter_network.control import Control, serve_control
from matter_network.missing import ROOT
from matter_network.own_root import enter_own_root
from matter_network.plugs import Plug
from matter_network.programs import INTERFACE, SERVER_PORT, PlugProgram, ServerProgram
from matter_network.tcp_relay import relay_tcp


async def run(folder: Path, plugs: list[Plug], websocket_fd: int, control_fd: int) -> None:
    """Start everything, commission what is new, and wait to be killed."""
    server = ServerProgram(folder)
    programs = {p.serial: PlugProgram(p, number, folder) for number, p in enumerate(plugs)}
    control = Control(server, programs)
    serving = asyncio.create_task(serve_control(control, control_fd))
    await asyncio.gather(server.start(), *(program.start() for program in programs.values()))
    await until_server_answers()
    for program in programs.values():
        await _take_in(program, folder)
    await relay_tcp(socket.socket(fileno=websocket_fd), SERVER_PORT)
    control.ready = True
    await serving


async def _take_in(program: PlugProgram, folder: Path) -> None:
    mark = folder / f"{program.plug.serial}.{COMMISSIONED}"
    if not mark.exists():
        await commission(program.code)
        mark.touch()


def make_network() -> None:
    """A veth pair, both ends here: Matter multicasts, which `lo` cannot."""
    for words in (
        "link set lo up",
        f"link add {INTERFACE} type veth peer name {INTERFACE}peer",
        f"link set {INTERFACE} up",
        f"link set {INTERFACE}peer up",
    ):
        command = ["ip", *words.split()]
        subprocess.run(command, check=True)


def main() -> None:
    """Take over the sockets and the orders of the command line."""
    folder, websocket_fd, control_fd, plugs = sys.argv[1:]
    make_network()
    enter_own_root(Path(folder), [ROOT, Path(sys.base_prefix)])
    plugs_of_network = [Plug(**plug) for plug in json.loads(plugs)]
    asyncio.run(run(Path(folder), plugs_of_network, int(websocket_fd), int(control_fd)))


if __name__ == "__main__":
    main()
