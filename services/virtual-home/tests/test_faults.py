"""Every fault, over real HTTP, is as in the notes."""

import json
import math
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError, ClientTimeout
from aiohttp.test_utils import TestClient

from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.faults import BODIES, CODES, FAULTS, HTTP_ERRORS, WIRE
from virtual_home.cloud.overrides import Fault

FRIDGE, ESPRESSO, RELAY_2PM = "6055F9A1000A", "6055F9A10007", "6055F9A10003"
STATUS = f"/v1.1/devices/{FRIDGE}/status"


def break_all(cloud: VirtualCloud, name: str, retry_after_seconds: int | None = None) -> None:
    cloud.overrides.fault_for_all = Fault(name, retry_after_seconds=retry_after_seconds)


def test_the_names_are_unique() -> None:
    """A fault is one of four kinds."""
    assert len(set(FAULTS)) == len(CODES) + len(HTTP_ERRORS) + len(BODIES) + len(WIRE)


@pytest.mark.parametrize(
    ("name", "status_code", "message"),
    [
        ("device_type_error", 151, "device type error"),
        ("device_not_found", 152, "device not found"),
        ("command_not_supported", 160, "command is not supported"),
        ("device_offline", 161, "device offline"),
        ("hub_offline", 171, "Cannot get the status of device"),
        ("cloud_service_off", 174, "cloud service is not enabled"),
        ("system_error", 190, "System error"),
        ("daily_limit", 190, "Requests reached the daily limit"),
        ("too_many", 190, "Too many Requests"),
    ],
)
async def test_codes_come_within_http_200(
    web: TestClient, cloud: VirtualCloud, name: str, status_code: int, message: str
) -> None:
    """Most failures are HTTP 200."""
    break_all(cloud, name)
    response = await web.get(STATUS)
    expected = {"statusCode": status_code, "body": {}, "message": message}
    assert (response.status, await response.json()) == (200, expected)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("unauthorized", 401),
        ("forbidden", 403),
        ("unsupported_media_type", 415),
        ("too_many_requests", 429),
        ("internal_error", 500),
        ("bad_gateway", 502),
        ("unavailable", 503),
        ("gateway_timeout", 504),
    ],
)
async def test_http_errors_come_without_the_envelope(
    web: TestClient, cloud: VirtualCloud, name: str, status: int
) -> None:
    """They are from what stands before the cloud, for the list as for a status."""
    break_all(cloud, name)
    for path in ("/v1.1/devices", STATUS):
        response = await web.get(path)
        assert response.status == status
        assert "statusCode" not in await response.text()
        assert "Retry-After" not in response.headers


async def test_a_burst_limit_may_say_when_to_come_back(
    web: TestClient, cloud: VirtualCloud
) -> None:
    """429 with Retry-After in seconds."""
    break_all(cloud, "too_many_requests", retry_after_seconds=7)
    response = await web.get(STATUS)
    assert (response.status, response.headers["Retry-After"]) == (429, "7")


async def body_with(
    web: TestClient, cloud: VirtualCloud, name: str, device_id: str = FRIDGE
) -> dict[str, object]:
    break_all(cloud, name)
    answer = json.loads(await (await web.get(f"/v1.1/devices/{device_id}/status")).read())
    assert answer["statusCode"] == 100
    return answer["body"]


async def test_an_empty_body_is_called_a_success(web: TestClient, cloud: VirtualCloud) -> None:
    """SwitchBotAPI issue #89."""
    assert await body_with(web, cloud, "empty_body") == {}


async def test_all_zero_keeps_the_words(web: TestClient, cloud: VirtualCloud) -> None:
    """Hub and cloud lost each other (issues #371, #484): 0 V is what gives it away."""
    body = await body_with(web, cloud, "all_zero")
    numbers = [value for value in body.values() if not isinstance(value, str)]
    assert numbers == [0, 0, 0, 0]
    assert body["power"] == "on"


async def test_voltage_comes_in_tenths(web: TestClient, cloud: VirtualCloud) -> None:
    """Issues #98 and #102: 1031 for 103.1 V, for some days in May 2022."""
    good = cloud.status(FRIDGE).body
    body = await body_with(web, cloud, "decivolts")
    assert body["voltage"] == round(good["voltage"] * 10)
    assert body["weight"] == good["weight"]


@pytest.mark.parametrize("device_id", [FRIDGE, ESPRESSO])
async def test_watts_that_are_no_number(
    web: TestClient, cloud: VirtualCloud, device_id: str
) -> None:
    """NaN is not JSON, yet Python's and other parsers take it."""
    body = await body_with(web, cloud, "nan", device_id)
    watts = body["weight" if device_id == FRIDGE else "power"]
    assert isinstance(watts, float)
    assert math.isnan(watts)


async def test_infinite_and_negative_watts(web: TestClient, cloud: VirtualCloud) -> None:
    """Neither is a power that a plug can draw."""
    assert (await body_with(web, cloud, "infinite"))["weight"] == math.inf
    body = await body_with(web, cloud, "negative", RELAY_2PM)
    assert [float(str(body[f"switch{n}Power"])) < 0 for n in (1, 2)] == [True, True]


