"""Why there is no connection to the broker, in words that a person can act on. Pure."""

import socket
import ssl

from home_model.errors import RejectedError, SourceError, UnreachableError

# Python 3.13 demands of a CA what `openssl req -x509` of OpenSSL 3.0 does not write by itself.
KEY_USAGE = (
    "the CA needs the extension keyUsage=critical,keyCertSign,cRLSign: make it again as "
    "docs/mqtt.md shows"
)
UNKNOWN_CA = "MQTT_CA_FILE has to name the certificate of the CA that signed it"
WRONG_NAME = "MQTT_HOST has to be a name or address that the certificate has"
NOT_TLS = "does this port expect TLS or not? MQTT_TLS is {tls}, MQTT_PORT {port}"
SAME_CLIENT_ID = (
    "the broker ends each connection at once: is another gateway connected with the same "
    "MQTT_CLIENT_ID?"
)
LOGIN_REASONS = ("Not authorized", "Bad user name or password")


def connection_error(error: Exception, host: str, port: int, *, tls: bool) -> SourceError:
    """Return the error of a connection that could not be opened."""
    where = f"the broker at {host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message or str(error)
        return RejectedError(f"the certificate of {where} is refused: {reason}; {_advice(reason)}")
    not_tls = NOT_TLS.format(tls=int(tls), port=port)
    if isinstance(error, TimeoutError | ssl.SSLError | ConnectionResetError):
        return UnreachableError(f"{where} gave no usable answer ({_text(error)}); {not_tls}")
    if isinstance(error, ConnectionRefusedError):
        return UnreachableError(f"nothing listens at {host}:{port}: does the broker run?")
    if isinstance(error, socket.gaierror):
        return UnreachableError(f"the name {host} (MQTT_HOST) cannot be resolved")
    return UnreachableError(f"{where} cannot be reached ({_text(error)})")


def refusal_error(reason: str, host: str, port: int) -> SourceError:
    """Return the error of a connection that the broker refused by its answer."""
    where = f"the broker at {host}:{port}"
    if reason in LOGIN_REASONS:
        return RejectedError(
            f"{where} refused the login ({reason}): are MQTT_USERNAME and MQTT_PASSWORD right?"
        )
    if reason == "Server unavailable":
        return UnreachableError(f"{where} is not available now")
    return RejectedError(f"{where} refused the connection: {reason}")


def _advice(reason: str) -> str:
    if "key usage" in reason:
        return KEY_USAGE
    return WRONG_NAME if "mismatch" in reason else UNKNOWN_CA


def _text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
