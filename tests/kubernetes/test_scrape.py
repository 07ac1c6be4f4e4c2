"""The scrape configuration on the real vmsingle, with an API server that lists pods."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from manifests.build import ROOT
from manifests.objects import Object, Workload, workloads
from testbed.exporter import ExporterProcess, exporter
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from testbed.virtual_home import VirtualHome, settings_of_exporter, virtual_home

SCRAPE = ROOT / "k8s" / "apps" / "vmsingle" / "scrape.yaml"
LIMIT_SECONDS = 180.0
DEVICE = {"house", "room", "shelf", "device", "source"}


class ApiServer:
    """Lists and watches pods as the Kubernetes API does (List/Watch of v1 Pod)."""

    def __init__(self) -> None:
        self.pods: dict[tuple[str, str], Object] = {}
        self._events: list[tuple[str, Object]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, pod: Object) -> None:
        """Let a pod come."""
        self.pods[pod["metadata"]["namespace"], pod["metadata"]["name"]] = pod
        self._tell("ADDED", pod)

    def delete(self, pod: Object) -> None:
        """Let a pod go."""
        del self.pods[pod["metadata"]["namespace"], pod["metadata"]["name"]]
        self._tell("DELETED", pod)

    def close(self) -> None:
        """End the watches and the server."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def _tell(self, event: str, pod: Object) -> None:
        with self._changed:
            self._events.append((event, pod))
            self._changed.notify_all()

    def events_after(self, seen: int) -> list[tuple[str, Object]] | None:
        """Wait for events beyond the first `seen`; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._events) > seen)
            return None if self._closed else self._events[seen:]

    def listed(self, namespace: str) -> dict[str, Any]:
        """The pods of a namespace."""
        with self._changed:
            version = {"resourceVersion": str(len(self._events))}
            items = [pod for (place, _), pod in self.pods.items() if place == namespace]
            return {"kind": "PodList", "apiVersion": "v1", "metadata": version, "items": items}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                split = urlsplit(self.path)
                namespace = split.path.removeprefix("/api/v1/namespaces/").removesuffix("/pods")
                asked = parse_qs(split.query)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                if "watch" in asked:
                    self._watch(namespace, int(asked["resourceVersion"][0]))
                else:
                    self.wfile.write(json.dumps(api.listed(namespace)).encode())

            def _watch(self, namespace: str, seen: int) -> None:
                while events := api.events_after(seen):
                    seen += len(events)
                    for event, pod in events:
                        if pod["metadata"]["namespace"] == namespace:
                            line = json.dumps({"type": event, "object": pod})
                            self.wfile.write(line.encode() + b"\n")
                            self.wfile.flush()

            @override
            def log_message(self, format: str, *args: object) -> None:
                """No log: vmsingle's has more."""

        return Handler


def pod_of(workload: Workload, name: str, address: str, port: int) -> Object:
    """A running pod as the manifests' template makes it, at an address of this machine."""
    (container,) = workload.spec["containers"]
    ports = [{**container["ports"][0], "containerPort": port}]
    return {
        "metadata": {
            "name": name,
            "namespace": workload.namespace,
            "labels": dict(workload.labels),
            "resourceVersion": "1",
        },
        "spec": {"nodeName": "node", "containers": [{**container, "ports": ports}]},
        "status": {
            "phase": "Running",
            "podIP": address,
            "hostIP": "127.0.0.1",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [],
        },
    }


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def scraping(api_server: ApiServer, tmp_path: Path) -> Iterator[VictoriaMetrics]:
    """The real vmsingle with the cluster's configuration, hurried, with the address of the API."""
    config = yaml.safe_load(
        SCRAPE.read_text().replace("%{HOUSE}", "cottage").replace("%{POD_NAMESPACE}", "power")
    )
    config["global"]["scrape_interval"] = "1s"
    (discovery,) = config["scrape_configs"][0]["kubernetes_sd_configs"]
    discovery["api_server"] = api_server.url
    del config["scrape_configs"][1]  # itself, at the port it has in its pod
    file = tmp_path / "scrape.yaml"
    file.write_text(yaml.safe_dump(config))
    flags = ["-promscrape.kubernetesSDCheckInterval=1s"]
    with victoria_metrics(tmp_path, scrape_config=file, flags=flags) as vm:
        yield vm


