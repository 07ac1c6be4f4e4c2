"""Request the unit's pages: one at a time, each within a deadline, rarer after failures.

Its small CPU serves a screen on the wall too. Two requests at once spoil the use of one Digest
nonce, and then each page costs two requests.
"""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import httpx

from aiseg2_exporter.errors import (
    connection_error,
    status_error,
    too_long_error,
    too_slow_error,
)
from aiseg2_exporter.parse import (
    Circuit,
    CircuitPage,
    CircuitPower,
    DayEnergy,
    Summary,
    parse_catalogue,
    parse_circuit_page,
    parse_day_energy,
    parse_summary,
)
from home_model.errors import BadPayloadError, SourceError, UnreachableError

SUMMARY_PATH = "/data/electricflow/111/update"
CIRCUITS_PATH = "/page/electricflow/1113"
CATALOGUE_PATH = "/page/setting/installation/734"
HOME_PATH = "/page/myhome/9"
CIRCUIT_DAY_PATH = "/page/graph/584"
USE, GENERATION, BOUGHT, SOLD = "52111", "51111", "53111", "54111"

MAX_CIRCUIT_PAGES = 20
NO_PAGE = CircuitPage((), clock=None, firmware="", has_next=False)
# The longest page has some 100 kB; what else has the address could fill the memory.
MAX_ANSWER_BYTES = 1 << 22
# As the one project does that noticed the lock.
SETTINGS_SECONDS = 2.0
FIRST_BACKOFF_SECONDS = 2.0
BACKOFF_FACTOR = 1.5
MAX_BACKOFF_SECONDS = 30.0
# Firmware of 2021 refused requests without one.
HEADERS = {"User-Agent": "aiseg2-exporter", "X-Requested-With": "XMLHttpRequest"}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the unit is and how to log in."""

    host: str
    user: str
    password: str = field(repr=False)
    use_https: bool = False
    deadline_seconds: float = 10.0

    @property
    def url(self) -> str:
        """Return the base URL; the unit itself has no HTTPS, a proxy before it may."""
        return f"{'https' if self.use_https else 'http'}://{self.host}"


@dataclass(frozen=True, slots=True)
class Circuits:
    """The pages of circuits, read one after another.

    Attributes:
        circuits: In the order of the pages: by watts, at the moment of each page.
        once: Those whose name no page before had: one that moved while the pages were read counts
            once.
        first_page: For what all pages have; the first that could be read.
        error: Why not all pages could be read.
    """

    circuits: tuple[CircuitPower, ...]
    first_page: CircuitPage
    error: SourceError | None = None
    once: tuple[CircuitPower, ...] = ()


class Client:
    """One unit. Every method raises `SourceError` where there is no good answer."""

    def __init__(
        self,
        connection: Connection,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._connection, self._monotonic, self._sleep = connection, monotonic, sleep
        self._auth: httpx.Auth = httpx.DigestAuth(connection.user, connection.password)
        self._one_at_a_time = asyncio.Lock()
        self._failures, self._not_before, self._last_failure = 0, 0.0, ""
        self._http = httpx.AsyncClient(
            base_url=connection.url,
            headers=HEADERS,
            limits=httpx.Limits(max_connections=1),
            timeout=connection.deadline_seconds,
            trust_env=False,
        )

    async def fetch_summary(self) -> Summary:
        """Return the power of the house."""
        return parse_summary(await self._post(SUMMARY_PATH, {"data": "{}"}))

    async def fetch_circuits(self) -> Circuits:
        """Return the power of all circuits, of as many pages as there are.

        A page that makes no sense costs its own circuits only.
        """
        pages, errors, was_bad = list[CircuitPage](), list[SourceError](), False
        for number in range(1, MAX_CIRCUIT_PAGES + 1):
            page = await self._fetch_circuit_page(number)
            if isinstance(page, SourceError):
                errors.append(page)
                if was_bad or not isinstance(page, BadPayloadError):
                    break  # the unit has no such pages, or gives none now
                was_bad = True
                continue
            if pages and _names(page) == _names(pages[-1]):
                break  # beyond its last page the unit repeats it
            pages.append(page)
            was_bad = False
            if not page.has_next:
                break
        return _circuits_of(pages, next(iter(errors), None))

    async def _fetch_circuit_page(self, number: int) -> CircuitPage | SourceError:
        try:
            return parse_circuit_page(await self._get(CIRCUITS_PATH, {"id": str(number)}))
        except SourceError as error:
            # The summary came a moment ago: other pages may come, too.
            self._not_before = 0.0
            return error

    async def fetch_day(self, graph: str, day: date | None = None) -> DayEnergy:
        """Return the energy of today or another day; `graph` is USE, GENERATION, BOUGHT or SOLD."""
        params = {} if day is None else _data(_day(day))
        return parse_day_energy(await self._get(f"/page/graph/{graph}", params))

    async def fetch_circuit_day(self, circuit_id: str, day: date | None = None) -> DayEnergy:
        """Return the energy of a circuit, today or on another day."""
        chosen: dict[str, object] = {"circuitid": circuit_id}
        if day is not None:
            chosen |= _day(day) | {"term": f"{day:%Y/%m/%d}", "termStr": "day", "id": "1"}
        return parse_day_energy(await self._get(CIRCUIT_DAY_PATH, _data(chosen)))

    async def fetch_catalogue(self) -> tuple[Circuit, ...]:
        """Return the measured circuits, and leave the settings: they lock the owner's screen."""
        try:
            return parse_catalogue(await self._get(CATALOGUE_PATH, {}))
        finally:
            await self._sleep(SETTINGS_SECONDS)
            with suppress(SourceError):  # the settings are left by themselves, later
                await self._get(HOME_PATH, {})

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _get(self, path: str, params: Mapping[str, str]) -> bytes:
        return await self._request(self._http.build_request("GET", path, params=params))

    async def _post(self, path: str, form: Mapping[str, str]) -> bytes:
        return await self._request(self._http.build_request("POST", path, data=form))

    async def _request(self, request: httpx.Request) -> bytes:
        async with self._one_at_a_time:
            self._check_backoff()
            try:
                body = await self._send(request)
            except UnreachableError as error:
                self._last_failure = error.reason
                self._failures += 1
                self._not_before = self._monotonic() + self._backoff_seconds()
                raise
            self._failures = 0
            return body

    async def _send(self, request: httpx.Request) -> bytes:
        host, deadline_seconds = self._connection.host, self._connection.deadline_seconds
        try:
            # httpx limits each step; the deadline is for all of them.
            async with asyncio.timeout(deadline_seconds):
                answer, body = await self._answer(request)
                if self._should_use_basic(answer):
                    answer, body = await self._answer(request)
        except (TimeoutError, httpx.TimeoutException):
            raise too_slow_error(host, deadline_seconds) from None
        except httpx.HTTPError as error:
            raise connection_error(error, host) from None
        if error := status_error(answer):
            raise error
        return body

    async def _answer(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        answer = await self._http.send(request, auth=self._auth, stream=True)
        try:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise too_long_error(self._connection.host)
            return answer, bytes(body)
        finally:
            await answer.aclose()

    def _should_use_basic(self, answer: httpx.Response) -> bool:
        """Take the scheme from the challenge: an older AiSEG asks for Basic."""
        challenge = answer.headers.get("WWW-Authenticate", "").lower()
        refused = answer.status_code == httpx.codes.UNAUTHORIZED
        if not refused or "basic" not in challenge or "digest" in challenge:
            return False
        if isinstance(self._auth, httpx.BasicAuth):
            return False
        self._auth = httpx.BasicAuth(self._connection.user, self._connection.password)
        return True

    def _backoff_seconds(self) -> float:
        seconds = FIRST_BACKOFF_SECONDS * BACKOFF_FACTOR ** min(self._failures - 1, 20)
        return min(seconds, MAX_BACKOFF_SECONDS)

    def _check_backoff(self) -> None:
        wait_seconds = self._not_before - self._monotonic()
        if wait_seconds > 0:
            raise UnreachableError(self._last_failure, retry_after_seconds=wait_seconds)


def _circuits_of(pages: Sequence[CircuitPage], error: SourceError | None) -> Circuits:
    circuits, once, seen = list[CircuitPower](), list[CircuitPower](), set[str]()
    for page in pages:
        circuits += page.circuits
        once += [circuit for circuit in page.circuits if circuit.name not in seen]
        seen.update(_names(page))
    return Circuits(tuple(circuits), next(iter(pages), NO_PAGE), error, tuple(once))


def _names(page: CircuitPage) -> list[str]:
    return [circuit.name for circuit in page.circuits]


def _day(day: date) -> dict[str, object]:
    return {"day": [day.year, day.month, day.day], "month_compare": "mon", "day_compare": "day"}


def _data(chosen: Mapping[str, object]) -> dict[str, str]:
    text = json.dumps(chosen, separators=(",", ":"))
    return {"data": base64.b64encode(text.encode()).decode()}
