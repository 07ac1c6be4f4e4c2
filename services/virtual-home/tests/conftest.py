"""The virtual home in this process, behind a real HTTP server on a free port."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from home_model.config import Home
from home_model.load import load_home
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.server import cloud_app
from virtual_home.cloud.signature import signature
from virtual_home.settings import VIRTUAL_ACCOUNT

CONFIG_FILE = Path(__file__).parents[3] / "config" / "virtual-home.yaml"


@pytest.fixture(scope="session")
def home() -> Home:
    """The house of the shipped configuration."""
    return load_home(CONFIG_FILE)


@pytest.fixture
def cloud(home: Home) -> VirtualCloud:
    """The house with a quota of 1000 calls; its clock stands still at the present."""
    now = time.time()
    quota = Quota(1000, home.zone)
    return VirtualCloud(home, VIRTUAL_ACCOUNT, quota, seed=1, clock=lambda: now)


@pytest.fixture
async def web(cloud: VirtualCloud) -> AsyncIterator[TestClient]:
    """A customer over real HTTP, whose every request is signed."""
    t = str(round(cloud.clock() * 1000))
    headers = {
        "Authorization": VIRTUAL_ACCOUNT.token,
        "t": t,
        "nonce": "nonce-1",
        "sign": signature(VIRTUAL_ACCOUNT, t, "nonce-1"),
    }
    async with TestClient(TestServer(cloud_app(cloud)), headers=headers) as client:
        yield client
