"""Requests at a steady rate, as many pages open at once send them."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Load:
    """What is requested.

    Attributes:
        paths: Requested in turn: one that is there twice is requested twice as often.
        clients: At most so many requests are under way.
        requests_per_second: Begun, however long the answers take.
        seconds: For how long.
    """

    paths: Sequence[str]
    clients: int
    requests_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """One request: its path, the status (0: none came) and how long the answer took."""

    path: str
    status: int
    seconds: float


def apply_load(base_url: str, load: Load) -> list[Answered]:
    """Send all requests and return their answers, in the order of the requests."""
    return asyncio.run(_apply(base_url, load))


async def _apply(base_url: str, load: Load) -> list[Answered]:
    limits = httpx.Limits(max_connections=load.clients)
    count = round(load.requests_per_second * load.seconds)
    async with httpx.AsyncClient(
        base_url=base_url, limits=limits, timeout=30, trust_env=False
    ) as client:
        begin = time.monotonic()
        requests = []
        for number, path in zip(range(count), itertools.cycle(load.paths), strict=False):
            await asyncio.sleep(begin + number / load.requests_per_second - time.monotonic())
            requests.append(asyncio.create_task(_request(client, path)))
        return await asyncio.gather(*requests)


async def _request(client: httpx.AsyncClient, path: str) -> Answered:
    begin = time.monotonic()
    try:
        status = (await client.get(path)).status_code
    except httpx.HTTPError:
        status = 0
    return Answered(path, status, time.monotonic() - begin)
