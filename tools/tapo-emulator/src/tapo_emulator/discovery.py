"""Discovery on UDP 20002 (TP-Link's "TDP"). Facts: `discover.py` of python-kasa 0.12."""

import asyncio
import binascii
import json
import struct
from typing import Any

from tapo_emulator.plug import Fault
from tapo_emulator.server import PlugServer

PORT = 20002
HEADER = struct.Struct(">BBHHBBII")  # version, type, operation, size, flags, -, serial, checksum
SERIAL_OFFSET = 8
CHECKSUM_SEED = 0x5A6B7C8D


class Discovery(asyncio.DatagramProtocol):
    """Answers a probe as the plug of one server.

    The port is the protocol's and cannot be chosen: give each plug a loopback address of its own.
    """

    def __init__(self, server: PlugServer) -> None:
        self.server = server
        self.transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self.server.address, PORT)
        )

    async def stop(self) -> None:
        """Listen no more."""
        if self.transport:
            self.transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a well-formed probe."""
        if self.transport and len(data) >= HEADER.size and self.server.plug.fault is not Fault.HANG:
            self.transport.sendto(answer_to(data, describe(self.server)), addr)


def answer_to(probe: bytes, result: dict[str, Any]) -> bytes:
    """The answer with the probe's serial number and a checksum over everything."""
    (serial,) = struct.unpack_from(">I", probe, SERIAL_OFFSET)
    body = json.dumps({"error_code": 0, "result": result}).encode()
    unsigned = HEADER.pack(2, 0, 2, len(body), 17, 0, serial, CHECKSUM_SEED) + body
    checksum = binascii.crc32(unsigned)
    return HEADER.pack(2, 0, 2, len(body), 17, 0, serial, checksum) + body


def describe(server: PlugServer) -> dict[str, Any]:
    """Return what a plug answers without a login: its identity and its protocol."""
    plug = server.plug
    scheme: dict[str, Any] = {
        "encrypt_type": _encrypt_type(server),
        "http_port": server.port,
        "is_support_https": False,
    }
    if plug.protocol == "klap_v2":
        scheme["lv"] = 2
    return {
        "device_id": plug.device_id[-32:],
        "device_model": f"{plug.model.name}({plug.model.region})",
        "device_type": plug.model.family,
        "factory_default": False,
        "ip": server.address,
        "is_support_iot_cloud": True,
        "mac": plug.mac,
        "mgt_encrypt_schm": scheme,
        "obd_src": "tplink",
        "owner": "0" * 32,
    }


def _encrypt_type(server: PlugServer) -> str:
    if server.plug.fault is Fault.TPAP_ONLY:
        return "TPAP"
    return "AES" if server.plug.protocol == "aes" else "KLAP"
