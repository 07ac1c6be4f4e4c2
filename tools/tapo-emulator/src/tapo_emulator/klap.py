"""KLAP over HTTP: handshake 1, handshake 2, requests. Facts: `klaptransport.py` of python-kasa."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tapo_emulator import iot_answers
from tapo_emulator.klap_cipher import (
    SEED_BYTES,
    KlapCipher,
    KlapVersion,
    auth_hash,
    client_hash,
    derive_cipher,
    server_hash,
)
from tapo_emulator.plug import Fault, Plug
from tapo_emulator.sessions import COOKIE, Sessions
from tapo_emulator.smart import dispatch

HANDSHAKE_SECONDS = 60
FORBIDDEN = 403
NOT_FOUND = 404
BAD_REQUEST = 400


@dataclass(slots=True)
class KlapSession:
    """From handshake 1 on; `sequence` is the last one used once handshake 2 has passed."""

    proof: bytes
    cipher: KlapCipher
    sequence: int | None = None


class KlapEndpoint:
    """The three endpoints of KLAP below `/app`."""

    def __init__(self, plug: Plug) -> None:
        self.insert(plug)

    def insert(self, plug: Plug) -> None:
        """Answer as another plug, without any session."""
        self.plug = plug
        self.begun: Sessions[KlapSession] = Sessions(HANDSHAKE_SECONDS, single=False)
        self.sessions: Sessions[KlapSession] = Sessions(
            plug.session_seconds, single=plug.single_session
        )

    @property
    def version(self) -> KlapVersion:
        """The plug's own version; Tapo firmware has 2."""
        return 1 if self.plug.protocol == "klap_v1" else 2

    async def handshake1(self, request: web.Request) -> web.Response:
        """Exchange seeds; the plug proves that it has the account."""
        local_seed = await request.read()
        if self.plug.protocol == "aes":
            return web.Response(status=NOT_FOUND)
        if self.plug.fault is Fault.TPAP_ONLY:
            return web.Response(status=FORBIDDEN)
        if len(local_seed) != SEED_BYTES:
            return web.Response(status=BAD_REQUEST)
        remote_seed = secrets.token_bytes(SEED_BYTES)
        auth = auth_hash(self.plug.account, self.version)
        proof = client_hash(self.version, local_seed, remote_seed, auth)
        cookie = self.begun.open(KlapSession(proof, derive_cipher(local_seed, remote_seed, auth)))
        body = remote_seed + server_hash(self.version, local_seed, remote_seed, auth)
        # One header for two cookies, as the firmware writes it: browsers' rules do not apply.
        set_cookie = f"{COOKIE}={cookie};TIMEOUT={self.plug.session_seconds}"
        return web.Response(body=body, headers={"Set-Cookie": set_cookie})

    async def handshake2(self, request: web.Request) -> web.Response:
        """Check that the client has the account; other sessions may end by it."""
        cookie = request.cookies.get(COOKIE)
        session = self.begun.find(cookie)
        if cookie is None or session is None or await request.read() != session.proof:
            return web.Response(status=FORBIDDEN)
        session.sequence = session.cipher.first_sequence
        self.sessions.adopt(cookie, session)
        return web.Response()

    async def request(self, request: web.Request) -> web.Response:
        """One encrypted exchange. The sequence number must rise, the signature must fit."""
        session = self.sessions.find(request.cookies.get(COOKIE))
        body = await request.read()
        if session is None or self.plug.fault is Fault.FORBIDDEN:
            return web.Response(status=FORBIDDEN)
        try:
            sequence = int(request.query["seq"])
            question = json.loads(session.cipher.decrypt(body, sequence))
        except (KeyError, ValueError):
            return web.Response(status=FORBIDDEN)
        if session.sequence is None or sequence <= session.sequence:
            return web.Response(status=FORBIDDEN)
        session.sequence = sequence
        answer = json.dumps(self._answer(question)).encode()
        return web.Response(body=session.cipher.encrypt(answer, sequence))

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        is_iot = self.plug.model.family.startswith("IOT.")
        return (iot_answers if is_iot else dispatch).answer(self.plug, question)
