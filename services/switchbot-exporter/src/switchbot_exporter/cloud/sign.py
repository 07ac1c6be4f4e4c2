"""The request signature (SwitchBotAPI README, "Authentication").

The README's prose upper-cases the result and its Python sample does not; both work in the field.
"""

import base64
import hashlib
import hmac


def sign(token: str, secret: str, at_ms: int, nonce: str) -> str:
    """HMAC-SHA256 of token, time and nonce under the secret, in standard base64."""
    message = f"{token}{at_ms}{nonce}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def signed_headers(token: str, secret: str, at_ms: int, nonce: str) -> dict[str, str]:
    """The headers that every request carries. `at_ms` is Unix time in milliseconds."""
    return {
        "Authorization": token,
        "t": str(at_ms),
        "nonce": nonce,
        "sign": sign(token, secret, at_ms, nonce),
        "Content-Type": "application/json; charset=utf8",
    }
