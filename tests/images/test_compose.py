"""compose.yaml: its schema, what it lets in and out, and that its settings exist."""

import importlib
import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from aiseg2_exporter.settings import Settings as Aiseg2Settings
from bff.settings import Settings as BffSettings
from home_model.sources import SOURCES
from homeiot_batch.config import Settings as ArchiveSettings
from switchbot_exporter.cloud.settings import CloudSettings as SwitchbotSettings
from testbed.process import free_port, running
from tp_link_matter_exporter.settings import Settings as MatterSettings
from tp_link_native_exporter.settings import Settings as NativeSettings
from virtual_home.settings import (
    VIRTUAL_ACCOUNT,
    VIRTUAL_TP_LINK_ACCOUNT,
    BackfillSettings,
    PlugsSettings,
    PricesSettings,
    ServeSettings,
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SETTINGS = {
    "aiseg2-forwarder": Aiseg2Settings,
    "bff": BffSettings,
    "switchbot-exporter": SwitchbotSettings,
    "tp-link-native-exporter": NativeSettings,
    "tp-link-matter-exporter": MatterSettings,
    "batch": ArchiveSettings,
    "virtual-home": ServeSettings,
    "virtual-plugs": PlugsSettings,
    "virtual-past": BackfillSettings,
    "virtual-prices": PricesSettings,
}
SETTINGS |= {
    row.compose_name: importlib.import_module(f"{row.module}.settings").Settings
    for row in SOURCES
    if row.compose_name not in SETTINGS
}
each_service = pytest.mark.parametrize("name", SERVICES)


def test_it_follows_the_compose_specification() -> None:
    """By the published JSON schema."""
    tool = ROOT / ".tools/images/bin/check-jsonschema"
    command = [tool, "--builtin-schema", "vendor.compose-spec", FILE]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_only_the_page_and_the_ways_in_for_devices_are_published_and_only_on_loopback() -> None:
    """Nobody on the network reaches the database or the BFF's API past the page.

    Broker and measurements are opened to the home's devices by a setting; without it, to this
    machine. Each asks for a login or a token.
    """
    published = {name: part["ports"] for name, part in SERVICES.items() if "ports" in part}
    assert published == {
        "page": ["127.0.0.1:${PAGE_PORT:-8080}:8080"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
        "mosquitto": ["${MOSQUITTO_LISTEN:-127.0.0.1:1883}:1883"],
        "measurements": ["${MEASUREMENTS_HOST:-127.0.0.1}:${MEASUREMENTS_PORT:-8020}:8020"],
    }
    modes = {
        name: part["network_mode"] for name, part in SERVICES.items() if "network_mode" in part
    }
    # Matter finds its devices in the home's own network.
    assert modes == {
        "virtual-plugs": "service:tp-link-native-exporter",
        "matter-server": "host",
    }


@each_service
def test_a_container_may_do_nothing_it_need_not(name: str) -> None:
    """No writes to its root, no capability, none to be gained."""
    part = SERVICES[name]
    assert part["read_only"]
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]


@each_service
def test_a_part_comes_back_and_a_step_is_done_once(name: str) -> None:
    """Steps of the preparation are tried again until they succeed, and then rest."""
    is_step = name in {"virtual-past", "virtual-prices"}
    assert SERVICES[name]["restart"] == ("on-failure" if is_step else "unless-stopped")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_a_setting(name: str) -> None:
    """A misspelt one would be ignored in silence."""
    known = {field.upper() for field in SETTINGS[name].model_fields}
    known |= {f"{variable}_FILE" for variable in known & {"VICTORIA_METRICS_PASSWORD"}}
    assert set(SERVICES[name]["environment"]) <= known


def test_every_service_has_a_part() -> None:
    """A service that compose.yaml forgot could not be had without a cluster."""
    built = {part["build"]["args"]["SERVICE"] for part in SERVICES.values() if _is_python(part)}
    assert built == {folder.name for folder in (ROOT / "services").iterdir()}


def _is_python(part: dict[str, Any]) -> bool:
    return "build" in part and "args" in part["build"]


def test_secrets_come_from_outside() -> None:
    """Neither compose.yaml nor the example has one; git ignores the file they are written to."""
    for part in SERVICES.values():
        environment = part.get("environment", {})
        secret = [name for name in environment if re.search("TOKEN|SECRET|PASSWORD(?!_FILE)", name)]
        assert all(environment[name] == f"${{{name}:-}}" for name in secret)
    example = _variables(ROOT / ".env.example")
    secrets = [name for row in SOURCES for name in row.all_secrets]
    assert not any(example[name].partition("#")[0].strip() for name in secrets)
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_virtual_homes_accounts_are_the_emulators() -> None:
    """And a project of its own, so that no data mix."""
    virtual = _variables(ROOT / "docker/virtual.env")
    assert virtual["SWITCHBOT_TOKEN"] == VIRTUAL_ACCOUNT.token
    assert virtual["SWITCHBOT_SECRET"] == VIRTUAL_ACCOUNT.secret
    assert virtual["TP_LINK_USERNAME"] == VIRTUAL_TP_LINK_ACCOUNT.username
    assert virtual["TP_LINK_PASSWORD"] == VIRTUAL_TP_LINK_ACCOUNT.password
    home = _variables(ROOT / ".env.example")
    assert virtual["COMPOSE_PROJECT_NAME"] != home["COMPOSE_PROJECT_NAME"]


def test_every_variable_of_the_env_files_is_used() -> None:
    """Or is compose's own."""
    used = set(re.findall(r"\$\{(\w+)", FILE.read_text()))
    for file in (ROOT / "docker/virtual.env", ROOT / ".env.example"):
        named = _variables(file)
        assert {key for key in named if not key.startswith("COMPOSE_")} <= used


def _variables(file: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in file.read_text().splitlines() if "=" in line[:40])
    return {key: value for key, _, value in pairs if not key.startswith("#")}


def test_vmsingle_takes_the_scrape_configuration() -> None:
    """The real one reads it strictly; every exporter of compose.yaml is in it."""
    config = ROOT / "docker/scrape.yaml"
    flags = ["-promscrape.config.dryRun", "-promscrape.config.strictParse"]
    command = ["victoria-metrics", f"-promscrape.config={config}", *flags]
    env = os.environ | {"SCRAPE_INTERVAL": "15s", "HOUSE": "home"}
    found = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    text = config.read_text()
    for name, settings in SETTINGS.items():
        if name.endswith(("-exporter", "-forwarder", "-gateway")):
            port = settings.model_fields["listen_port"].default
            assert f"names: [{name}], type: A, port: {port}" in text


def test_victoria_metrics_has_a_password_that_its_readers_are_given(tmp_path: Path) -> None:
    """Made at the first start, kept for its owner alone, read from the file by `with-secrets`."""
    file, url = tmp_path / "password", f"http://127.0.0.1:{(port := free_port())}"
    env = os.environ | {"VICTORIA_METRICS_PASSWORD_FILE": str(file)}
    command = [
        ROOT / "docker" / "start-victoria-metrics",
        f"-storageDataPath={tmp_path / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
    ]
    with running(command, ready_url=f"{url}/health", log=tmp_path / "vm.log", env=env):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        show = [ROOT / "docker" / "with-secrets", "printenv", "VICTORIA_METRICS_PASSWORD"]
        shown = subprocess.run(show, env=env, capture_output=True, text=True, check=True).stdout
        query = f"{url}/api/v1/query?query=1"
        assert httpx.get(query, trust_env=False).status_code == 401
        answer = httpx.get(query, auth=("ppms", shown.strip()), trust_env=False)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers


def test_who_reads_the_password_mounts_it_and_nobody_else() -> None:
    """Without the volume a part waits for the file until it gives up."""
    mounted = {name for name, part in SERVICES.items() if "/run/ppms/victoria" in str(part)}
    reading = mounted | {"grafana"}  # its data source has the file's name
    mounting = {
        name
        for name, part in SERVICES.items()
        if "victoria-metrics-password:/run/ppms" in str(part.get("volumes"))
    }
    assert mounting == reading | {"victoria-metrics"}


def test_every_part_that_keeps_running_is_watched() -> None:
    """`docker compose ps` shows what is unhealthy; steps of the preparation end by themselves."""
    steps = {name for name, part in SERVICES.items() if part["restart"] == "on-failure"}
    watched = {name for name, part in SERVICES.items() if "healthcheck" in part}
    assert watched == set(SERVICES) - steps


def test_the_bff_has_as_much_time_to_end_as_in_a_cluster() -> None:
    """A busy machine may take more than the ten seconds that compose gives by itself."""
    deployment = yaml.safe_load((ROOT / "k8s/apps/bff/deployment.yaml").read_text("utf-8"))
    seconds = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert SERVICES["bff"]["stop_grace_period"] == f"{seconds}s"


def test_images_of_a_release_are_those_of_its_registry() -> None:
    """One setting for all of ours; without it they are built here."""
    ours = {part["image"] for part in SERVICES.values() if "args" in part.get("build", {})}
    ours.add(SERVICES["page"]["image"])
    assert all(image.startswith("${IMAGE_REGISTRY:-ppms}/") for image in ours)
    assert all(image.endswith(":${PPMS_VERSION:-local}") for image in ours)


def test_folders_of_this_machine_are_mounted_for_selinux_too() -> None:
    """Without `z` an enforcing SELinux refuses them to every container.

    The archive mounts `./data` as its specification has it; docs/compose.md has its label.
    """
    mounts = [str(v) for part in SERVICES.values() for v in part.get("volumes", ())]
    folders = [mount.split(":") for mount in mounts if mount.startswith("./")]
    assert folders
    unlabelled = {path for path, _, *mode in folders if "z" not in ",".join(mode).split(",")}
    assert unlabelled == {"./data/duckdb", "./data/parquet"}
