"""Whose token a request has, and what it may do."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from measurements.services import Services, UsedServices
from measurements.tokens import Identity, identify, select_tokens
from service_kit.problems import ProblemError

# A board of the virtual home, which needs no token while there is none.
ANYONE = Identity("virtual-home", None)
BEARER = HTTPBearer(
    auto_error=False, description="A board's own token writes, one made with --read reads."
)


def _unauthorised(services: Services, detail: str) -> ProblemError:
    services.counters.unauthorised.inc()
    return ProblemError(
        401,
        "unauthorised",
        detail,
        what_to_do="Send Authorization: Bearer with a token that"
        " `python -m measurements token` has made.",
        authenticate="Bearer",
    )


def _identity(
    services: UsedServices,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Identity:
    token = bearer.credentials.strip() if bearer else ""
    with services.engine.connect() as connection:
        if services.settings.virtual_home and not select_tokens(connection):
            return ANYONE
        found = identify(connection, token)
    if not token:
        raise _unauthorised(services, "There is no token.")
    if found is None:
        raise _unauthorised(services, "The token is not valid.")
    if seconds := services.rates.take(found.token_id):
        raise ProblemError(
            429,
            "too-many-requests",
            f"More than {services.settings.max_requests_per_minute} requests in a minute.",
            what_to_do="Wait, and send more measurements in one request.",
            retry_after_seconds=round(seconds) + 1,
        )
    return found


UsedIdentity = Annotated[Identity, Depends(_identity)]


def _writer(identity: UsedIdentity) -> Identity:
    if identity.device_id is None and identity != ANYONE:
        raise ProblemError(
            403,
            "read-only",
            "This token only reads.",
            what_to_do="Make a token of the board: python -m measurements token add DEVICE.",
        )
    return identity


def _reader(identity: UsedIdentity) -> Identity:
    if identity.device_id is not None:
        raise ProblemError(
            403,
            "write-only",
            "The token of a board does not read.",
            what_to_do="Make one that reads: python -m measurements token add --read.",
        )
    return identity


Writer = Annotated[Identity, Depends(_writer)]
Reader = Annotated[Identity, Depends(_reader)]


def check_device(identity: Identity, device_id: str) -> None:
    """Check that a token may write for a board.

    Raises:
        ProblemError: It is another board's.
    """
    if identity.device_id not in {None, device_id}:
        raise ProblemError(
            403,
            "another-board",
            f"The token is that of {identity.device_id}, not of {device_id}.",
            what_to_do="Send each board's measurements with its own token.",
        )
