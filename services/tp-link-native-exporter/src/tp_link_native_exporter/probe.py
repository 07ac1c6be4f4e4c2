"""Which protocols a plug answers, found out without logging in.

python-kasa hides why it failed behind a plain KasaException; these answers show it. Facts:
handshake 1 answers 48 bytes on KLAP firmware and 403 on firmware with TPAP alone (Home Assistant
#157644); `/app` answers error code 1003 wherever AES is not supported.
"""

import asyncio
import json
import secrets
import ssl
import struct
from dataclasses import dataclass
from typing import Literal, Self

import httpx
from kasa.transports.xortransport import XorEncryption

type Outcome = Literal["supported", "refused", "nonsense", "no_answer", "disconnected", "closed"]

HTTP_PORT = 80  # KLAP and AES
XOR_PORT = 9999  # Kasa firmware before KLAP
PROBE_SECONDS = 1.5
SEED_BYTES = 16
HANDSHAKE_BYTES = 48
AES_UNSUPPORTED = 1003
MAX_ANSWER_BYTES = 65_536
# Plugs have plain HTTP: to load certificates would take most of the probe.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SYSINFO = '{"system":{"get_sysinfo":{}}}'


@dataclass(frozen=True, slots=True)
class Address:
    """Network address of a plug in `devices.yaml`: `host` or `host:port`.

    A port is only given for plugs behind a port forwarding, and in tests.
    """

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split off a port. A text that has none, or an IPv6 address, is the host."""
        host, colon, port = text.rpartition(":")
        if colon and port.isdecimal() and ":" not in host:
            return cls(host, int(port))
        return cls(text)

    @property
    def http_port(self) -> int:
        """Port of KLAP and AES."""
        return self.port or HTTP_PORT

    @property
    def xor_port(self) -> int:
        """Port of Kasa firmware before KLAP."""
        return self.port or XOR_PORT

    def __str__(self) -> str:
        """Return the form of `devices.yaml`."""
        return self.host if self.port is None else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The outcome of each protocol."""

    klap: Outcome
    aes: Outcome
    xor: Outcome

    @property
    def outcomes(self) -> tuple[Outcome, Outcome, Outcome]:
        """KLAP, AES, XOR."""
        return self.klap, self.aes, self.xor


async def probe(address: Address) -> ProbeResult:
    """Try every protocol; takes a few `PROBE_SECONDS` at most."""
    (klap, aes), xor = await asyncio.gather(_probe_http(address), _probe_xor(address))
    return ProbeResult(klap, aes, xor)


async def _probe_http(address: Address) -> tuple[Outcome, Outcome]:
    """Probe KLAP and AES, which share a port: one after the other, plugs have few sockets."""
    base = f"http://{address.host}:{address.http_port}/app"
    async with httpx.AsyncClient(verify=NO_TLS, timeout=PROBE_SECONDS, trust_env=False) as client:
        klap = await _probe_klap(client, f"{base}/handshake1")
        if klap not in {"refused", "nonsense"}:
            return klap, "closed"
        return klap, await _probe_aes(client, base)


async def _probe_klap(client: httpx.AsyncClient, url: str) -> Outcome:
    answer = await _post(client, url, secrets.token_bytes(SEED_BYTES))
    if isinstance(answer, str):
        return answer
    status, body = answer
    if status == httpx.codes.FORBIDDEN:
        return "refused"
    is_handshake = status == httpx.codes.OK and len(body) == HANDSHAKE_BYTES
    return "supported" if is_handshake else "nonsense"


async def _probe_aes(client: httpx.AsyncClient, url: str) -> Outcome:
    answer = await _post(client, url, b'{"method":"component_nego"}')
    if isinstance(answer, str):
        return answer
    try:
        code = json.loads(answer[1])["error_code"]
    except (ValueError, LookupError, TypeError):
        return "nonsense"
    return "refused" if code == AES_UNSUPPORTED else "supported"


async def _post(client: httpx.AsyncClient, url: str, body: bytes) -> Outcome | tuple[int, bytes]:
    try:
        async with client.stream("POST", url, content=body) as response:
            return response.status_code, await _read_limited(response)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return "closed"
    except httpx.TimeoutException:
        return "no_answer"
    except httpx.HTTPError:
        return "disconnected"


async def _read_limited(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            break
    return body


async def _probe_xor(address: Address) -> Outcome:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            reader, writer = await asyncio.open_connection(address.host, address.xor_port)
    except (OSError, TimeoutError):
        return "closed"
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            writer.write(XorEncryption.encrypt(SYSINFO))
            (length,) = struct.unpack(">I", await reader.readexactly(4))
    except TimeoutError:
        return "no_answer"
    except (OSError, EOFError):
        return "disconnected"
    finally:
        writer.close()
    return "supported" if length <= MAX_ANSWER_BYTES else "nonsense"
