"""The control API: what is set through `/virtual/` is what the cloud's API then returns."""

import pytest
from aiohttp.test_utils import TestClient

from virtual_home.cloud.account import VirtualCloud

KETTLE = "6055F9A10006"
STATUS = f"/v1.1/devices/{KETTLE}/status"


async def weight(web: TestClient) -> float:
    return (await (await web.get(STATUS)).json())["body"]["weight"]


async def put(web: TestClient, path: str, **values: object) -> None:
    response = await web.put(f"/virtual/{path}", json=values)
    assert response.status == 204, await response.text()


async def shown(web: TestClient, device: str = "kettle") -> dict[str, object]:
    return (await (await web.get("/virtual/")).json())["devices"][device]


async def test_a_load_is_overridden_and_returned_to_its_curve(web: TestClient) -> None:
    """By the device's name; the curve goes on underneath."""
    by_curve = await weight(web)
    await put(web, "devices/kettle/watts", watts=777.7)
    assert await weight(web) == 777.7
    assert (await shown(web))["watts_override"] is True
    await web.delete("/virtual/devices/kettle/watts")
    assert await weight(web) == by_curve


async def test_a_plug_is_pulled_and_put_back(web: TestClient) -> None:
    """Also the one that is gone for good can be brought back by api."""
    await put(web, "devices/kettle/online", online=False)
    assert (await (await web.get(STATUS)).json())["statusCode"] == 161
    await web.delete("/virtual/devices/kettle/online")
    assert (await (await web.get(STATUS)).json())["statusCode"] == 100
    assert (await shown(web, "humidifier"))["online"] is False
    await put(web, "devices/humidifier/online", online=True)
    assert (await shown(web, "humidifier"))["online"] is True


async def test_faults_by_switchbot_id_for_a_number_of_answers(web: TestClient) -> None:
    """Id and name mean the same device."""
    await put(web, f"devices/{KETTLE}/fault", fault="too_many_requests", times=2)
    assert [(await web.get(STATUS)).status for _ in range(3)] == [429, 429, 200]
    await put(web, "devices/kettle/fault", fault="internal_error")
    await web.delete("/virtual/devices/kettle/fault")
    assert (await web.get(STATUS)).status == 200


async def test_a_fault_for_all_is_cleared(web: TestClient) -> None:
    """The device list is spoilt too."""
    await put(web, "fault", fault="unavailable", retry_after_seconds=3)
    response = await web.get("/v1.1/devices")
    assert (response.status, response.headers["Retry-After"]) == (503, "3")
    await web.delete("/virtual/fault")
    assert (await web.get("/v1.1/devices")).status == 200


async def test_the_remainder_of_the_quota_and_its_header(web: TestClient) -> None:
    """The header counts down; after the last call comes 190, never below 0."""
    await put(web, "quota", remaining=2, header="X-Remaining")
    sent = [(await web.get(STATUS)).headers["X-Remaining"] for _ in range(3)]
    assert sent == ["1", "0", "0"]
    answer = await (await web.get(STATUS)).json()
    assert (answer["statusCode"], answer["message"]) == (190, "Requests reached the daily limit")
    await put(web, "quota", header=None)
    assert "X-Remaining" not in (await web.get(STATUS)).headers


async def test_the_unit_of_current_is_a_knob(web: TestClient) -> None:
    """Ten times the amperes, as SwitchBotAPI issue #119 had it."""
    await put(web, "devices/kettle/watts", watts=1000)
    await put(web, "current", scale="tenfold_amperes")
    body = (await (await web.get(STATUS)).json())["body"]
    assert body["voltage"] * body["electricCurrent"] / 10 == pytest.approx(1000, rel=0.001)


async def test_requests_are_counted_until_forgotten(web: TestClient, cloud: VirtualCloud) -> None:
    """Refused ones too; the controls are not counted."""
    await web.get(STATUS)
    await web.get("/v1.1/devices", headers={"sign": "wrong"})
    counts = await (await web.get("/virtual/requests")).json()
    assert counts == {
        "total": 2,
        "unauthorized": 1,
        "redirects_followed": 0,
        "by_path": {STATUS: 1, "/v1.1/devices": 1},
    }
    assert cloud.quota.remaining(cloud.clock()) == 999
    await web.delete("/virtual/requests")
    assert (await (await web.get("/virtual/requests")).json())["total"] == 0


async def test_reset_is_the_untouched_house(web: TestClient) -> None:
    """Loads, silences, faults, header and quota."""
    untouched = await (await web.get("/virtual/")).json()
    await put(web, "devices/kettle/watts", watts=5)
    await put(web, "devices/fridge/online", online=False)
    await put(web, "devices/tv/fault", fault="nan")
    await put(web, "fault", fault="hang")
    await put(web, "quota", remaining=1, header="X-Remaining")
    await web.post("/virtual/reset")
    assert await (await web.get("/virtual/")).json() == untouched


async def test_a_device_that_is_not_there_is_named_with_those_that_are(web: TestClient) -> None:
    """A typing mistake must not pass as done."""
    response = await web.put("/virtual/devices/ketle/watts", json={"watts": 5})
    assert response.status == 404
    assert "there is no device 'ketle'; known: tv, recorder" in await response.text()


@pytest.mark.parametrize(
    ("path", "values", "reason"),
    [
        ("devices/kettle/watts", {"watts": -1}, "watts: Input should be greater than or equal"),
        ("devices/kettle/watts", {"wats": 1}, "wats: Extra inputs are not permitted"),
        ("devices/kettle/online", {}, "online: Field required"),
        ("fault", {"fault": "none"}, "no fault is called 'none'; known: device_type_error"),
        ("fault", {"fault": "nan", "times": 0}, "times: Input should be greater than or equal"),
        ("quota", {"header": "no header"}, "header: String should match"),
        ("current", {"scale": "volts"}, "scale: Input should be 'amperes'"),
    ],
)
async def test_nonsense_is_refused_with_its_reason(
    web: TestClient, path: str, values: dict[str, object], reason: str
) -> None:
    """One line for each thing that is wrong."""
    response = await web.put(f"/virtual/{path}", json=values)
    assert response.status == 400
    assert reason in await response.text()
