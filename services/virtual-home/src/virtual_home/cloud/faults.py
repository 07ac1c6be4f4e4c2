"""Every way the cloud fails, by name. Where each was seen stands in the README's table."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from virtual_home.cloud import answers
from virtual_home.cloud.answers import Answer
from virtual_home.cloud.status_bodies import Body

HUGE_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpError:
    """An answer without the envelope, from what stands before the cloud."""

    status: HTTPStatus
    text: str
    content_type: str = "application/json"


CODES: dict[str, Answer] = {
    "device_type_error": answers.DEVICE_TYPE_ERROR,
    "device_not_found": answers.DEVICE_NOT_FOUND,
    "command_not_supported": answers.COMMAND_NOT_SUPPORTED,
    "device_offline": answers.DEVICE_OFFLINE,
    "hub_offline": answers.HUB_OFFLINE,
    "cloud_service_off": answers.CLOUD_SERVICE_OFF,
    "system_error": answers.SYSTEM_ERROR,
    "daily_limit": answers.DAILY_LIMIT,
    "too_many": answers.TOO_MANY,
}

HTTP_ERRORS: dict[str, HttpError] = {
    "unauthorized": HttpError(HTTPStatus.UNAUTHORIZED, '{"message":"Unauthorized"}'),
    "forbidden": HttpError(HTTPStatus.FORBIDDEN, '{"message":"Forbidden"}'),
    "unsupported_media_type": HttpError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, '{"message":"Unsupported Media Type"}'
    ),
    "too_many_requests": HttpError(HTTPStatus.TOO_MANY_REQUESTS, '{"message":"Too Many Requests"}'),
    "internal_error": HttpError(
        HTTPStatus.INTERNAL_SERVER_ERROR, '{"message":"Internal Server Error"}'
    ),
    "bad_gateway": HttpError(
        HTTPStatus.BAD_GATEWAY, "<html><h1>502 Bad Gateway</h1></html>", "text/html"
    ),
    "unavailable": HttpError(HTTPStatus.SERVICE_UNAVAILABLE, '{"message":"Service Unavailable"}'),
    "gateway_timeout": HttpError(
        HTTPStatus.GATEWAY_TIMEOUT, '{"message":"Endpoint request timed out"}'
    ),
}


def _numbers(change: Callable[[str, float], object]) -> Callable[[Body], Body]:
    def changed(body: Body) -> Body:
        return {
            key: change(key, value) if _is_number(value) else value for key, value in body.items()
        }

    return changed


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_watts(key: str) -> bool:
    return key in {"weight", "power"} or (key.startswith("switch") and key.endswith("Power"))


def _without_watts(body: Body) -> Body:
    return {key: value for key, value in body.items() if not (_is_watts(key) and _is_number(value))}


BODIES: dict[str, Callable[[Body], Body]] = {
    "empty_body": lambda _: {},
    "all_zero": _numbers(lambda *_: 0),
    "decivolts": _numbers(
        lambda key, value: round(value * 10) if key.lower().endswith("voltage") else value
    ),
    "nan": _numbers(lambda key, value: math.nan if _is_watts(key) else value),
    "infinite": _numbers(lambda key, value: math.inf if _is_watts(key) else value),
    "negative": _numbers(lambda key, value: -value - 1 if _is_watts(key) else value),
    "text_numbers": _numbers(lambda _, value: str(value)),
    "no_watts": _without_watts,
}

WIRE = (
    "garbage",
    "no_content",
    "not_an_object",
    "wrong_content_type",
    "login_page",
    "huge",
    "redirect",
    "hang",
    "trickle",
    "drop",
)

FAULTS = (*CODES, *HTTP_ERRORS, *BODIES, *WIRE)
