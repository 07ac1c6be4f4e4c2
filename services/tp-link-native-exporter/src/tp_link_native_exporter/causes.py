"""Why a plug gives nothing, in words for a person, with the way out. Pure."""

from collections.abc import Sequence

from kasa import AuthenticationError, DeviceError
from kasa import TimeoutError as KasaTimeoutError

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from tp_link_native_exporter.address import Address
from tp_link_native_exporter.doors import Doors

NO_CREDENTIALS = (
    "the plug wants the TP-Link account it was set up with: set TPLINK_USERNAME and TPLINK_PASSWORD"
)
WRONG_CREDENTIALS = (
    "the plug refuses TPLINK_USERNAME and TPLINK_PASSWORD: both are case-sensitive, and must be of "
    "the TP-Link account it was set up with"
)
COMPATIBILITY_OFF = (
    "the plug's firmware speaks only TPAP: in the Tapo app under Me > Third-Party Services switch "
    "Third-Party Compatibility on (if it is on: off, and on again)"
)
SESSION_TAKEN = (
    "the plug takes the password and then refuses every request (403): another program, such as "
    "Home Assistant, may hold its only session, or it needs to be unplugged for a moment"
)


def cause_of(address: Address, doors: Doors, errors: Sequence[Exception]) -> SourceError:
    """The cause, from how the doors answered and how each attempt to log in ended."""
    if "speaks" in doors.all:
        return _after_speaking(address, errors)
    if doors.klap == "refuses":
        return RejectedError(COMPATIBILITY_OFF)
    if "silent" in doors.all:
        return UnreachableError(
            f"{address} takes the connection and never answers: unplug it for a moment"
        )
    if "cut" in doors.all:
        return UnreachableError(f"{address} ends every connection half-way: is its Wi-Fi weak?")
    if "nonsense" in doors.all:
        return BadPayloadError(
            f"what answers at {address} does not speak like a TP-Link plug: is the address right?"
        )
    return UnreachableError(
        f"nothing answers at {address}: has the plug power, Wi-Fi, and still this address?"
    )


def _after_speaking(address: Address, errors: Sequence[Exception]) -> SourceError:
    others = [error for error in errors if not isinstance(error, AuthenticationError)]
    if errors and not others:
        return RejectedError(WRONG_CREDENTIALS)
    if any(_is_forbidden(error) for error in others):
        return UnreachableError(SESSION_TAKEN)
    if any(isinstance(error, KasaTimeoutError | TimeoutError) for error in others):
        return UnreachableError(f"{address} begins to answer and then falls silent")
    return BadPayloadError(f"the answers of {address} make no sense: {_in_short(others)}")


def _is_forbidden(error: Exception) -> bool:
    # python-kasa marks the 403 of a request in no other way: a device error without a code.
    return isinstance(error, DeviceError) and error.error_code is None


def _in_short(errors: Sequence[Exception]) -> str:
    return "; ".join(dict.fromkeys(f"{type(error).__name__}: {error}"[:120] for error in errors))
