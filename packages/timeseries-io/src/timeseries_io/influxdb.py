"""Write to InfluxDB 1.x (`/write`) and 2.x (`/api/v2/write`)."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from timeseries_io.answers import TIMEOUT_SECONDS, check_answer, open_client, unreachable_errors


class Target(Protocol):
    """Where points go."""

    @property
    def url(self) -> str:
        """Return the server's base URL."""
        ...

    @property
    def path(self) -> str:
        """Return the path that takes line protocol."""
        ...

    def params(self) -> Mapping[str, str]:
        """Return the query, precision in nanoseconds."""
        ...

    def auth(self) -> httpx.Auth | None:
        """Return the login; None without one."""
        ...


@dataclass(frozen=True, slots=True)
class InfluxDB1:
    """A database of an InfluxDB 1.x. Without a user name no login is sent."""

    url: str
    database: str
    username: str = ""
    password: str = field(default="", repr=False)
    retention_policy: str = ""
    path: str = "/write"

    def params(self) -> Mapping[str, str]:
        """Return database, precision and, if one is set, the retention policy."""
        policy = {"rp": self.retention_policy} if self.retention_policy else {}
        return {"db": self.database, "precision": "ns", **policy}

    def auth(self) -> httpx.Auth | None:
        """Return Basic authentication."""
        return httpx.BasicAuth(self.username, self.password) if self.username else None


@dataclass(frozen=True, slots=True)
class InfluxDB2:
    """A bucket of an InfluxDB 2.x."""

    url: str
    org: str
    bucket: str
    token: str = field(repr=False)
    path: str = "/api/v2/write"

    def params(self) -> Mapping[str, str]:
        """Return organisation, bucket and precision."""
        return {"org": self.org, "bucket": self.bucket, "precision": "ns"}

    def auth(self) -> httpx.Auth | None:
        """Return token authentication."""
        return _TokenAuth(self.token) if self.token else None


class _TokenAuth(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Token {self._token}"
        yield request


class InfluxWriter:
    """Write lines of line protocol to one target; the same line twice is stored once."""

    def __init__(self, target: Target, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._target = target
        self._http = open_client(target.url, timeout_seconds=timeout_seconds, auth=target.auth())

    def write(self, lines: Sequence[str]) -> None:
        """Write a batch.

        Raises:
            DatabaseUnreachableError: No answer, or an answer that calls for a later attempt.
            DatabaseRejectedError: Credentials, rights, names or the address are wrong.
            BadPointsError: Points were refused; others of the batch may be stored.
        """
        body = "\n".join(lines).encode()
        with unreachable_errors():
            answer = self._http.post(
                self._target.path,
                params=dict(self._target.params()),
                content=body,
                headers={"Content-Type": "text/plain; charset=utf-8"},
            )
        check_answer(answer)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
