"""`--discover`: read the unit once and print what it measures as a block for `devices.yaml`."""

import asyncio
import sys
from collections.abc import Iterator, Sequence

from aiseg2_exporter.client import Client
from aiseg2_exporter.parse import Circuit, Summary, has_name
from aiseg2_exporter.settings import Settings
from home_model.config import Device
from home_model.errors import SourceError
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from service_kit.suggestion import one_line, quoted

ROOM, SHELF = "electricity", "panel"
HOUSE_METER = "house_meter"
# A house's connection and a circuit of 200 V, so that no reading is taken for a false one.
HOUSE_WATTS, CIRCUIT_WATTS = 15_000, 6_000
HEAD = f"""\
# Measured by the AiSEG2. Add `- room: {ROOM}` with `- shelf: {SHELF}` to `rooms`, or place each
# device in a room and on a shelf of yours; delete the circuits that you do not want to see.
"""


def discover_and_print() -> int:
    """Print the block, or one line with what is wrong; return the exit code."""
    try:
        summary, circuits = asyncio.run(_read(load_settings(Settings)))
    except (SettingsError, SourceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(format_devices(summary, circuits, known_keys()))
    return 0


async def _read(settings: Settings) -> tuple[Summary, tuple[Circuit, ...]]:
    client = Client(settings.connection)
    try:
        return await client.fetch_summary(), await client.fetch_catalogue()
    finally:
        await client.close()


def known_keys() -> frozenset[str]:
    """Return the keys that `devices.yaml` accepts for a device."""
    return frozenset(Device.model_fields)


def format_devices(summary: Summary, circuits: Sequence[Circuit], keys: frozenset[str]) -> str:
    """Return the block. Keys that the configuration does not have yet become comments."""
    devices = [*_house(summary), *(_circuit(circuit) for circuit in circuits)]
    return HEAD + "\n".join(_format(device, keys) for device in devices)


type Entry = dict[str, str | int]


def _house(summary: Summary) -> Iterator[Entry]:
    yield {
        "device": HOUSE_METER,
        "house_meter": "true",
        "rated_power_watts": HOUSE_WATTS,
        "id": "use",
        "comment": "all that the house uses",
    }
    yield _flow("grid_import", "grid_import", "bought", "bought electricity")
    if summary.battery:
        yield _flow("battery_charge", "charge", "battery_charge", "into the battery")
        yield _flow("battery_discharge", "discharge", "battery_discharge", "out of the battery")
    if not summary.has_generation:
        return
    yield _flow("grid_export", "grid_export", "sold", "sold electricity")
    yield {
        "device": "generation",
        "kind": "generation",
        "rated_power_watts": HOUSE_WATTS,
        "id": "generation",
        "comment": " and ".join(generator.title for generator in summary.generators),
    }


def _flow(device: str, kind: str, source_id: str, comment: str) -> Entry:
    return {
        "device": device,
        "kind": kind,
        "rated_power_watts": HOUSE_WATTS,
        "id": source_id,
        "comment": comment,
    }


def _circuit(circuit: Circuit) -> Entry:
    return {
        "device": f"circuit_{circuit.id}",
        "name": circuit.name if has_name(circuit) else "",
        "upstream": HOUSE_METER,
        "rated_power_watts": CIRCUIT_WATTS,
        "id": circuit.id,
        "comment": circuit.name if has_name(circuit) else "without a name in the unit",
    }


def _format(device: Entry, keys: frozenset[str]) -> str:
    lines = [f"- device: {device['device']}  # {one_line(str(device['comment']))}"]
    if name := device.get("name"):
        lines.append(f"  name: {{ja: {quoted(str(name))}}}")
    lines += [f"  room: {ROOM}", f"  shelf: {SHELF}"]
    for key in ("house_meter", "kind", "upstream", "rated_power_watts"):
        if key in device:
            mark = "" if key in keys else "# "
            lines.append(f"  {mark}{key}: {device[key]}")
    lines.append(f'  sources: [{{source: aiseg2, id: "{device["id"]}"}}]')
    return "\n".join(lines) + "\n"
