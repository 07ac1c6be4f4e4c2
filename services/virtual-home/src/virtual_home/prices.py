"""The first unit prices and the contract of the house, given through the BFF as a person would."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

LOG = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0
FIRST_PRICE_DAYS_AGO = 365
RISE_DAYS_AGO = 20
CONTRACT = "tepco-standard-s"


class BffError(Exception):
    """It is not there, or refuses."""


def seed_prices(bff_url: str) -> int:
    """Add the first prices and a contract when there is none; gives how many prices were added.

    Raises:
        BffError: The BFF is away or refuses.
    """
    with httpx.Client(base_url=bff_url, timeout=DEADLINE_SECONDS, trust_env=False) as client:
        try:
            return _seed(client)
        except httpx.HTTPStatusError as error:
            message = f"the BFF at {bff_url} refuses: {error.response.text[:500]}"
            raise BffError(message) from None
        except httpx.HTTPError as error:
            message = f"the BFF at {bff_url} does not answer ({error}); is BFF_URL right?"
            raise BffError(message) from None


def _seed(client: httpx.Client) -> int:
    if client.get("/api/v1/unit_prices").raise_for_status().json():
        LOG.info("there are unit prices already: nothing to do")
        return 0
    house = client.get("/api/v1/house").raise_for_status().json()
    today = datetime.fromisoformat(house["now"]).astimezone(ZoneInfo(house["time_zone"])).date()
    prices = first_prices(today, ZoneInfo(house["time_zone"]))
    for price in prices:
        client.post("/api/v1/unit_prices", json=price).raise_for_status()
        LOG.info(
            "%s %s/kWh from %s", price["price_per_kwh"], house["currency"], price["valid_from"]
        )
    _agree(client)
    return len(prices)


def _agree(client: httpx.Client) -> None:
    """Agree on a contract with tiers, where the BFF offers it and there is none."""
    offered = client.get("/api/v1/contracts/templates").raise_for_status().json()
    if client.get("/api/v1/contracts").raise_for_status().json():
        return
    if CONTRACT in [each["template"] for each in offered]:
        path = f"/api/v1/contracts/templates/{CONTRACT}"
        client.post(path, json={}).raise_for_status()
        LOG.info("contract %s", CONTRACT)


def first_prices(today: date, zone: ZoneInfo) -> tuple[dict[str, Any], ...]:
    """A year at 27 yen, then a rise that is seen in the last 30 days; 16 yen for what is sold.

    The second ends the first: between the two requests there is one whole list of prices.
    """
    return (
        {
            "price_per_kwh": "27.0",
            "valid_from": _midnight(today - timedelta(days=FIRST_PRICE_DAYS_AGO), zone),
            "note": "Example",
        },
        {
            "price_per_kwh": "31.0",
            "valid_from": _midnight(today - timedelta(days=RISE_DAYS_AGO), zone),
            "note": "Example: a rise",
            "close_open_price": True,
        },
        {
            "direction": "export",
            "price_per_kwh": "16.0",
            "valid_from": _midnight(today - timedelta(days=FIRST_PRICE_DAYS_AGO), zone),
            "note": "Example: sold from the roof",
        },
    )


def _midnight(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time.min, zone).isoformat()