def until(vm: VictoriaMetrics, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in a minute"
        time.sleep(0.2)
        vm.settle()


@pytest.fixture
def start_exporter(tmp_path: Path) -> Iterator[Callable[[str], tuple[ExporterProcess, int]]]:
    """A real exporter of the virtual home, at an address of this machine."""
    with ExitStack() as stack:
        house: VirtualHome = stack.enter_context(virtual_home(tmp_path))
        config = (ROOT / "config" / "virtual-home.yaml").read_text()

        def start(address: str) -> tuple[ExporterProcess, int]:
            folder = tmp_path / address
            folder.mkdir()
            settings = settings_of_exporter(house, folder, config)
            settings |= {"LISTEN_HOST": "0.0.0.0", "LISTEN_PORT": str(port := free_port())}
            command = [sys.executable, "-m", "switchbot_exporter"]
            env = {**os.environ, **settings}
            running = exporter(command, env, folder / "exporter.log")
            return stack.enter_context(running), port

        yield start


@pytest.mark.long
def test_a_new_pod_goes_on_with_the_series_of_the_old_one(
    home: tuple[Object, ...],
    api_server: ApiServer,
    scraping: VictoriaMetrics,
    start_exporter: Callable[[str], tuple[ExporterProcess, int]],
) -> None:
    """A device's series have the labels of its place alone; the exporter's own have the app's.

    The pod is replaced by one of another name at another address, as at each roll-out: no series
    begins anew.
    """
    (cloud,) = [w for w in workloads(home) if w.name == "switchbot-cloud-exporter"]

    def age_of_scrape() -> float:
        return time.time() - max((v for _, v in scraping.instant("timestamp(up)")), default=0)

    _, first_port = start_exporter("127.0.0.1")
    first = pod_of(cloud, "switchbot-cloud-exporter-aaaaa", "127.0.0.1", first_port)
    api_server.add(first)
    until(scraping, lambda: len(scraping.instant('switchbot_power_watts{device="fridge"}')) == 1)
    api_server.delete(first)
    until(scraping, lambda: scraping.instant("up") == [])
    _, second_port = start_exporter("127.0.0.2")
    api_server.add(pod_of(cloud, "switchbot-cloud-exporter-bbbbb", "127.0.0.2", second_port))
    until(scraping, lambda: bool(scraping.instant("up == 1")) and age_of_scrape() < LIMIT_SECONDS)

    ever = scraping.instant('count_over_time(switchbot_power_watts{device="fridge"}[1h])')
    ((labels, _),) = ever
    assert labels.keys() == DEVICE
    ((labels, _),) = scraping.instant("count_over_time(up[1h])")
    own = {
        "job": "switchbot-cloud",
        "instance": "switchbot-cloud",
        "protocol": "cloud",
        "house": "cottage",
    }
    assert labels == own
    ((labels, _),) = scraping.instant("count_over_time(switchbot_api_requests_remaining[1h])")
    assert labels.keys() >= own.keys()


def test_pods_that_tell_no_metrics_are_left_alone(
    home: tuple[Object, ...], api_server: ApiServer, scraping: VictoriaMetrics
) -> None:
    """Of all pods of both namespaces only those with a port `metrics` become targets."""
    pods = [w for w in workloads(home) if w.keeps_running]
    for workload in pods:
        container = workload.containers[0]
        pod = pod_of(workload, f"{workload.name}-0", "127.0.0.1", free_port())
        api_server.add({**pod, "spec": {"containers": [{**container}], "nodeName": "node"}})
    wanted = {w.labels["app.kubernetes.io/name"] for w in pods if w.port_named("metrics")}

    def targets() -> set[str]:
        return {labels["job"] for labels, _ in scraping.instant("up")}

    until(scraping, lambda: targets() == wanted)
    assert wanted >= {"bff", "switchbot-ble", "tp-link-matter", "vmalert"}
    assert targets().isdisjoint({"frontend", "matter-server", "grafana", "vmsingle"})
