"""`docker compose up -d aiseg2-forwarder` with nothing but the `.env`: what its container runs.

The image's own start script with exactly the environment that compose makes of `.env.example`; what
needs the image itself is in scripts/try-images.
"""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from dotenv import dotenv_values

from aiseg2_emulator.household import Circuit, Household, constant
from aiseg2_emulator.server import PASSWORD, Emulator, serving
from testbed.influxdb import InfluxDB
from testbed.process import free_port

ROOT = Path(__file__).parents[2]
SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"][
    "aiseg2-forwarder"
]
QUERY = """SELECT value FROM power WHERE "detail-section" = '台所(W)'"""
ATTEMPTS = 300


def env_file(folder: Path, **filled_in: str) -> Path:
    """The example with some values filled in before their comments."""
    text = (ROOT / ".env.example").read_text("utf-8")
    for name, value in filled_in.items():
        text, count = re.subn(rf"(?m)^{name}=\S*", f"{name}={value}", text)
        assert count == 1, name
    file = folder / ".env"
    file.write_text(text, "utf-8")
    return file


def environment_of(file: Path) -> dict[str, str]:
    """What compose hands to the container: `${NAME:-default}` by the `.env`."""
    values = dotenv_values(file)

    def value(found: re.Match[str]) -> str:
        return values.get(found[1]) or found[2] or ""

    pattern = r"\$\{(\w+)(?::-([^}]*))?\}"
    return {
        name: re.sub(pattern, value, str(text)) for name, text in SERVICE["environment"].items()
    }


async def run(command: list[str], env: dict[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(*command, env=env)
    return await process.wait()


async def test_it_forwards_with_the_env_file_alone(influx: InfluxDB, tmp_path: Path) -> None:
    """No devices.yaml, no vmsingle, no BFF: points arrive, and its healthcheck succeeds."""
    influx.create_database("home")
    port = free_port()
    house = Household(
        circuits=(Circuit("8", "台所", constant(224)),), sun=lambda s: np.zeros(len(s))
    )
    async with serving(Emulator(house)) as host:
        file = env_file(
            tmp_path,
            AISEG2_HOST=host,
            AISEG2_PASSWORD=PASSWORD,
            INFLUXDB_HOST=influx.url.removeprefix("http://"),
            INFLUXDB_DATABASE="home",
        )
        # The image's own variables, and the port, which another program here may have.
        env = environment_of(file) | {
            "PATH": f"{Path(sys.executable).parent}:{ROOT / 'docker'}:{os.environ['PATH']}",
            "SERVICE": "aiseg2-exporter",
            "STATE_DIR": str(tmp_path / "state"),
            "CONFIG_FILE": str(tmp_path / "etc/devices.yaml"),
            "LISTEN_PORT": str(port),
        }
        check = [part.replace(":9104/", f":{port}/") for part in SERVICE["healthcheck"]["test"][1:]]
        process = await asyncio.create_subprocess_exec(ROOT / "docker/run-service", env=env)
        try:
            for _ in range(ATTEMPTS):
                rows = await asyncio.to_thread(influx.select, QUERY, "home")
                if rows and not await run(check, env):
                    break
                await asyncio.sleep(0.2)
        finally:
            process.terminate()
            await process.wait()
    assert rows[0]["value"] == 224
    assert process.returncode == 0


def test_its_names_are_these() -> None:
    """Of the service, the container and the host; it waits for nothing that may be missing."""
    assert SERVICE["container_name"] == "${AISEG2_CONTAINER_NAME:-aiseg2-forwarder}"
    assert SERVICE["extra_hosts"] == ["host.docker.internal:host-gateway"]
    needed = [name for name, how in SERVICE["depends_on"].items() if how.get("required", True)]
    assert needed == []
