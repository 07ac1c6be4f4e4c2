"""KLAP's hashes and cipher, pure. Facts: `klaptransport.py` of python-kasa 0.12.

Kasa (IOT) firmware has version 1, Tapo (SMART) firmware version 2.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

type KlapVersion = Literal[1, 2]

SEED_BYTES = 16
SIGNATURE_BYTES = 32
BLOCK_BITS = 128


@dataclass(frozen=True, slots=True)
class Account:
    """The TP-Link cloud account that a plug was set up with. Case matters in both."""

    username: str
    password: str


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def auth_hash(account: Account, version: KlapVersion) -> bytes:
    """What both sides derive from the account: 16 bytes in version 1, 32 in version 2."""
    name, word = account.username.encode(), account.password.encode()
    if version == 1:
        joined = hashlib.md5(name).digest() + hashlib.md5(word).digest()  # noqa: S324 - the protocol's
        return hashlib.md5(joined).digest()  # noqa: S324
    return sha256(hashlib.sha1(name).digest(), hashlib.sha1(word).digest())  # noqa: S324


def server_hash(version: KlapVersion, local_seed: bytes, remote_seed: bytes, auth: bytes) -> bytes:
    """The plug's proof in handshake 1."""
    return sha256(local_seed, auth) if version == 1 else sha256(local_seed, remote_seed, auth)


def client_hash(version: KlapVersion, local_seed: bytes, remote_seed: bytes, auth: bytes) -> bytes:
    """The client's proof in handshake 2."""
    return sha256(remote_seed, auth) if version == 1 else sha256(remote_seed, local_seed, auth)


@dataclass(frozen=True, slots=True)
class KlapCipher:
    """The keys of one session. The sequence number is part of the IV and of the signature."""

    key: bytes
    iv_prefix: bytes
    signature_key: bytes
    first_sequence: int

    def encrypt(self, plain: bytes, sequence: int) -> bytes:
        """Return signature and ciphertext, as in a body."""
        padder = padding.PKCS7(BLOCK_BITS).padder()
        encryptor = self._cipher(sequence).encryptor()
        padded = padder.update(plain) + padder.finalize()
        ciphertext = encryptor.update(padded) + encryptor.finalize()
        return self._signature(sequence, ciphertext) + ciphertext

    def decrypt(self, body: bytes, sequence: int) -> bytes:
        """The plain text of a body.

        Raises:
            ValueError: The signature does not fit, or the padding is wrong.
        """
        signature, ciphertext = body[:SIGNATURE_BYTES], body[SIGNATURE_BYTES:]
        if signature != self._signature(sequence, ciphertext):
            message = "signature does not fit the body"
            raise ValueError(message)
        decryptor = self._cipher(sequence).decryptor()
        unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()

    def _cipher(self, sequence: int) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.iv_prefix + _signed(sequence)))

    def _signature(self, sequence: int, ciphertext: bytes) -> bytes:
        return sha256(self.signature_key, _signed(sequence), ciphertext)


def derive_cipher(local_seed: bytes, remote_seed: bytes, auth: bytes) -> KlapCipher:
    """The session's keys, which both sides derive alike."""
    seeds = local_seed + remote_seed + auth
    iv = sha256(b"iv", seeds)
    return KlapCipher(
        key=sha256(b"lsk", seeds)[:16],
        iv_prefix=iv[:12],
        signature_key=sha256(b"ldk", seeds)[:28],
        first_sequence=int.from_bytes(iv[-4:], "big", signed=True),
    )


def _signed(sequence: int) -> bytes:
    return sequence.to_bytes(4, "big", signed=True)