async def test_numbers_as_text(web: TestClient, cloud: VirtualCloud) -> None:
    """As nothing in the API forbids."""
    good = cloud.status(FRIDGE).body
    assert (await body_with(web, cloud, "text_numbers"))["weight"] == str(good["weight"])


@pytest.mark.parametrize(
    ("device_id", "gone"), [(FRIDGE, "weight"), (ESPRESSO, "power"), (RELAY_2PM, "switch1Power")]
)
async def test_watts_left_out(
    web: TestClient, cloud: VirtualCloud, device_id: str, gone: str
) -> None:
    """A body of the right type without its measurement; an on/off `power` stays."""
    body = await body_with(web, cloud, "no_watts", device_id)
    assert gone not in body
    assert body["deviceId"] == device_id
    assert body.get("power") == ("on" if device_id == FRIDGE else None)


async def test_garbage_is_not_json(web: TestClient, cloud: VirtualCloud) -> None:
    """Neither JSON nor UTF-8, under the right content type."""
    break_all(cloud, "garbage")
    response = await web.get(STATUS)
    assert response.content_type == "application/json"
    with pytest.raises(ValueError, match=r"utf-8|Unterminated|Expecting"):
        json.loads(await response.read())


@pytest.mark.parametrize(("name", "text"), [("no_content", b""), ("not_an_object", b'["success"]')])
async def test_answers_of_the_wrong_shape(
    web: TestClient, cloud: VirtualCloud, name: str, text: bytes
) -> None:
    """HTTP 200 with nothing, or with JSON that is no object."""
    break_all(cloud, name)
    response = await web.get(STATUS)
    assert (response.status, await response.read()) == (200, text)


async def test_a_good_answer_under_the_wrong_content_type(
    web: TestClient, cloud: VirtualCloud
) -> None:
    """Proxies do this."""
    break_all(cloud, "wrong_content_type")
    response = await web.get(STATUS)
    assert response.content_type == "text/html"
    assert json.loads(await response.read())["statusCode"] == 100


async def test_a_login_page_is_html(web: TestClient, cloud: VirtualCloud) -> None:
    """Hotels and guest networks answer everything with 200."""
    break_all(cloud, "login_page")
    response = await web.get(STATUS)
    assert (response.status, response.content_type) == (200, "text/html")
    assert (await response.text()).startswith("<html>")


async def test_a_huge_answer_is_valid_to_its_end(web: TestClient, cloud: VirtualCloud) -> None:
    """Only its size speaks against it: over 1 MiB."""
    break_all(cloud, "huge")
    text = await (await web.get(STATUS)).read()
    assert len(text) > 1024 * 1024
    assert json.loads(text)["statusCode"] == 100


async def test_who_follows_a_redirect_is_found_out(web: TestClient, cloud: VirtualCloud) -> None:
    """The target measures a wrong wattage and counts its visitors."""
    break_all(cloud, "redirect")
    response = await web.get(STATUS, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/virtual/elsewhere")
    assert cloud.request_counts.redirects_followed == 0
    followed = await (await web.get(STATUS)).json()
    assert followed["body"]["weight"] == 9999.9
    assert cloud.request_counts.redirects_followed == 1


async def test_a_hanging_answer_never_begins(web: TestClient, cloud: VirtualCloud) -> None:
    """The customer must give up by itself."""
    break_all(cloud, "hang")
    with pytest.raises(TimeoutError):
        await web.get(STATUS, timeout=ClientTimeout(total=0.2))


async def test_a_trickling_answer_begins_and_does_not_end(
    web: TestClient, cloud: VirtualCloud
) -> None:
    """Each read succeeds in time; only a total deadline ends it."""
    break_all(cloud, "trickle")
    response = await web.get(STATUS, timeout=ClientTimeout(total=1))
    assert await response.content.readexactly(2) == b'{"'
    with pytest.raises(TimeoutError):
        await response.read()


async def test_a_dropped_connection_leaves_half_an_answer(
    web: TestClient, cloud: VirtualCloud
) -> None:
    """Less arrives than Content-Length promised."""
    break_all(cloud, "drop")
    response = await web.get(STATUS)
    with pytest.raises(ClientPayloadError):
        await response.read()


async def test_a_fault_of_one_device_leaves_the_others_alone(
    web: TestClient, cloud: VirtualCloud
) -> None:
    """Isolation can be tested."""
    cloud.overrides.fault_by_id[FRIDGE] = Fault("system_error")
    assert (await (await web.get(STATUS)).json())["statusCode"] == 190
    other = await web.get(f"/v1.1/devices/{ESPRESSO}/status")
    assert (await other.json())["statusCode"] == 100


def test_the_readme_names_every_fault() -> None:
    """What can be asked for stands where people look."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in FAULTS if f"`{name}`" not in readme] == []
