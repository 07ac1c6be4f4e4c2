"""What each device is, for the health port: dashboards and alert rules join it."""

from collections.abc import Callable, Iterator
from typing import override

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from home_model.config import Home


class DeviceInfoCollector(Collector):
    """Collect the devices of the configuration at the moment of the scrape.

    `upstream` is the meter that a device is directly behind: that of the house for every load
    that names no other one.
    """

    def __init__(self, home: Callable[[], Home]) -> None:
        self._home = home

    @override
    def collect(self) -> Iterator[Metric]:
        home = self._home()
        house_meter = next((each.device for each in home.devices if each.house_meter), "")
        info = GaugeMetricFamily(
            "home_device_info",
            "Always 1; what a device of the configuration is, and the meter it is behind.",
            labels=("house", "room", "shelf", "device", "kind", "upstream"),
        )
        for each in home.devices:
            is_top = each.kind == "load" and not each.house_meter
            upstream = each.upstream or (house_meter if is_top else "")
            info.add_metric(
                (home.house, each.room, each.shelf, each.device, each.kind, upstream), 1
            )
        yield info
