"""The commands as processes, as `make up` starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from testbed.process import free_port, running
from testbed.victoria_metrics import VictoriaMetrics
from virtual_home.cloud.signature import signature
from virtual_home.prices import BffError, seed_prices
from virtual_home.settings import VIRTUAL_ACCOUNT

CONFIG_FILE = Path(__file__).parents[3] / "config" / "virtual-home.yaml"
COMMAND = (sys.executable, "-m", "virtual_home")


def environment(**settings: object) -> dict[str, str]:
    return os.environ | {"CONFIG_FILE": str(CONFIG_FILE)} | {k: str(v) for k, v in settings.items()}


def run(command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, command],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_serve_answers_and_ends_cleanly_while_an_answer_hangs(tmp_path: Path) -> None:
    """SIGTERM gives exit code 0, nothing but two lines in the log, no token in it."""
    port, log = free_port(), tmp_path / "log"
    url = f"http://127.0.0.1:{port}"
    with running(
        [*COMMAND, "serve"],
        ready_url=f"{url}/virtual/",
        log=log,
        env=environment(LISTEN_PORT=port, DAILY_LIMIT=77, LOG_FORMAT="json"),
    ) as process:
        t = str(round(time.time() * 1000))
        signed = {"Authorization": "virtual-token", "t": t, "nonce": ""}
        signed["sign"] = signature(VIRTUAL_ACCOUNT, t, "")
        answer = httpx.get(f"{url}/v1.1/devices", headers=signed, trust_env=False).json()
        assert answer["statusCode"] == 100
        quota = httpx.get(f"{url}/virtual/", trust_env=False).json()["quota"]
        assert (quota["limit"], quota["remaining"]) == (77, 76)
        httpx.put(f"{url}/virtual/fault", json={"fault": "hang"}, trust_env=False)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/v1.1/devices", headers=signed, timeout=0.2, trust_env=False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    text = log.read_text()
    events = [json.loads(line) for line in text.splitlines()]
    assert "house 'virtual_home': 18 plugs and relays, 19 devices" in events[0]["event"]
    assert [event.keys() >= {"timestamp", "level", "logger"} for event in events] == [True, True]
    assert VIRTUAL_ACCOUNT.token not in text


def test_a_taken_port_is_one_line_that_names_the_setting(vm: VictoriaMetrics) -> None:
    """Not a traceback."""
    taken = vm.url.rpartition(":")[2]
    ended = run("serve", LISTEN_PORT=taken)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"LISTEN_PORT {taken} on 127.0.0.1 is taken; choose another LISTEN_PORT\n"
    )


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"LISTEN_PORT": "x"}, "LISTEN_PORT: Input should be a valid integer"),
        ({"CONFIG_FILE": "/none.yaml"}, "/none.yaml:0: cannot be read"),
    ],
)
def test_wrong_settings_are_lines_without_a_traceback(settings: dict[str, str], line: str) -> None:
    """The variable or the file is named."""
    ended = run("serve", **settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith(line)
    assert "Traceback" not in ended.stderr


def test_backfill_shows_progress_and_does_nothing_twice(
    vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """One line for each device while it works."""
    settings = {"VICTORIAMETRICS_URL": vm.url, "STATE_DIR": tmp_path / "state", "DAYS": 1}
    first, second = run("backfill", **settings), run("backfill", **settings)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "[ 1/34] tv/cloud: " in first.stderr
    assert "[19/34] hair_dryer/cloud: " in first.stderr
    assert second.stderr == "the past is there already: nothing to do\n"
    states = {path.name for path in (tmp_path / "state").glob("*.state.json")}
    services = ("switchbot-exporter", "tp-link-native-exporter", "aiseg2-exporter")
    assert states == {f"{service}.state.json" for service in services}


def test_backfill_without_victoriametrics_is_one_line(tmp_path: Path) -> None:
    """Exit code 1, so that `make up` stops and names the part that failed."""
    ended = run("backfill", VICTORIAMETRICS_URL="http://127.0.0.1:9", STATE_DIR=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("VictoriaMetrics at http://127.0.0.1:9 does not answer")
    assert len(ended.stderr.splitlines()) == 1


@pytest.fixture
def bff_url(tmp_path: Path) -> Iterator[str]:
    """The real BFF with an empty database."""
    port, health_port = free_port(), free_port()
    settings = environment(
        LISTEN_PORT=port,
        HEALTH_PORT=health_port,
        DATABASE_URL=f"sqlite:///{tmp_path / 'bff.db'}",
        VICTORIAMETRICS_URL="http://127.0.0.1:9",
    )
    with running(
        [sys.executable, "-m", "bff"],
        ready_url=f"http://127.0.0.1:{health_port}/healthz",
        log=tmp_path / "bff.log",
        env=settings,
    ):
        yield f"http://127.0.0.1:{port}"


def test_first_prices_are_given_once(bff_url: str) -> None:
    """27 yen from a year ago until 20 days ago, 31 from then on, by the house; 16 sold."""
    ended = run("seed-prices", BFF_URL=bff_url)
    assert ended.returncode == 0, ended.stderr
    listed = httpx.get(f"{bff_url}/api/v1/unit_prices", trust_env=False).json()
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Tokyo")).date()
    year_ago = f"{today - timedelta(days=365)}T00:00:00+09:00"
    rise = f"{today - timedelta(days=20)}T00:00:00+09:00"
    prices = {
        (p["direction"], Decimal(p["price_per_kwh"]), p["valid_from"], p["valid_to"])
        for p in listed
    }
    assert prices == {
        ("import", 27, year_ago, rise),
        ("import", 31, rise, None),
        ("export", 16, year_ago, None),
    }
    assert run("seed-prices", BFF_URL=bff_url).stderr == (
        "there are unit prices already: nothing to do\n"
    )
    assert httpx.get(f"{bff_url}/api/v1/unit_prices", trust_env=False).json() == listed


def test_a_price_that_exists_is_left_alone(bff_url: str) -> None:
    """Any price at all means that somebody has begun."""
    mine = {"price_per_kwh": "20", "valid_from": "2030-01-01T00:00:00+09:00"}
    httpx.post(f"{bff_url}/api/v1/unit_prices", json=mine, trust_env=False).raise_for_status()
    assert seed_prices(bff_url) == 0
    assert len(httpx.get(f"{bff_url}/api/v1/unit_prices", trust_env=False).json()) == 1


def test_a_bff_that_is_away_is_named() -> None:
    """With the setting that points to it."""
    with pytest.raises(BffError, match=r"at http://127\.0\.0\.1:9 does not answer.*BFF_URL"):
        seed_prices("http://127.0.0.1:9")
