"""Tokens of boards and readers: random, kept as digests, two valid at once for rotation."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from measurements.tables import TOKENS

PREFIX = "ppms"
ID_BYTES, SECRET_BYTES = 4, 32
MAX_VALID = 2


class TokenError(Exception):
    """A token cannot be made or revoked; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid token identifies.

    Attributes:
        token_id: Its public part.
        device_id: The board that it writes for; None for a reader.
    """

    token_id: str
    device_id: str | None


def create_token(connection: Connection, device_id: str | None, at: datetime) -> str:
    """Save the digest of a new token and return the token, which is shown this once.

    Args:
        connection: In a transaction.
        device_id: The board; None for a token that only reads.
        at: Now.

    Raises:
        TokenError: Two are valid already.
    """
    valid = [row for row in select_tokens(connection) if row.device_id == device_id]
    if len(valid) >= MAX_VALID:
        ids = " and ".join(row.id for row in valid)
        message = f"{MAX_VALID} tokens are valid already ({ids}); revoke one of them"
        raise TokenError(message)
    token_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    row = {"id": token_id, "device_id": device_id, "digest": _digest(secret), "created_at": at}
    connection.execute(insert(TOKENS), row)
    return f"{PREFIX}_{token_id}_{secret}"


def revoke_token(connection: Connection, token_id: str, at: datetime) -> None:
    """Make a token invalid.

    Raises:
        TokenError: No valid token has this id.
    """
    is_valid = (TOKENS.c.id == token_id) & TOKENS.c.revoked_at.is_(None)
    done = connection.execute(update(TOKENS).where(is_valid).values(revoked_at=at))
    if not done.rowcount:
        message = f"no valid token has the id {token_id}"
        raise TokenError(message)


def select_tokens(connection: Connection) -> Sequence[Row]:
    """Return the valid tokens, oldest first, without their secrets."""
    columns = (TOKENS.c.id, TOKENS.c.device_id, TOKENS.c.created_at)
    valid = select(*columns).where(TOKENS.c.revoked_at.is_(None))
    return connection.execute(valid.order_by(TOKENS.c.created_at, TOKENS.c.id)).all()


def identify(connection: Connection, token: str) -> Identity | None:
    """Return what a token identifies; None where it is not valid."""
    prefix, _, rest = token.partition("_")
    token_id, _, secret = rest.partition("_")
    query = select(TOKENS).where(TOKENS.c.id == token_id, TOKENS.c.revoked_at.is_(None))
    row = connection.execute(query).one_or_none()
    # Compared even where there is no such id, so that the time shows nothing of it.
    is_equal = hmac.compare_digest(_digest(secret), row.digest if row else _digest(""))
    return Identity(row.id, row.device_id) if row and is_equal and prefix == PREFIX else None


def _digest(secret: str) -> str:
    # Of 256 random bits: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()
