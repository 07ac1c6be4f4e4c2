"""Who is let in, by the notes of the API and of clients that work in the field."""

import pytest

from virtual_home.cloud.signature import Account, is_genuine, signature

ACCOUNT = Account("token", "secret")
NOW = 1_700_000_000.0
SIGN = "5Z4rSU2ZX0xJU6pn+C+vXd3lDzQkXX8iwCP4OLgST4I="
GOOD = {"Authorization": "token", "t": "1700000000000", "nonce": "nonce-1", "sign": SIGN}


def test_the_known_vector() -> None:
    """The vector was computed outside this project."""
    assert signature(ACCOUNT, "1700000000000", "nonce-1") == SIGN


@pytest.mark.parametrize("sign", [SIGN, SIGN.upper()])
def test_case_of_the_signature_does_not_count(sign: str) -> None:
    """The vendor's prose upper-cases, Home Assistant's library does not; both are served."""
    assert is_genuine(GOOD | {"sign": sign}, ACCOUNT, NOW)


def test_an_empty_nonce_is_accepted() -> None:
    """mizucopo/switchbot-exporter sends it so."""
    sign = signature(ACCOUNT, "1700000000000", "")
    assert is_genuine(GOOD | {"nonce": "", "sign": sign}, ACCOUNT, NOW)


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_clock_within_five_minutes_is_accepted(seconds: float) -> None:
    """Plausible clock error is tolerated."""
    assert is_genuine(GOOD, ACCOUNT, NOW + seconds)


@pytest.mark.parametrize(
    ("changed", "now"),
    [
        ({"Authorization": "Bearer token"}, NOW),
        ({"Authorization": "other"}, NOW),
        ({"sign": signature(Account("token", "wrong"), "1700000000000", "nonce-1")}, NOW),
        ({"sign": ""}, NOW),
        ({"sign": "日本"}, NOW),
        ({"nonce": "other"}, NOW),
        ({"t": "1700000000"}, NOW),
        ({"t": "soon"}, NOW),
        ({"t": "¹" * 13}, NOW),
        ({"t": "9" * 5000}, NOW),
        ({}, NOW + 301),
        ({}, NOW - 301),
    ],
)
def test_anything_else_is_refused(changed: dict[str, str], now: float) -> None:
    """Bearer prefix, foreign token, wrong secret, time in seconds, skewed clock."""
    assert not is_genuine(GOOD | changed, ACCOUNT, now)


def test_no_headers_at_all_are_refused() -> None:
    """A browser that wanders by."""
    assert not is_genuine({}, ACCOUNT, NOW)
