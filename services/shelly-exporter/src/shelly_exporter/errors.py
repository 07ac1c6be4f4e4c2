"""Why a device gives nothing, in plain words with the remedy."""

import httpx

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from service_kit.unreachable import why_unreachable

THROTTLED_SECONDS = 600.0
WRONG_PASSWORD_SECONDS = 3600.0

NO_LOGIN = "the device asks for a login: set SHELLY_PASSWORD"
REFUSED_LOGIN = (
    "the device refuses SHELLY_PASSWORD; since failed logins lock every client out, it is tried "
    "again only after an hour, a restart of the exporter or a change of its configuration"
)
THROTTLED = (
    "login throttled (429): the device takes no more logins, of any client; it is left alone for "
    "ten minutes. Firmware 2.0.0 does this when many programs log in"
)
PHASES_ARE_SUMMED = (
    "it counts import and export of each phase apart and adds them up, so that both are too large "
    "when one phase feeds back while another draws. If the utility's meter sets them off against "
    "each other (as in Japan's single-phase three-wire), configure `phases: netted`; to read each "
    "phase, set the device's profile to monophase"
)


def generation_1_error(model: str) -> RejectedError:
    """Return the error of a device of the first generation."""
    return RejectedError(
        f"{model} is a first-generation Shelly, with another protocol and other units; supported "
        "are Gen2 and later"
    )


def other_device_error(address: str, mac: str, expected: str) -> RejectedError:
    """Return the error of an address that another device has now."""
    return RejectedError(
        f"another device answers at {address}: {pairs(mac)}, not {pairs(expected)}; correct the "
        "address, or reserve it in the router"
    )


def pairs(mac: str) -> str:
    """Return a MAC in the usual form."""
    return ":".join(mac[i : i + 2] for i in range(0, len(mac), 2))


def connection_error(error: httpx.HTTPError, address: str) -> UnreachableError:
    """Return the error of a request that got no complete answer."""
    if why := why_unreachable(error):
        return UnreachableError(f"{address} cannot be reached: {why}")
    if isinstance(error, httpx.ConnectError):
        return UnreachableError(
            f"nothing answers at {address}: has the device power, Wi-Fi, and still this address?"
        )
    return UnreachableError(
        f"{address} ended its answer half-way ({type(error).__name__}): it restarts, or its Wi-Fi "
        "is weak"
    )


def too_slow_error(address: str, limit_seconds: float) -> UnreachableError:
    """Return the error of a request that took too long."""
    return UnreachableError(f"{address} gave no complete answer within {limit_seconds:g} s")


def not_a_shelly_error(address: str) -> BadPayloadError:
    """Return the error of something else."""
    return BadPayloadError(f"what answers at {address} is not a Shelly: is the address right?")


def status_error(status: int, address: str, message: str) -> SourceError:
    """Return the error of an answer that is not 200; `message` is the device's own."""
    text = f"{address} answers HTTP {status}{message and ': ' + message}"
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return UnreachableError(text)
    return BadPayloadError(text)
