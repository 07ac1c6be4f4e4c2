"""The request signature."""

from switchbot_exporter.cloud.client import sign, signed_headers

VECTOR = "5Z4rSU2ZX0xJU6pn+C+vXd3lDzQkXX8iwCP4OLgST4I="


def test_the_signature_equals_the_known_vector() -> None:
    """Token, time and nonce in this order, keyed with the secret, in padded base64."""
    assert sign("token", "secret", 1_700_000_000_000, "nonce-1") == VECTOR


def test_a_request_carries_the_raw_token_and_milliseconds() -> None:
    """No `Bearer`, and 13 digits of time: anything else is HTTP 401."""
    headers = signed_headers("token", "secret", 1_700_000_000_000, "nonce-1")
    assert headers["Authorization"] == "token"
    assert (headers["t"], headers["nonce"], headers["sign"]) == (
        "1700000000000",
        "nonce-1",
        VECTOR,
    )
