"""The digest login of firmware 2.0: nonces that are counted, throttled and lost."""

import pytest
from shelly_house import INTERVAL_SECONDS, MAC, PASSWORD, House, OpenHouse

from exporter_kit import attempts
from exporter_kit.attempts import JITTER
from home_model.sources import ShellySource
from shelly_emulator.login import MAX_FAILURES, OldLogin, StrictLogin
from shelly_exporter.settings import Settings


def login_of(house: House) -> StrictLogin:
    assert isinstance(house.device.login, StrictLogin)
    return house.device.login


@pytest.fixture
def usual_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is spread by as much as most are: a login that waits fits into the interval, too."""
    monkeypatch.setattr(attempts, "uniform", lambda low, high: (low + high) / 2)


async def test_one_nonce_serves_a_whole_hour_of_polls(open_house: OpenHouse) -> None:
    """A client that asks for a new one at every poll locks itself out of 32."""
    house = await open_house(has_login=True)
    await house.time.pass_by(3500.0)
    assert house.state == "up"
    assert len(house.server.requests) > 350
    assert login_of(house).challenges == 1


async def test_a_nonce_that_expires_costs_one_request_and_no_reading(
    open_house: OpenHouse,
) -> None:
    """401 with `stale=true`, after an hour."""
    house = await open_house(has_login=True)
    for _ in range(400):
        await house.time.pass_by(INTERVAL_SECONDS)
        assert house.state == "up"
    assert login_of(house).challenges == 2


async def test_requests_to_one_device_never_overlap(open_house: OpenHouse) -> None:
    """`nc` would arrive out of order: 31 of 32 nonces were gone in a second."""
    house = await open_house(has_login=True)
    source = ShellySource(source="shelly", id=MAC, address=house.server.netloc)
    for _ in range(8):
        await house.reader.inspect([source])
        await house.time.pass_by(INTERVAL_SECONDS)
    assert house.server.max_running == 1
    assert login_of(house).challenges == 1


async def test_a_dead_nonce_that_is_answered_by_429_is_given_up(open_house: OpenHouse) -> None:
    """Httpx drops a nonce only on 401, and would be locked out for ever: a new login recovers."""
    house = await open_house(has_login=True)
    login_of(house).is_sticky = True
    login_of(house).lose_nonces()
    count = len(house.server.requests)
    await house.time.pass_by(INTERVAL_SECONDS + 3)
    assert house.state == "up"
    assert house.server.statuses[count:] == [429, 401, 200]


async def test_a_device_without_a_free_nonce_is_waited_for(open_house: OpenHouse) -> None:
    """It answers 429 for two seconds; the same poll succeeds after them."""
    house = await open_house(has_login=True)
    login_of(house).lose_nonces()
    login_of(house).take_all()
    count = len(house.server.requests)
    await house.time.pass_by(INTERVAL_SECONDS + 3)
    assert house.state == "up"
    assert house.server.statuses[count:] == [429, 401, 200]


@pytest.mark.usefixtures("usual_jitter")
async def test_throttled_logins_leave_the_device_alone_for_ten_minutes(
    open_house: OpenHouse,
) -> None:
    """429 again after the wait: no request is made, which would prolong it; then it is up."""
    house = await open_house(has_login=True)
    login = login_of(house)
    login.lose_nonces()
    login.failures = [house.time.now()] * MAX_FAILURES  # another client's
    silent_seconds = await house.seconds_until("rejected")
    assert silent_seconds <= INTERVAL_SECONDS + 3
    assert "login throttled" in house.reason
    count = len(house.server.requests)
    await house.time.pass_by(590.0)
    assert len(house.server.requests) == count
    seconds = 590.0 + await house.seconds_until("up")
    assert 600.0 <= seconds <= 600.0 * (1 + JITTER) + INTERVAL_SECONDS


@pytest.mark.usefixtures("usual_jitter")
async def test_a_wrong_password_costs_one_login_an_hour(open_house: OpenHouse) -> None:
    """Some more in ten minutes would lock every client out; the reason names the setting."""
    house = await open_house(has_login=True, settings=Settings(shelly_password="wrong"))
    assert house.state == "rejected"
    assert "refuses SHELLY_PASSWORD" in house.reason
    await house.time.pass_by(3500.0)
    assert len(login_of(house).failures) <= 1
    assert house.server.requests.count("/rpc/Shelly.GetStatus") == 2  # challenge, and answer
    login_of(house).password = "wrong"
    seconds = 3500.0 + await house.seconds_until("up")
    assert 3600.0 <= seconds <= 3600.0 * (1 + JITTER) + INTERVAL_SECONDS


async def test_a_change_of_the_configuration_ends_the_hour(open_house: OpenHouse) -> None:
    """The person who has just mended it need not wait."""
    house = await open_house(has_login=True, settings=Settings(shelly_password="wrong"))
    login_of(house).password = "wrong"
    source = ShellySource(source="shelly", id=MAC, address=house.server.netloc, meter=1)
    (result,) = (await house.reader.read([source])).values()
    assert not isinstance(result, Exception)


async def test_without_a_password_no_nonce_is_taken(open_house: OpenHouse) -> None:
    """`/shelly` shows that there is a login: no request without one is made."""
    house = await open_house(has_login=True, settings=Settings())
    assert house.state == "rejected"
    assert "set SHELLY_PASSWORD" in house.reason
    await house.time.pass_by(600.0)
    assert set(house.server.requests) == {"/shelly"}
    assert login_of(house).challenges == 0


async def test_a_device_without_a_login_is_sent_none(open_house: OpenHouse) -> None:
    """Although a password is configured, for others."""
    house = await open_house()
    assert house.server.requests == ["/shelly", "/rpc/Shelly.GetStatus"]
    assert house.server.authorizations == []


async def test_no_login_is_sent_to_another_device(open_house: OpenHouse) -> None:
    """The one that has the address now might be anybody's."""
    house = await open_house(has_login=True)
    house.device.mac = "58E6C5000099"
    house.server.authorizations.clear()
    await house.time.pass_by(3600.0)
    # One poll, until the MAC in its answer shows it; from then on only `/shelly`.
    assert len(house.server.authorizations) == 1


async def test_the_login_of_older_firmware(open_house: OpenHouse) -> None:
    """A number as nonce, which is lost at a restart."""
    house = await open_house()
    login = OldLogin(house.device.device_id, PASSWORD, house.time.now)
    house.device.login = login
    await house.time.pass_by(600.0)
    assert house.state == "up"
    assert login.challenges == 1
    house.device.restart()
    await house.time.pass_by(3 * INTERVAL_SECONDS)
    assert house.state == "up"
    assert login.challenges == 2
