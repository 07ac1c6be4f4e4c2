"""The failures of one request as the kit's errors, in words that a person can act on."""

import httpx

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from service_kit.unreachable import why_unreachable

WRONG_LOGIN = (
    "the AiSEG2 refused the login: AISEG2_USER is usually aiseg, AISEG2_PASSWORD is set on the unit"
)


def connection_error(error: httpx.HTTPError, address: str) -> UnreachableError:
    """Return the error of a request that got no complete answer."""
    why = why_unreachable(error) or str(error) or type(error).__name__
    return UnreachableError(
        f"the AiSEG2 at {address} could not be reached ({why}); "
        "are its address and the network right?"
    )


def too_slow_error(address: str, deadline_seconds: float) -> UnreachableError:
    """Return the error of a request that took too long."""
    return UnreachableError(
        f"the AiSEG2 at {address} gave no complete answer within {deadline_seconds:g} s; "
        "it is busy, starting or hanging"
    )


def too_long_error(address: str) -> BadPayloadError:
    """Return the error of an answer that is longer than any page."""
    return BadPayloadError(
        f"what answers at {address} sends more than any page of an AiSEG2: is the address right?"
    )


def status_error(answer: httpx.Response) -> SourceError | None:
    """Return the error of an answer's status, or None for success."""
    if answer.is_success:
        return None
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return RejectedError(WRONG_LOGIN)
    if answer.is_redirect:
        target = answer.headers.get("Location", "")
        return BadPayloadError(
            f"the AiSEG2 sent {answer.url.path} on to {target}: is this address an AiSEG2, and is "
            "nobody setting it up at its screen?"
        )
    if answer.is_server_error:
        return UnreachableError(
            f"the AiSEG2 answered HTTP {answer.status_code} to {answer.url.path}; "
            "it is starting or its state changed a moment ago"
        )
    return BadPayloadError(
        f"the AiSEG2 answered HTTP {answer.status_code} to {answer.url.path}: another model or "
        "firmware (read with MKN713, firmware 2.97I-01)"
    )
