"""When the archive runs: by itself, by cron, by Kubernetes, each in the house's zone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from homeiot_batch.__main__ import next_run
from homeiot_batch.config import Settings
from homeiot_batch.run_archive import parser

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-28T15:04:59", "Asia/Tokyo", "2026-11-28T15:05:00"),
        ("2026-11-28T15:05:00", "Asia/Tokyo", "2026-11-29T15:05:00"),
        ("2026-03-28T23:30:00", "Europe/Berlin", "2026-03-29T22:05:00"),  # a day of 23 hours
        ("2026-10-24T22:30:00", "Europe/Berlin", "2026-10-25T23:05:00"),  # and one of 25
        ("2026-09-06T03:00:00", "America/Santiago", "2026-09-06T04:05:00"),  # has no midnight
    ],
)
def test_the_next_run_is_five_past_midnight_there(now: str, zone: str, expected: str) -> None:
    """Whatever the clocks do in between."""
    found = next_run(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_example_of_a_crontab_is_one_that_runs() -> None:
    """Its variables are settings, its command and arguments exist, and its zone is one."""
    lines = (ROOT / "config/cron/crontab.example").read_text("utf-8").splitlines()
    text = [line for line in lines if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in text[:-1])
    assert variables.pop("CRON_TZ") == variables["TZ"]
    known = {name.upper() for name in Settings.model_fields}
    assert set(variables) <= known
    *schedule, command = text[-1].split(maxsplit=5)
    assert schedule == ["5", "0", "*", "*", "*"]
    program, _, arguments = command.partition(" -m homeiot_batch.run_archive ")
    assert program.endswith("/python")
    assert parser().parse_args(arguments.partition(" >>")[0].split()).refresh == 7


def test_kubernetes_runs_it_once_a_night() -> None:
    """In the zone that it cuts days by; never two at a time, and late rather than not at all."""
    job: dict[str, Any] = yaml.safe_load(
        (ROOT / "k8s/apps/archive/cronjob.yaml").read_text("utf-8")
    )
    spec = job["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("5 0 * * *", "Forbid")
    assert spec["startingDeadlineSeconds"] >= 3600
    (container,) = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each.get("value") for each in container["env"]}
    assert spec["timeZone"] == env["TZ"]
    assert set(env) <= {name.upper() for name in Settings.model_fields}
    assert parser().parse_args(container["args"]).dbt


def test_compose_runs_it_as_the_specification_has_it() -> None:
    """`docker compose run --rm batch python -m homeiot_batch.run_archive`, into bind mounts."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    batch = services["batch"]
    assert batch["entrypoint"] == ["tini", "--", "with-secrets"]
    assert {"./data/duckdb:/data/duckdb", "./data/parquet:/data/parquet"} <= set(batch["volumes"])
    assert services["influxdb"]["environment"]["INFLUXDB_DB"] == "${INFLUX_BUCKET:-home_energy}"
    assert "/data/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    _, ignored, *kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored == "*"
    assert not any("data" in line for line in kept if line.startswith("!"))
