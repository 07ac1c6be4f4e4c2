"""AES securePassthrough over HTTP, of Tapo firmware before KLAP (P110(EU) 1.0.7).

Facts: `aestransport.py` of python-kasa 0.12, `tapo_protocol.rs` of tapo.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tapo_emulator.klap_cipher import BLOCK_BITS, Account
from tapo_emulator.plug import Fault, Plug
from tapo_emulator.sessions import COOKIE, Sessions
from tapo_emulator.smart import dispatch

type Json = dict[str, Any]

FORBIDDEN = 403
UNKNOWN_CREDENTIALS = 1003  # the answer of KLAP and TPAP firmware to AES
SESSION_TIMEOUT = 9999
LOGIN_FAILED = -1501
UNKNOWN_METHOD = -1002
PARAMS_ERROR = -1008


@dataclass(slots=True)
class AesSession:
    """The keys the plug made for one client, and its token after login."""

    key: bytes
    iv: bytes
    token: str = ""

    def encrypt(self, plain: bytes) -> str:
        """Base64 of the AES-128-CBC ciphertext."""
        padder = padding.PKCS7(BLOCK_BITS).padder()
        encryptor = self._cipher().encryptor()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, text: str) -> bytes:
        """The other way round.

        Raises:
            ValueError: Not Base64, or the padding is wrong.
        """
        decryptor = self._cipher().decryptor()
        unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
        padded = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.iv))


class PassthroughEndpoint:
    """The address `/app` itself."""

    def __init__(self, plug: Plug) -> None:
        self.insert(plug)

    def insert(self, plug: Plug) -> None:
        """Answer as another plug, without any session."""
        self.plug = plug
        self.sessions: Sessions[AesSession] = Sessions(
            plug.session_seconds, single=plug.single_session
        )

    async def app(self, request: web.Request) -> web.Response:
        """Handshake, then encrypted requests: the first of them is the login."""
        if self.plug.protocol != "aes" or self.plug.fault is Fault.TPAP_ONLY:
            return web.json_response({"error_code": UNKNOWN_CREDENTIALS})
        question = json.loads(await request.read())
        match question.get("method"):
            case "handshake":
                return self._handshake(question["params"])
            case "securePassthrough":
                return self._passthrough(request, question["params"])
            case _:
                # Any code but 1003 means that AES is used here (tapo's `is_aes_supported`).
                return web.json_response({"error_code": UNKNOWN_METHOD})

    def _handshake(self, params: Json) -> web.Response:
        public_key = serialization.load_pem_public_key(params["key"].encode())
        if not isinstance(public_key, RSAPublicKey):
            return web.json_response({"error_code": PARAMS_ERROR})
        session = AesSession(secrets.token_bytes(16), secrets.token_bytes(16))
        cookie = self.sessions.open(session)
        sealed = public_key.encrypt(session.key + session.iv, PKCS1v15())
        return web.json_response(
            {"error_code": 0, "result": {"key": base64.b64encode(sealed).decode()}},
            headers={"Set-Cookie": f"{COOKIE}={cookie};TIMEOUT={self.plug.session_seconds}"},
        )

    def _passthrough(self, request: web.Request, params: Json) -> web.Response:
        if self.plug.fault is Fault.FORBIDDEN:
            return web.Response(status=FORBIDDEN)
        session = self.sessions.find(request.cookies.get(COOKIE))
        if session is None:
            return web.json_response({"error_code": SESSION_TIMEOUT})
        question = json.loads(session.decrypt(params["request"]))
        answer = self._answer(session, question, request.query.get("token", ""))
        sealed = session.encrypt(json.dumps(answer).encode())
        return web.json_response({"error_code": 0, "result": {"response": sealed}})

    def _answer(self, session: AesSession, question: Json, token: str) -> Json:
        if question.get("method") == "login_device":
            if not _login_fits(self.plug.account, question.get("params", {})):
                return {"error_code": LOGIN_FAILED}
            session.token = secrets.token_hex(16).upper()
            return {"error_code": 0, "result": {"token": session.token}}
        if not session.token or token != session.token:
            return {"error_code": SESSION_TIMEOUT}
        return dispatch.answer(self.plug, question)


def _login_fits(account: Account, params: Json) -> bool:
    username = _base64(_sha1_hex(account.username))
    if "password2" in params:
        fits = params["password2"] == _base64(_sha1_hex(account.password))
    else:
        fits = params.get("password") == _base64(account.password)
    return fits and params.get("username") == username


def _sha1_hex(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the protocol's


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
