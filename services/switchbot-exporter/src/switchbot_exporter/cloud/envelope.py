"""Parse an HTTP answer: its `body`, or the error it means. Pure.

Most failures come as HTTP 200, so both the HTTP status and the envelope's `statusCode` count.
No text of the server enters a message: it could repeat what was sent, secrets included.
"""

import json
from collections.abc import Mapping

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from switchbot_exporter.cloud.errors import (
    AccountRefusedError,
    DailyLimitReachedError,
    TooManyRequestsError,
)

SUCCESS = 100

# SwitchBotAPI README and, for 174, AdyRock/com.switchbot #31.
STATUS_CODES: dict[int, tuple[type[SourceError], str]] = {
    151: (RejectedError, "the cloud refuses the device type (151)"),
    152: (RejectedError, "the account has no device with this id (152)"),
    160: (RejectedError, "the device does not support this command (160)"),
    161: (UnreachableError, "the device is offline (161)"),
    171: (UnreachableError, "the hub is offline, or the plug is unplugged (171)"),
    174: (RejectedError, "the cloud service is switched off for this device in the app (174)"),
}

# Seen: "Requests reached the daily limit", "Too many Request(s)" (homebridge-switchbot #1108,
# SwitchBotAPI #162, #213). Any other 190 is an internal error or a bad parameter.
DAILY_LIMIT_WORDS = ("daily limit", "reached the limit", "quota")
BURST_WORDS = ("too many request",)

ACCOUNT_REFUSED = (
    "the cloud refuses token or signature (HTTP {status}): check SWITCHBOT_TOKEN and "
    "SWITCHBOT_SECRET, and this machine's clock, which must be right to minutes; "
    "a spent daily quota can look like this too"
)


def parse_envelope(
    status: int, content: bytes, retry_after_seconds: float | None = None
) -> Mapping[str, object]:
    """Return the `body` of a successful answer.

    Raises:
        AccountRefusedError: HTTP 401 or 403.
        TooManyRequestsError: HTTP 429, or 190 with such a message.
        DailyLimitReachedError: 190 with such a message.
        RejectedError: The cloud refuses this device or command.
        UnreachableError: Device or hub offline, or a passing fault of the cloud.
        BadPayloadError: Not the JSON that the API documents.
    """
    _check_http(status, retry_after_seconds)
    envelope = _json_object(content)
    code, message = envelope.get("statusCode"), envelope.get("message")
    if code != SUCCESS or isinstance(code, bool):
        raise _envelope_error(code, str(message), retry_after_seconds)
    body = envelope.get("body")
    if not isinstance(body, dict):
        reason = "the cloud's answer has no body"
        raise BadPayloadError(reason)
    return body


def _check_http(status: int, retry_after_seconds: float | None) -> None:
    match status:
        case 200:
            return
        case 401 | 403:
            raise AccountRefusedError(ACCOUNT_REFUSED.format(status=status))
        case 429:
            reason = "the cloud answers too many requests (HTTP 429)"
            raise TooManyRequestsError(reason, retry_after_seconds=retry_after_seconds)
        case _ if status >= 500:  # noqa: PLR2004 - the class of server errors
            reason = f"the cloud has an internal error (HTTP {status})"
            raise UnreachableError(reason, retry_after_seconds=retry_after_seconds)
        case _ if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
            reason = f"the cloud redirects (HTTP {status}), which is not followed: check the URL"
            raise RejectedError(reason)
        case _:
            reason = f"the cloud refuses the request (HTTP {status})"
            raise RejectedError(reason)


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        reason = "the cloud's answer is not JSON"
        raise BadPayloadError(reason) from None
    if not isinstance(document, dict):
        reason = "the cloud's answer is not a JSON object"
        raise BadPayloadError(reason)
    return document


def _envelope_error(code: object, message: str, retry_after_seconds: float | None) -> SourceError:
    if code == 190:  # noqa: PLR2004 - the API's catch-all, see DAILY_LIMIT_WORDS
        return _catch_all_error(message.lower(), retry_after_seconds)
    if not isinstance(code, int) or isinstance(code, bool):
        return BadPayloadError("the cloud's answer has no statusCode")
    unknown = (UnreachableError, f"the cloud answers statusCode {code}")
    error_type, reason = STATUS_CODES.get(code, unknown)
    return error_type(reason, retry_after_seconds=retry_after_seconds)


def _catch_all_error(message: str, retry_after_seconds: float | None) -> SourceError:
    if any(words in message for words in DAILY_LIMIT_WORDS):
        reason = "the account's daily quota is spent (190)"
        return DailyLimitReachedError(reason, retry_after_seconds=retry_after_seconds)
    if any(words in message for words in BURST_WORDS):
        reason = "the cloud answers too many requests (190)"
        return TooManyRequestsError(reason, retry_after_seconds=retry_after_seconds)
    reason = "the cloud has an internal error, or rejects a parameter (190)"
    return UnreachableError(reason, retry_after_seconds=retry_after_seconds)
