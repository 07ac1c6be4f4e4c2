"""Every way the cloud fails, by name. The README lists them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from virtual_home.cloud import answers
from virtual_home.cloud.answers import Answer
from virtual_home.cloud.status_bodies import Body, is_number, with_numbers, zeroed

HUGE_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpError:
    """An answer without the envelope, from a proxy before the cloud."""

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


def _is_watts(key: str) -> bool:
    return key in {"weight", "power"} or (key.startswith("switch") and key.endswith("Power"))


def _with_watts(change: Callable[[float], float]) -> Callable[[Body], Body]:
    return partial(
        with_numbers, change=lambda key, value: change(value) if _is_watts(key) else value
    )


def _without_watts(body: Body) -> Body:
    return {key: value for key, value in body.items() if not (_is_watts(key) and is_number(value))}


BODIES: dict[str, Callable[[Body], Body]] = {
    "empty_body": lambda _: {},
    "all_zero": zeroed,
    "decivolts": partial(
        with_numbers,
        change=lambda key, value: round(value * 10) if key.lower().endswith("voltage") else value,
    ),
    "nan": _with_watts(lambda _: math.nan),
    "infinite": _with_watts(lambda _: math.inf),
    "negative": _with_watts(lambda watts: -watts - 1),
    "text_numbers": partial(with_numbers, change=lambda _, value: str(value)),
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
