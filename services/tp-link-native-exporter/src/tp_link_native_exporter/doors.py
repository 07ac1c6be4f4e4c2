"""Knock at a plug without logging in: which of its protocols answer, and how.

python-kasa hides why it failed behind a plain KasaException; these answers tell. Facts:
handshake 1 answers 48 bytes on KLAP firmware and 403 on firmware that speaks only TPAP
(Home Assistant #157644); `/app` answers error code 1003 wherever AES is not spoken.
"""

import asyncio
import json
import secrets
import struct
from dataclasses import dataclass
from typing import Literal

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerTimeoutError,
)
from kasa.transports.xortransport import XorEncryption

from tp_link_native_exporter.address import Address

type Door = Literal["speaks", "refuses", "nonsense", "silent", "cut", "closed"]

KNOCK_SECONDS = 1.5
SEED_BYTES = 16
PROOF_BYTES = 48
OK = 200
FORBIDDEN = 403
NO_AES = 1003
LONGEST_ANSWER_BYTES = 65_536
SYSINFO = '{"system":{"get_sysinfo":{}}}'


@dataclass(frozen=True, slots=True)
class Doors:
    """What came back from each protocol's door."""

    klap: Door
    aes: Door
    xor: Door

    @property
    def all(self) -> tuple[Door, Door, Door]:
        """KLAP, AES, XOR."""
        return self.klap, self.aes, self.xor


async def knock(address: Address) -> Doors:
    """Ask at the doors; takes a few `KNOCK_SECONDS` at most."""
    http, xor = await asyncio.gather(_knock_http(address), _knock_xor(address))
    return Doors(*http, xor)


async def _knock_http(address: Address) -> tuple[Door, Door]:
    """KLAP and AES, which share a port: one after the other, plugs have few sockets."""
    timeout = ClientTimeout(sock_connect=KNOCK_SECONDS, sock_read=KNOCK_SECONDS)
    base = f"http://{address.host}:{address.http_port}/app"
    async with ClientSession(timeout=timeout) as session:
        klap = await _knock_klap(session, f"{base}/handshake1")
        if klap not in {"refuses", "nonsense"}:
            return klap, "closed"
        return klap, await _knock_aes(session, base)


async def _knock_klap(session: ClientSession, url: str) -> Door:
    answer = await _post(session, url, secrets.token_bytes(SEED_BYTES))
    if isinstance(answer, str):
        return answer
    status, body = answer
    if status == FORBIDDEN:
        return "refuses"
    return "speaks" if status == OK and len(body) == PROOF_BYTES else "nonsense"


async def _knock_aes(session: ClientSession, url: str) -> Door:
    answer = await _post(session, url, b'{"method":"component_nego"}')
    if isinstance(answer, str):
        return answer
    try:
        code = json.loads(answer[1])["error_code"]
    except (ValueError, LookupError, TypeError):
        return "nonsense"
    return "refuses" if code == NO_AES else "speaks"


async def _post(session: ClientSession, url: str, body: bytes) -> Door | tuple[int, bytes]:
    try:
        async with session.post(url, data=body, allow_redirects=False) as response:
            return response.status, await _body(response)
    except ConnectionTimeoutError:
        return "closed"
    except ServerTimeoutError:
        return "silent"
    except ClientError as error:
        return "closed" if isinstance(error, OSError) else "cut"


async def _body(response: ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(LONGEST_ANSWER_BYTES):
        body += chunk
        if len(body) > LONGEST_ANSWER_BYTES:
            break
    return body


async def _knock_xor(address: Address) -> Door:
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            reader, writer = await asyncio.open_connection(address.host, address.xor_port)
    except (OSError, TimeoutError):
        return "closed"
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            writer.write(XorEncryption.encrypt(SYSINFO))
            (length,) = struct.unpack(">I", await reader.readexactly(4))
    except TimeoutError:
        return "silent"
    except (OSError, EOFError):
        return "cut"
    finally:
        writer.close()
    return "speaks" if length <= LONGEST_ANSWER_BYTES else "nonsense"
