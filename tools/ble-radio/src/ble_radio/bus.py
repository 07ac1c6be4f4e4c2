"""A private system bus and the mock bluetoothd on it, each a process of its own."""

import os
import socket
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from service_kit.waiting import poll_until
from testbed.process import DidNotStartError, stop

START_LIMIT_SECONDS = 30.0

type Policy = Literal["open", "bluez_forbidden"]

# As on a real system bus, except that anybody may own any name.
BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    {extra}
  </policy>
</busconfig>
"""
EXTRA: dict[Policy, str] = {
    "open": "",
    "bluez_forbidden": '<deny send_destination="org.bluez"/>',
}


@contextmanager
def system_bus(folder: Path, policy: Policy = "open") -> Generator[str]:
    """Run a dbus-daemon for the length of a `with` block; gives its address.

    Raises:
        DidNotStartError: Nobody listened at its socket in time.
    """
    # A socket's path has at most 99 bytes for dbus-daemon: hence the short name.
    path = folder / "bus"
    config = folder / "bus.conf"
    config.write_text(BUS_CONFIG.format(socket=path, extra=EXTRA[policy]), encoding="utf-8")
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"]
    process = _start(command, folder / "dbus-daemon.log", {})
    try:
        _wait_for(path, process, folder / "dbus-daemon.log")
        yield f"unix:path={path}"
    finally:
        stop(process)
        path.unlink(missing_ok=True)


def start_bluetoothd(address: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start the mock bluetoothd (dbusmock's `bluez5` template), still without an adapter.

    It needs a moment to own its name: `Radio.connect` waits for that. End it with
    `testbed.process.stop`, or kill it to see what a crash does.
    """
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": address}
    return _start(["bluetoothd-mock"], folder / "bluetoothd.log", environment)


@contextmanager
def bluetoothd(address: str, folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """Run the mock bluetoothd for the length of a `with` block."""
    process = start_bluetoothd(address, folder)
    try:
        yield process
    finally:
        stop(process)


def _start(
    command: Sequence[str], log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=output, env={**os.environ, **environment}
            )
        except FileNotFoundError:
            message = f"there is no {command[0]} on PATH: run scripts/setup-bluetooth-mock"
            raise DidNotStartError(message) from None


def _wait_for(path: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    if not poll_until(
        lambda: _accepts(path),
        START_LIMIT_SECONDS,
        interval_seconds=0.01,
        is_alive=lambda: process.poll() is None,
    ):
        raise DidNotStartError(log.read_text(errors="replace")[-2000:])


def _accepts(path: Path) -> bool:
    # Its file is there a moment before anybody listens.
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
