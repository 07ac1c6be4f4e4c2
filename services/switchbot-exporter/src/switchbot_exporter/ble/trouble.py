"""What can be wrong with the radio, each in one line with the way out."""

import os
from collections.abc import Iterable, Sequence

from bleak.exc import BleakDBusError, BleakError
from dbus_fast import AuthError, InvalidAddressError

from home_model.errors import RejectedError, SourceError, UnreachableError

SEE = "see docs/bluetooth.md"


def of_bus(error: Exception, address: str) -> SourceError:
    """The system bus cannot be reached."""
    if isinstance(error, InvalidAddressError):
        return RejectedError(
            f"DBUS_SYSTEM_BUS_ADDRESS is '{address}' ({error}): "
            "write one like unix:path=/run/dbus/system_bus_socket"
        )
    if isinstance(error, AuthError | PermissionError):
        return RejectedError(
            f"D-Bus at {address} does not let user {os.getuid()} in ({error}): run as root, "
            f"or set BLEAK_DBUS_AUTH_UID to the host's user id; {SEE}"
        )
    if isinstance(error, BrokenPipeError | ConnectionResetError | EOFError):
        # dbus-daemon looks the user up on the host, and hangs up on one it does not find.
        user = os.getuid()
        return RejectedError(
            f"D-Bus at {address} hangs up on user {user}: make that user known on the host, "
            f"useradd --system --uid {user} ppms; {SEE}"
        )
    return UnreachableError(
        f"no D-Bus at {address} ({error}): mount the host's /run/dbus into the container, "
        f"or set DBUS_SYSTEM_BUS_ADDRESS; {SEE}"
    )


def bus_lost() -> SourceError:
    """The system bus ended while we used it."""
    return UnreachableError("the D-Bus connection was lost: systemctl status dbus on the host")


def of_reply(error_name: str | None, body: Sequence[object]) -> SourceError:
    """bluetoothd, or the bus in its place, refused a call."""
    name = (error_name or "").removeprefix("org.freedesktop.DBus.Error.")
    if name == "AccessDenied":
        return RejectedError(
            f"D-Bus forbids user {os.getuid()} to speak to bluetoothd: run as root, or allow the "
            f"user in the host's /etc/dbus-1/system.d/bluetooth.conf; {SEE}"
        )
    if name in {"ServiceUnknown", "NameHasNoOwner", "NoReply"}:
        return UnreachableError("bluetoothd does not run: systemctl start bluetooth on the host")
    if name in {"UnknownObject", "UnknownMethod"}:
        return UnreachableError("the Bluetooth adapter is gone: plug it in again")
    said = ": ".join(str(part) for part in (error_name, *body))
    return UnreachableError(f"bluetoothd refused: {said}")


def of_scanner(error: BleakError) -> SourceError:
    """Bleak could not start to scan."""
    if isinstance(error, BleakDBusError):
        if error.dbus_error == "org.bluez.Error.InProgress":
            return UnreachableError(
                "another program scans with this adapter: stop it, or set BLE_ADAPTER to another"
            )
        return of_reply(error.dbus_error, [error.dbus_error_details or ""])
    if "passive scanning" in str(error):
        return RejectedError(
            "passive scanning needs BlueZ 5.56 or later and bluetoothd --experimental: "
            "start it so, or set BLE_SCAN=active"
        )
    return UnreachableError(f"cannot scan: {error}")


def no_adapter() -> SourceError:
    """Bluetoothd runs and has nothing to drive."""
    return UnreachableError(
        f"the host has no Bluetooth adapter: plug one in, or pass it through to the VM; {SEE}"
    )


def adapter_missing(wanted: str, present: Iterable[str]) -> SourceError:
    """BLE_ADAPTER names one that is not there."""
    others = ", ".join(sorted(present)) or "none"
    return UnreachableError(f"there is no adapter {wanted} (BLE_ADAPTER); present: {others}")


def adapter_off(name: str) -> SourceError:
    """It is there and has no power."""
    return UnreachableError(
        f"adapter {name} is off: bluetoothctl power on (or rfkill unblock bluetooth) on the host"
    )


def hangs() -> SourceError:
    """Bluetoothd is there and says nothing."""
    return UnreachableError("bluetoothd does not answer: systemctl restart bluetooth on the host")


def mute(limit_seconds: float) -> SourceError:
    """The scanner runs and hears nothing at all."""
    return UnreachableError(
        f"no Bluetooth device was heard for {limit_seconds:g} s: scanning anew; if this goes on, "
        "move the adapter nearer or restart bluetooth on the host"
    )
