"""From HTTP answers to bodies and errors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from switchbot_exporter.cloud.envelope import parse_envelope
from switchbot_exporter.cloud.errors import (
    AccountRefusedError,
    DailyLimitReachedError,
    TooManyRequestsError,
)


def envelope(code: object, message: str = "success", body: object = None) -> bytes:
    return json.dumps({"statusCode": code, "message": message, "body": body or {}}).encode()


def error_of(status: int, content: bytes, retry_after_seconds: float | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_envelope(status, content, retry_after_seconds)
    return caught.value


def test_success_gives_the_body() -> None:
    """HTTP 200 and 100 together are success, also when the body is empty (issue #89)."""
    assert parse_envelope(200, envelope(100, body={"weight": 1.5})) == {"weight": 1.5}
    assert parse_envelope(200, envelope(100)) == {}


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, envelope(151), RejectedError),
        (200, envelope(152), RejectedError),
        (200, envelope(160), RejectedError),
        (200, envelope(161), UnreachableError),
        (200, envelope(171, "Cannot get the status of device"), UnreachableError),
        (200, envelope(174), RejectedError),
        (200, envelope(190, "System error"), UnreachableError),
        (200, envelope(190, "Requests reached the daily limit"), DailyLimitReachedError),
        (200, envelope(190, "Too many Request"), TooManyRequestsError),
        (200, envelope(190, "Too many Requests"), TooManyRequestsError),
        (200, envelope(999), UnreachableError),
        (200, envelope(True), BadPayloadError),  # noqa: FBT003 - a JSON value
        (200, envelope("100"), BadPayloadError),
        (200, b'{"statusCode": 100}', BadPayloadError),
        (200, b'{"statusCode": 100, "body": [1]}', BadPayloadError),
        (200, b"[]", BadPayloadError),
        (200, b"<html>", BadPayloadError),
        (200, b"\xff\xfe\x00", BadPayloadError),
        (200, b"[" * 100_000, BadPayloadError),
        (401, b'{"message":"Unauthorized"}', AccountRefusedError),
        (403, b"", AccountRefusedError),
        (429, b'{"message":"Too Many Requests"}', TooManyRequestsError),
        (302, b"", RejectedError),
        (404, b"", RejectedError),
        (415, b"", RejectedError),
        (422, b"", RejectedError),
        (500, b"", UnreachableError),
        (502, b"<html>", UnreachableError),
    ],
)
def test_each_failure_has_one_of_three_kinds(
    status: int, content: bytes, kind: type[SourceError]
) -> None:
    """Both the HTTP status and the envelope's code are examined (protocol: status matrix)."""
    assert type(error_of(status, content)) is kind


def test_a_refused_account_names_the_clock_as_a_cause() -> None:
    """A skewed clock spoils the signature and looks like a wrong token."""
    assert "clock" in error_of(401, b"").reason


@pytest.mark.parametrize(
    ("status", "content"),
    [(429, b""), (500, b""), (200, envelope(190, "Requests reached the daily limit"))],
)
def test_the_wait_the_cloud_asks_for_is_kept(status: int, content: bytes) -> None:
    """Retry-After stands beside bursts, faults and the quota."""
    assert error_of(status, content, 42.0).retry_after_seconds == 42.0


@given(st.text())
def test_no_text_of_the_cloud_enters_a_message(text: str) -> None:
    """The cloud could echo the token: its words are matched, never repeated."""
    for code in (152, 171, 999):
        silent = error_of(200, envelope(code, ""))
        assert error_of(200, envelope(code, text)).reason == silent.reason
