"""`home_device_info`: what dashboards and alert rules join."""

from pathlib import Path

import yaml

from bff.register.metrics import DeviceInfoCollector
from home_model.load import load_home


def test_every_device_has_its_kind_and_the_meter_it_is_behind(home_file: Path) -> None:
    """A load without a meter of its own is behind that of the house; the sun is not."""
    home = yaml.safe_load(home_file.read_text("utf-8"))
    main, plug, circuit, sun = home["devices"]
    main["house_meter"], plug["upstream"], sun["kind"] = True, circuit["device"], "generation"
    home_file.write_text(yaml.safe_dump(home), "utf-8")
    (info,) = DeviceInfoCollector(lambda: load_home(home_file)).collect()
    found = {
        each.labels["device"]: (each.labels["kind"], each.labels["upstream"])
        for each in info.samples
        if each.value == 1
    }
    assert info.name == "home_device_info"
    assert found == {
        "a": ("load", ""),
        "b": ("load", "c"),
        "c": ("load", "a"),
        "kettle": ("generation", ""),
    }
