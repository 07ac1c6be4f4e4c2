"""How the cloud authenticates requests.

Source: SwitchBotAPI README @0214825. The prose asks for an upper-cased signature; its Python
samples and SeraphicCorp/py-switchbot-api send mixed case and work, so case does not count.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

CLOCK_TOLERANCE_SECONDS = 300.0
T_DIGITS = re.compile(r"[0-9]{13}")


@dataclass(frozen=True, slots=True)
class Account:
    """The open token and client secret of the one account."""

    token: str
    secret: str


def signature(account: Account, t: str, nonce: str) -> str:
    """Base64 of the HMAC-SHA256 of token, t (Unix milliseconds, as text) and nonce."""
    message = f"{account.token}{t}{nonce}".encode()
    return base64.b64encode(hmac.digest(account.secret.encode(), message, hashlib.sha256)).decode()


def is_genuine(headers: Mapping[str, str], account: Account, now_unix_seconds: float) -> bool:
    """Whether a request carries the token, a fitting signature and a fresh time.

    The nonce may be empty: mizucopo/switchbot-exporter sends it so and is served.
    """
    t, nonce = headers.get("t", ""), headers.get("nonce", "")
    if not T_DIGITS.fullmatch(t) or headers.get("Authorization") != account.token:
        return False
    expected = signature(account, t, nonce).upper().encode()
    fits = hmac.compare_digest(headers.get("sign", "").upper().encode(), expected)
    return fits and abs(int(t) / 1000 - now_unix_seconds) <= CLOCK_TOLERANCE_SECONDS
