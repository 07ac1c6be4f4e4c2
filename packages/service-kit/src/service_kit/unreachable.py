"""Why a server cannot be reached, in words that a person can act on. Pure."""

import socket
import ssl
from collections.abc import Iterator

CLOCK = ("expired", "not yet valid")


def why_unreachable(error: BaseException) -> str | None:
    """Return why there is no connection, from what an HTTP client raised.

    Returns:
        None where neither the name, the certificate nor TLS is the reason.
    """
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return _certificate(each.verify_message or str(each))
        if isinstance(each, ssl.SSLError):
            reason = (each.reason or "").lower().replace("_", " ")
            return f"it does not answer by TLS ({reason or type(each).__name__})"
        if isinstance(each, socket.gaierror):
            return "its name cannot be resolved; are the name and this machine's DNS right?"
    return None


def _certificate(message: str) -> str:
    advice = "; is this machine's clock right?" if any(word in message for word in CLOCK) else ""
    return f"its certificate is refused: {message.rstrip('.')}{advice}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it; HTTP clients wrap the errors of sockets."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__
