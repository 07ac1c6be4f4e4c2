"""Many pages at once: nothing is refused because the house is busy."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from service_kit.waiting import poll_until
from testbed.bff import Bff
from testbed.load import Load, apply_load
from testbed.victoria_metrics import VictoriaMetrics

type StartBff = Callable[..., Bff]

DAY_SECONDS = 86_400
# Of ten requests seven are for the house, two for its places and one for a cost.
MIX = (*["/house"] * 7, *["/places"] * 2)


def test_fifty_clients_get_every_answer(start_bff: StartBff, vm: VictoriaMetrics) -> None:
    """At 48 requests a second for five seconds; `make bench` has a minute of it, with times."""
    now = time.time()
    labels = {"house": "home", "room": "work", "shelf": "rack_1", "device": "a", "source": "cloud"}
    points = [(now - 60 * n, 10.0 - n / 1000) for n in reversed(range(1440))]
    vm.import_samples({"__name__": "switchbot_energy_total_kwh", **labels}, points)
    running = start_bff()
    cost = f"/cost?{urlencode({'from': instant(now - DAY_SECONDS), 'to': instant(now)})}"
    assert poll_until(lambda: running.http.get(cost).status_code == 200, 60)
    load = Load((*MIX, cost), clients=50, requests_per_second=48, seconds=5)
    answers = apply_load(str(running.http.base_url), load)
    assert [answer for answer in answers if answer.status != 200] == []
    assert len(answers) == 240


def instant(unix_seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_seconds))
