"""Why a plug gives nothing, in plain words with the remedy. Pure."""

from collections.abc import Sequence

from kasa import AuthenticationError, DeviceError
from kasa import TimeoutError as KasaTimeoutError

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from tp_link_native_exporter.probe import Address, ProbeResult

# What python-kasa lets through when an answer has another shape than it expects.
MALFORMED_ANSWER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, OverflowError)

NO_CREDENTIALS = (
    "the plug needs the TP-Link account it was set up with: set TP_LINK_USERNAME and "
    "TP_LINK_PASSWORD"
)
WRONG_CREDENTIALS = (
    "the plug refuses TP_LINK_USERNAME and TP_LINK_PASSWORD: both are case-sensitive, and must be "
    "of the TP-Link account it was set up with"
)
COMPATIBILITY_OFF = (
    "the plug's firmware supports only TPAP: in the Tapo app under Me > Third-Party Services "
    "switch Third-Party Compatibility on (if it is on: off, and on again)"
)
SESSION_TAKEN = (
    "the plug takes the password and then refuses every request (403): another program, such as "
    "Home Assistant, may hold its only session, or it needs to be unplugged for a moment"
)


def connection_error(
    address: Address, result: ProbeResult, attempts: Sequence[Exception]
) -> SourceError:
    """Return the cause, from the probe and from how each attempt to log in ended."""
    if "supported" in result.outcomes:
        return _login_error(address, attempts)
    if result.klap == "refused":
        return RejectedError(COMPATIBILITY_OFF)
    if "no_answer" in result.outcomes:
        return UnreachableError(
            f"{address} takes the connection and never answers: unplug it for a moment"
        )
    if "disconnected" in result.outcomes:
        return UnreachableError(f"{address} ends every connection half-way: is its Wi-Fi weak?")
    if "nonsense" in result.outcomes:
        return BadPayloadError(
            f"what answers at {address} is not a TP-Link plug: is the address right?"
        )
    return UnreachableError(
        f"nothing answers at {address}: has the plug power, Wi-Fi, and still this address?"
    )


def _login_error(address: Address, attempts: Sequence[Exception]) -> SourceError:
    others = [error for error in attempts if not isinstance(error, AuthenticationError)]
    if attempts and not others:
        return RejectedError(WRONG_CREDENTIALS)
    if any(_is_forbidden(error) for error in others):
        return UnreachableError(SESSION_TAKEN)
    if any(isinstance(error, KasaTimeoutError | TimeoutError) for error in others):
        return UnreachableError(f"{address} begins to answer and then stops")
    return BadPayloadError(f"the answers of {address} make no sense: {_in_short(others)}")


def _is_forbidden(error: Exception) -> bool:
    # python-kasa marks the 403 of a request in no other way: a device error without a code.
    return isinstance(error, DeviceError) and error.error_code is None


def _in_short(errors: Sequence[Exception]) -> str:
    return "; ".join(dict.fromkeys(f"{type(error).__name__}: {error}"[:120] for error in errors))
