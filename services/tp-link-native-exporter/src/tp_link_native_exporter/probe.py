"""Which protocols a plug answers, found out without logging in.

python-kasa hides why it failed behind a plain KasaException; these answers show it. Its HTTP client
is used here, too: a second one would cost the process 3 MiB.

Facts: handshake 1 answers 48 bytes on KLAP firmware and 403 on firmware with TPAP alone (Home
Assistant #157644); `/app` answers error code 1003 wherever AES is not supported.
"""

import asyncio
import json
import secrets
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Self

from kasa import DeviceConfig, KasaException
from kasa import TimeoutError as KasaTimeoutError
from kasa.httpclient import HttpClient
from kasa.transports.xortransport import XorEncryption
from yarl import URL

type Outcome = Literal["supported", "refused", "nonsense", "no_answer", "disconnected", "closed"]

HTTP_PORT = 80  # KLAP and AES
XOR_PORT = 9999  # Kasa firmware before KLAP
PROBE_SECONDS = 1.5
HTTP_SECONDS = 2
SEED_BYTES = 16
HANDSHAKE_BYTES = 48
AES_UNSUPPORTED = 1003
MAX_ANSWER_BYTES = 65_536
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
    if not await _accepts_connections(address):
        return "closed", "closed"
    client = HttpClient(DeviceConfig(address.host, timeout=HTTP_SECONDS))
    app = URL.build(scheme="http", host=address.host, port=address.http_port, path="/app")
    try:
        klap = await _probe_klap(client, app / "handshake1")
        if klap not in {"refused", "nonsense"}:
            return klap, "closed"
        return klap, await _probe_aes(client, app)
    finally:
        await client.close()


async def _accepts_connections(address: Address) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.http_port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _probe_klap(client: HttpClient, url: URL) -> Outcome:
    answer = await _post(client, url, secrets.token_bytes(SEED_BYTES))
    if isinstance(answer, str):
        return answer
    status, body = answer
    if status == HTTPStatus.FORBIDDEN:
        return "refused"
    is_handshake = status == HTTPStatus.OK and len(body) == HANDSHAKE_BYTES
    return "supported" if is_handshake else "nonsense"


async def _probe_aes(client: HttpClient, url: URL) -> Outcome:
    answer = await _post(client, url, b'{"method":"component_nego"}')
    if isinstance(answer, str):
        return answer
    try:
        code = json.loads(answer[1])["error_code"]
    except (ValueError, LookupError, TypeError):
        return "nonsense"
    return "refused" if code == AES_UNSUPPORTED else "supported"


async def _post(client: HttpClient, url: URL, body: bytes) -> Outcome | tuple[int, bytes]:
    try:
        status, answer = await client.post(url, data=body)
    except KasaTimeoutError:
        return "no_answer"
    except KasaException:
        return "disconnected"
    return status, answer if isinstance(answer, bytes) else b""


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
