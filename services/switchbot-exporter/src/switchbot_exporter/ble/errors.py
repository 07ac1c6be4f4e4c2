"""Errors of the radio, each in one line with the remedy."""

import os
from collections.abc import Iterable, Sequence

from bleak.exc import BleakDBusError, BleakError
from dbus_fast import AuthError, InvalidAddressError

from home_model.errors import RejectedError, SourceError, UnreachableError

SEE = "see docs/bluetooth.md"


def bus_error(error: Exception, address: str) -> SourceError:
    """Return the error of a system bus that cannot be reached."""
    if isinstance(error, InvalidAddressError):
        return RejectedError(
            f"DBUS_SYSTEM_BUS_ADDRESS is '{address}' ({error}): "
            "write one like unix:path=/run/dbus/system_bus_socket"
        )
    if isinstance(error, AuthError | PermissionError):
        return RejectedError(
            f"D-Bus at {address} refuses user {os.getuid()} ({error}): run as root, "
            f"or set BLEAK_DBUS_AUTH_UID to the host's user id; {SEE}"
        )
    if isinstance(error, BrokenPipeError | ConnectionResetError | EOFError):
        # dbus-daemon looks the user up on the host, and closes the connection of an unknown one.
        user = os.getuid()
        return RejectedError(
            f"D-Bus at {address} closes the connection of user {user}: create it on the host, "
            f"useradd --system --uid {user} ppms; {SEE}"
        )
    return UnreachableError(
        f"no D-Bus at {address} ({error}): mount the host's /run/dbus into the container, "
        f"or set DBUS_SYSTEM_BUS_ADDRESS; {SEE}"
    )


def bus_lost() -> SourceError:
    """Return the error of a system bus that ended while in use."""
    return UnreachableError("the D-Bus connection was lost: systemctl status dbus on the host")


def reply_error(error_name: str | None, body: Sequence[object]) -> SourceError:
    """Return the error of a call that bluetoothd, or the bus in its place, refused."""
    name = (error_name or "").removeprefix("org.freedesktop.DBus.Error.")
    if name == "AccessDenied":
        return RejectedError(
            f"D-Bus forbids user {os.getuid()} to call bluetoothd: run as root, or allow the "
            f"user in the host's /etc/dbus-1/system.d/bluetooth.conf; {SEE}"
        )
    if name in {"ServiceUnknown", "NameHasNoOwner", "NoReply"}:
        return UnreachableError("bluetoothd does not run: systemctl start bluetooth on the host")
    if name in {"UnknownObject", "UnknownMethod"}:
        return UnreachableError("the Bluetooth adapter is gone: plug it in again")
    details = ": ".join(str(part) for part in (error_name, *body))
    return UnreachableError(f"bluetoothd refused: {details}")


def scanner_error(error: BleakError) -> SourceError:
    """Return the error of a scan that could not start."""
    if isinstance(error, BleakDBusError):
        if error.dbus_error == "org.bluez.Error.InProgress":
            return UnreachableError(
                "another program scans with this adapter: stop it, or set BLE_ADAPTER to another"
            )
        return reply_error(error.dbus_error, [error.dbus_error_details or ""])
    if "passive scanning" in str(error):
        return RejectedError(
            "passive scanning needs BlueZ 5.56 or later and bluetoothd --experimental: "
            "start it so, or set BLE_SCAN=active"
        )
    return UnreachableError(f"cannot scan: {error}")


def no_adapter() -> SourceError:
    """Return the error of a bluetoothd without any adapter."""
    return UnreachableError(
        f"the host has no Bluetooth adapter: plug one in, or pass it through to the VM; {SEE}"
    )


def adapter_missing(wanted: str, present: Iterable[str]) -> SourceError:
    """Return the error of a BLE_ADAPTER that does not exist."""
    others = ", ".join(sorted(present)) or "none"
    return UnreachableError(f"there is no adapter {wanted} (BLE_ADAPTER); present: {others}")


def adapter_off(name: str) -> SourceError:
    """Return the error of an adapter without power."""
    return UnreachableError(
        f"adapter {name} is off: bluetoothctl power on (or rfkill unblock bluetooth) on the host"
    )


def no_answer() -> SourceError:
    """Return the error of a bluetoothd that hangs."""
    return UnreachableError("bluetoothd does not answer: systemctl restart bluetooth on the host")


def nothing_received(limit_seconds: float) -> SourceError:
    """Return the error of a scanner that receives nothing at all."""
    return UnreachableError(
        f"no Bluetooth device was received for {limit_seconds:g} s: starting a new scan; if this "
        "goes on, move the adapter nearer or restart bluetooth on the host"
    )
