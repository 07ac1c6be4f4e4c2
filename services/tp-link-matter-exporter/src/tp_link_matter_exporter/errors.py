"""Why the connection to a Matter server ended, in plain words. Pure."""

from aiohttp import ClientError
from matter_server.client.exceptions import (
    CannotConnect,
    InvalidMessage,
    InvalidServerVersion,
    MatterClientException,
)

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError

# What the client lets through when the peer is another program.
MALFORMED_MESSAGE_ERRORS = (InvalidMessage, ValueError, LookupError, TypeError, AttributeError)


def connection_error(error: BaseException | None, url: str) -> SourceError:
    """Return the error of a connection that ended with this exception, or with none.

    Raises:
        BaseException: The exception itself, where it is a fault of this program.
    """
    if isinstance(error, CannotConnect):
        return UnreachableError(
            f"no Matter server at {url} ({error}): does it run, and is MATTER_SERVER_URL right?"
        )
    if isinstance(error, InvalidServerVersion):
        return RejectedError(f"{error}")
    if isinstance(error, MALFORMED_MESSAGE_ERRORS):
        return BadPayloadError(
            f"what answers at {url} is not a Matter server ({type(error).__name__}: {error})"
        )
    if error is None or isinstance(error, MatterClientException | ClientError | OSError):
        return UnreachableError(f"the Matter server at {url} ended the connection")
    raise error
