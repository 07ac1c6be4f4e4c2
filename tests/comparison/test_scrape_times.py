"""The comparison's scrape times, with each of the scrape configurations that we ship."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from home_model.load import load_home
from testbed.bff import Bff, bff
from testbed.bff import settings_of as settings_of_bff
from testbed.exporter import exporter
from testbed.plugs import emulated_plugs, settings_of_exporter
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from up import house
from up.processes import processes
from up.servers import scrape_config
from up.settings import Settings

pytestmark = pytest.mark.long  # whole homes

ROOT = Path(__file__).parents[2]
PLUG = {
    "name": "kettle",
    "model": "P110M(EU) 1.2.3",
    "mac": "50:91:E3:00:00:01",
    "watts": 42.5,
}
LIMIT_SECONDS = 90.0


def make_up() -> str:
    """As `make up` writes it."""
    settings = Settings(virtual_home=True, virtual_matter=False)
    return scrape_config(settings, processes(settings, house.load(settings)))


SHIPPED = {
    "make up": make_up,
    "compose": (ROOT / "docker" / "scrape.yaml").read_text,
    "kubernetes": (ROOT / "k8s" / "apps" / "vmsingle" / "scrape.yaml").read_text,
}


def with_target(text: str, port: int) -> str:
    """The first job's rules for series, and one target; where pods come from is another test's."""
    job: dict[str, Any] = yaml.safe_load(text)["scrape_configs"][0]
    target = {"targets": [f"127.0.0.1:{port}"], "labels": {"protocol": "native"}}
    kept = {
        "job_name": job["job_name"],
        "static_configs": [target],
        "metric_relabel_configs": job["metric_relabel_configs"],
    }
    return yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [kept]})


@pytest.fixture(params=SHIPPED)
def scraped(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[VictoriaMetrics, Bff]]:
    """A real native exporter with an emulated plug, scraped by the real vmsingle, and a BFF."""
    with emulated_plugs(tmp_path, [PLUG]) as plugs:
        home = plugs.home().replace("sources: [", "sources: [{source: matter, id: SILENT}, ")
        settings = settings_of_exporter(home, tmp_path)
        config = tmp_path / "scrape.yaml"
        config.write_text(with_target(SHIPPED[request.param](), int(settings["LISTEN_PORT"])))
        assert load_home(Path(settings["CONFIG_FILE"]))
        command = (sys.executable, "-m", "tp_link_native_exporter")
        with (
            exporter(command, settings, tmp_path / "exporter.log"),
            victoria_metrics(tmp_path, scrape_config=config) as vm,
            bff(tmp_path, settings_of_bff(tmp_path, vm.url, Path(settings["CONFIG_FILE"]))) as api,
        ):
            yield vm, api


def comparison(api: Bff) -> dict[str, Any]:
    """Of the last hour."""
    now = time.time()
    asked = {"device": "kettle", "from": _iso(now - 3600), "to": _iso(now)}
    return api.http.get("/comparison", params=asked).raise_for_status().json()


def _iso(unix_seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_seconds))


def test_how_long_scraping_takes_is_found_though_device_series_do_not_say_whose_they_are(
    scraped: tuple[VictoriaMetrics, Bff],
) -> None:
    """`job` and `instance` are blanked; no exporter of Matter is scraped here, and that is shown.

    The figures are those that vmsingle wrote itself.
    """
    vm, api = scraped
    deadline = time.monotonic() + LIMIT_SECONDS
    while not vm.instant("count_over_time(tplink_native_power_watts[5m]) > 5"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        vm.settle()
    ((labels, _),) = vm.instant("tplink_native_power_watts")
    assert not {"job", "instance"} & labels.keys()
    found = {found["source"]: found for found in (comparison(api)[side] for side in "ab")}
    written = [value for _, value in vm.instant("max_over_time(scrape_duration_seconds[1h])")]
    assert 0 < found["native"]["scrape_median_seconds"] <= max(written)
    assert found["native"]["scrape_p95_seconds"] <= max(written)
    assert found["matter"]["scrape_median_seconds"] is None
