"""The server's side of HTTP Digest authentication (RFC 7616, MD5, qop=auth)."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

REALM = "AiSEG2"
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


@dataclass
class Digest:
    """The login of one unit. Each challenge has a nonce of its own, good until `expire`.

    Attributes:
        user: The one user.
        password: Of this user.
        used_counts: The values of `nc` seen, by nonce: each is accepted once.
        old_nonces: Those that went stale.
    """

    user: str
    password: str
    used_counts: dict[str, set[str]] = field(default_factory=dict)
    old_nonces: set[str] = field(default_factory=set)

    def challenge(self, authorization: str) -> str:
        """Return the header that asks for a login; `stale`: only the nonce is too old."""
        stale = ', stale="true"' if parse(authorization).get("nonce") in self.old_nonces else ""
        self.used_counts[nonce := secrets.token_hex(8)] = set()
        return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{stale}'

    def accepts(self, method: str, uri: str, authorization: str) -> bool:
        """Return whether a request is logged in. `uri` is the full path with its query."""
        given = parse(authorization)
        used_counts = self.used_counts.get(given.get("nonce", ""))
        if used_counts is None or given.get("uri") != uri:
            return False
        if given.get("response") != self._response(method, uri, given):
            return False
        if (count := given.get("nc", "")) in used_counts:
            return False
        used_counts.add(count)
        return True

    def expire(self) -> None:
        """Let all nonces go stale."""
        self.old_nonces.update(self.used_counts)
        self.used_counts.clear()

    def _response(self, method: str, uri: str, given: dict[str, str]) -> str:
        identity = _md5(f"{self.user}:{REALM}:{self.password}")
        middle = ":".join(given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        return _md5(f"{identity}:{middle}:{_md5(f'{method}:{uri}')}")


def parse(authorization: str) -> dict[str, str]:
    """Return the parameters of an `Authorization: Digest` header."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
