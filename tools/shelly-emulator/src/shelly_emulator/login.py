"""The server's side of HTTP Digest (RFC 7616, SHA-256, qop=auth), as two firmwares do it. Pure.

Firmware up to 1.7 issues a number as nonce and ignores `nc`. Firmware 2.0.0 keeps 32 nonces for all
clients, each for an hour and 30,000 uses; `nc` begins at 1 and rises; failed logins are counted
over ten minutes. Where none is free it answers 429, and the limits hold even for a request that
would only fetch a challenge.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol
from urllib.request import parse_http_list, parse_keqv_list

USER = "admin"
MAX_NONCES = 32
MAX_USES = 30_000
NONCE_LIFE = timedelta(hours=1)
NO_NONCE_FREE = timedelta(seconds=2)
MAX_FAILURES = 32
FAILURES_SPAN = timedelta(minutes=10)
NONCE_BYTES = 16  # of which base64 needs padding


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request is answered with, where the status is not OK.

    Attributes:
        challenge: The header `WWW-Authenticate`, of a 401.
    """

    status: HTTPStatus = HTTPStatus.OK
    challenge: str = ""
    message: str = ""


class Login(Protocol):
    """How one firmware checks the header `Authorization`."""

    def check(self, method: str, uri: str, authorization: str) -> Verdict:
        """Judge a request; `uri` is the path with its query."""
        ...

    def restart(self) -> None:
        """Lose everything that is only in memory."""
        ...


@dataclass
class OldLogin:
    """Firmware up to 1.7. `realm` is the device's id."""

    realm: str
    password: str
    now: Callable[[], datetime]
    challenges: int = 0
    _nonces: set[str] = field(default_factory=set)

    def check(self, method: str, uri: str, authorization: str) -> Verdict:
        """Judge a request."""
        given = parse_authorization(authorization)
        known = given.get("nonce") in self._nonces
        if known and is_right(given, method, uri, self.realm, self.password):
            return Verdict()
        self.challenges += 1
        nonce = str(int(self.now().timestamp()) + self.challenges)
        self._nonces.add(nonce)
        return challenged(self.realm, nonce)

    def restart(self) -> None:
        """Lose the nonces."""
        self._nonces.clear()


@dataclass
class _Nonce:
    issued: datetime
    uses: int = 0


@dataclass
class StrictLogin:
    """Firmware 2.0.0.

    Attributes:
        is_sticky: A nonce that is not one of its own is answered by 429, for ever.
        challenges: Nonces issued so far.
    """

    realm: str
    password: str
    now: Callable[[], datetime]
    is_sticky: bool = False
    challenges: int = 0
    nonces: dict[str, _Nonce] = field(default_factory=dict)
    failures: list[datetime] = field(default_factory=list)
    _no_challenge_before: datetime | None = None

    def check(self, method: str, uri: str, authorization: str) -> Verdict:
        """Judge a request."""
        self.failures = [at for at in self.failures if self.now() - at < FAILURES_SPAN]
        if len(self.failures) >= MAX_FAILURES:
            return too_many("Too many failed authentication attempts")
        given = parse_authorization(authorization)
        if not given:
            return self._challenge()
        nonce = self.nonces.get(given.get("nonce", ""))
        if nonce is None and self.is_sticky:
            return too_many("Unknown nonce")
        if nonce is None or self.now() - nonce.issued >= NONCE_LIFE or nonce.uses >= MAX_USES:
            self.nonces.pop(given.get("nonce", ""), None)
            return self._challenge(stale=True)
        return self._judge(nonce, given, method, uri)

    def _judge(self, nonce: _Nonce, given: dict[str, str], method: str, uri: str) -> Verdict:
        if not is_right(given, method, uri, self.realm, self.password):
            self.failures.append(self.now())
            return self._challenge()
        if not _is_next(given.get("nc", ""), nonce.uses):
            return self._challenge()
        nonce.uses = int(given["nc"], 16)
        return Verdict()

    def expire(self) -> None:
        """Let every nonce be too old."""
        for nonce in self.nonces.values():
            nonce.issued -= NONCE_LIFE

    def take_all(self) -> None:
        """Let other clients take all nonces."""
        while len(self.nonces) < MAX_NONCES:
            self._issue()

    def lose_nonces(self) -> None:
        """Forget every nonce, as a restart does."""
        self.nonces.clear()

    def restart(self) -> None:
        """Lose the nonces and the count of failures."""
        self.lose_nonces()
        self.failures.clear()

    def _challenge(self, *, stale: bool = False) -> Verdict:
        before = self._no_challenge_before
        if before is not None and self.now() < before:
            return too_many("No free nonce")
        if len(self.nonces) >= MAX_NONCES:
            self._no_challenge_before = self.now() + NO_NONCE_FREE
            # The oldest is free by then.
            del self.nonces[next(iter(self.nonces))]
            return too_many("No free nonce")
        self._no_challenge_before = None
        return challenged(self.realm, self._issue(), stale=stale)

    def _issue(self) -> str:
        nonce = base64.b64encode(secrets.token_bytes(NONCE_BYTES)).decode()
        self.nonces[nonce] = _Nonce(self.now())
        self.challenges += 1
        return nonce


def challenged(realm: str, nonce: str, *, stale: bool = False) -> Verdict:
    """Return a 401 with its challenge."""
    end = ", stale=true" if stale else ""
    header = f'Digest qop="auth", realm="{realm}", nonce="{nonce}", algorithm=SHA-256{end}'
    return Verdict(HTTPStatus.UNAUTHORIZED, header, "Unauthorized")


def too_many(message: str) -> Verdict:
    """Return a 429."""
    return Verdict(HTTPStatus.TOO_MANY_REQUESTS, message=message)


def parse_authorization(header: str) -> dict[str, str]:
    """Return the parameters of a header `Authorization: Digest`."""
    scheme, _, rest = header.partition(" ")
    return parse_keqv_list(parse_http_list(rest)) if scheme.lower() == "digest" else {}


def is_right(given: dict[str, str], method: str, uri: str, realm: str, password: str) -> bool:
    """Return whether the response is that of the user with this password, for this request."""
    identity = _sha256(f"{USER}:{realm}:{password}")
    middle = ":".join(given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    expected = _sha256(f"{identity}:{middle}:{_sha256(f'{method}:{uri}')}")
    named = given.get("username") == USER and given.get("uri") == uri
    return named and secrets.compare_digest(given.get("response", ""), expected)


def _is_next(count: str, uses: int) -> bool:
    try:
        number = int(count, 16)
    except ValueError:
        return False
    return number == 1 if uses == 0 else number > uses


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
