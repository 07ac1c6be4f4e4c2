"""Who reaches whom: the pairs that settings ask for, and from outside only the page."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from home_model.sources import SOURCES
from manifests.build import ROOT
from manifests.network import (
    Pair,
    allowed_pairs,
    blocks_beyond,
    names_needed,
    needed_pairs,
    selects,
)
from manifests.objects import Object, name_of, namespace_of, of_kind, workloads

LAN = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
API_SERVER = {(block, port) for block in LAN for port in (443, 6443)}
# What lies beyond the cluster. The Matter server has a node's address.
BEYOND = {
    "vmsingle": API_SERVER,
    "switchbot-cloud-exporter": {("0.0.0.0/0", 443), ("2000::/3", 443)},
    "tp-link-native-exporter": {(block, port) for block in LAN for port in (80, 9999)},
    "tp-link-matter-exporter": {(block, 5580) for block in LAN},
    "aiseg2-exporter": {(block, port) for block in LAN for port in (80, 8086)},
    "shelly-exporter": {(block, 80) for block in LAN},
    "mqtt-exporter": {(block, port) for block in LAN for port in (1883, 8883, 8086)},
}


def pod(name: str, ports: dict[str, int], args: Sequence[str] = (), **labels: str) -> Object:
    """A pod as an operator makes it of a custom resource."""
    spec: dict[str, Any] = {
        "containers": [
            {
                "args": list(args),
                "ports": [{"name": n, "containerPort": p} for n, p in ports.items()],
            }
        ]
    }
    labels |= {"app.kubernetes.io/name": name}
    template = {"metadata": {"labels": labels}, "spec": spec}
    meta = {"name": name, "namespace": "power"}
    return {"kind": "Deployment", "metadata": meta, "spec": {"template": template}}


def service(name: str, app: str, port: int) -> Object:
    spec = {"selector": {"app.kubernetes.io/name": app}, "ports": [{"port": port}]}
    return {"kind": "Service", "metadata": {"name": name, "namespace": "power"}, "spec": spec}


def vmagent() -> Object:
    writes = "-remoteWrite.url=http://vminsert-power:8480/"
    # By the VMServiceScrape of the stores.
    scrapes = "http://vmstorage-power:8482/metrics"
    made = deepcopy(pod("vmagent", {"http": 8429}, [writes, scrapes]))
    made["spec"]["template"]["spec"]["automountServiceAccountToken"] = True
    return made


# What the VictoriaMetrics operator makes of VMCluster and VMAgent, by its own labels.
OPERATOR_MADE = (
    pod("vmselect", {"http": 8481}, ["-storageNode=http://vmstorage-power:8401"]),
    pod("vminsert", {"http": 8480}, ["-storageNode=http://vmstorage-power:8400"]),
    pod("vmstorage", {"http": 8482, "vminsert": 8400, "vmselect": 8401}),
    vmagent(),
    service("vmselect-power", "vmselect", 8481),
    service("vminsert-power", "vminsert", 8480),
    {
        **service("vmstorage-power", "vmstorage", 8400),
        "spec": {
            "selector": {"app.kubernetes.io/name": "vmstorage"},
            "ports": [{"port": 8400}, {"port": 8401}, {"port": 8482}],
        },
    },
)


@pytest.fixture(scope="session")
def everybody(overlay: tuple[Object, ...]) -> tuple[Object, ...]:
    """An environment with what operators add to it."""
    has_operator = bool(of_kind(overlay, "VMCluster"))
    return (*overlay, *OPERATOR_MADE) if has_operator else overlay


def test_exactly_the_needed_pairs_are_allowed(everybody: tuple[Object, ...]) -> None:
    """A pair that a URL or a metrics port asks for works; no other port of a pod is reachable."""
    in_host_network = {w.name for w in workloads(everybody) if not w.has_own_network}
    needed = {pair for pair in needed_pairs(everybody) if pair.server not in in_host_network}
    assert allowed_pairs(everybody) == needed


def test_the_pairs_of_a_home_are_these(home: tuple[Object, ...]) -> None:
    """Written out once, so that a fault of the computation shows."""
    exporters = {row.k8s_app for row in SOURCES}
    assert allowed_pairs(home) == {
        Pair("frontend", "bff", 8000),
        Pair("bff", "vmsingle", 8428),
        Pair("vmalert", "vmsingle", 8428),
        Pair("grafana", "vmsingle", 8428),
        Pair("vmsingle-backup", "vmsingle", 8428),
        Pair("vmsingle-backup-check", "vmsingle", 8428),
        Pair("bff-backup-check", "vmsingle", 8428),
        Pair("archive", "vmsingle", 8428),
        Pair("archive-backup-check", "vmsingle", 8428),
        *(Pair(f"{name}-backup", "vmsingle", 8428) for name in exporters),
        Pair("aiseg2-exporter", "vmsingle", 8428),
        Pair("archive", "bff", 8000),
        Pair("measurements-exporter", "vmsingle", 8428),
        Pair("vmsingle", "bff", 8001),
        Pair("vmsingle", "vmalert", 8880),
        *(Pair("vmsingle", f"{name}-exporter", 9101) for name in exporters),
    }


def test_a_missing_policy_would_be_seen(home: tuple[Object, ...]) -> None:
    """The computation without the BFF's policy loses its pairs; without deny-all it gains."""
    policies = {name_of(p) for p in of_kind(home, "NetworkPolicy")}
    assert {"bff", "deny-all"} <= policies

    def without(name: str) -> set[Pair]:
        return allowed_pairs(
            [o for o in home if (o["kind"], name_of(o)) != ("NetworkPolicy", name)]
        )

    assert Pair("frontend", "bff", 8000) not in without("bff")
    assert Pair("grafana", "vmalert", 8880) not in without("grafana")
    assert without("deny-all") > allowed_pairs(home)


def test_only_these_go_beyond_the_cluster(home: tuple[Object, ...]) -> None:
    """The vendor's cloud, the plugs on the LAN, the Matter server's node, the API server."""
    assert {name: blocks for name, blocks in blocks_beyond(home).items() if blocks} == BEYOND


def test_those_that_look_names_up_may(overlay: tuple[Object, ...]) -> None:
    """The label that lets a pod ask DNS stands where a name is used, and nowhere else."""
    beyond = {
        "switchbot-cloud-exporter",
        "tp-link-native-exporter",
        "aiseg2-exporter",
        "shelly-exporter",
        "mqtt-exporter",
    }  # names in code, and in devices.yaml
    may = {
        workload.name
        for workload in workloads(overlay)
        if workload.labels.get("power.example/resolves-names") == "true"
    }
    wants = {name for name, wanted in names_needed(overlay).items() if wanted} | beyond
    assert may == wants


def test_a_job_that_calls_another_pod_tries_more_than_once(overlay: tuple[Object, ...]) -> None:
    """On a real cluster its first two calls came before its policies were in force."""
    calling = names_needed(overlay)
    for workload in workloads(overlay):
        if calling[workload.name] and not workload.keeps_running:
            assert workload.owner["spec"]["jobTemplate"]["spec"]["backoffLimit"] >= 5, workload.name


def test_every_pod_is_denied_by_default(overlay: tuple[Object, ...]) -> None:
    """In both namespaces, both ways."""
    denied = {
        namespace_of(policy)
        for policy in of_kind(overlay, "NetworkPolicy")
        if policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }
    assert {workload.namespace for workload in workloads(overlay)} <= denied


def test_only_the_page_and_the_way_in_for_boards_are_reachable(
    overlay: tuple[Object, ...],
) -> None:
    """One Ingress, of Tailscale, to the frontend; one NodePort, to the port that asks for a token.

    Every other Service is ClusterIP; no host ports.
    """
    (ingress,) = of_kind(overlay, "Ingress")
    spec = ingress["spec"]
    assert spec["ingressClassName"] == "tailscale"
    (rule,) = spec["rules"]
    assert "host" not in rule, "a host that is not the tls host drops the rule whole"
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"]["name"] == "frontend"
    for offered in of_kind(overlay, "Service"):
        is_for_boards = name_of(offered) == "measurements-boards"
        assert offered["spec"]["type"] == ("NodePort" if is_for_boards else "ClusterIP")
        assert offered["spec"].get("clusterIP") != "None", "the operator refuses headless Services"
    ports = [
        port
        for workload in workloads(overlay)
        if workload.has_own_network
        for container in workload.containers
        for port in container.get("ports", ())
    ]
    assert [port for port in ports if "hostPort" in port] == []
    assert "tailscale.com/funnel" not in ingress["metadata"]["annotations"]


def test_boards_reach_the_port_that_asks_for_a_token_and_nothing_else(
    overlay: tuple[Object, ...],
) -> None:
    """The only pod that the home's network may call, at the one port of its NodePort."""
    (offered,) = [s for s in of_kind(overlay, "Service") if s["spec"]["type"] == "NodePort"]
    assert [port["nodePort"] for port in offered["spec"]["ports"]] == [30820]
    let_in = {
        (policy["metadata"]["name"], port["port"], peer["ipBlock"]["cidr"])
        for policy in of_kind(overlay, "NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
        for peer in rule.get("from", ())
        if "ipBlock" in peer
        for port in rule["ports"]
    }
    assert let_in == {("measurements-boards", 8020, block) for block in LAN}
    chosen = [
        w.name
        for w in workloads(overlay)
        if selects({"matchLabels": offered["spec"]["selector"]}, w.labels)
    ]
    assert chosen == ["measurements-exporter"]


def test_only_the_proxy_of_our_ingress_reaches_the_page(home: tuple[Object, ...]) -> None:
    """By the labels that the operator gives it; another proxy of the tailnet does not match."""
    (policy,) = [p for p in of_kind(home, "NetworkPolicy") if name_of(p) == "frontend"]
    (ingress,) = of_kind(home, "Ingress")
    (rule,) = policy["spec"]["ingress"]
    (peer,) = rule["from"]
    proxy = {
        "tailscale.com/parent-resource": name_of(ingress),
        "tailscale.com/parent-resource-ns": namespace_of(ingress),
        "tailscale.com/parent-resource-type": "ingress",
    }
    assert selects(peer["podSelector"], proxy)
    assert not selects(peer["podSelector"], proxy | {"tailscale.com/parent-resource": "other"})
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "tailscale"}


def test_every_app_of_the_folder_is_in_the_home(builds: dict[Path, tuple[Object, ...]]) -> None:
    """Argo CD takes the folders; `kubectl apply -k` takes the list: both deploy the same."""

    def identities(objects: tuple[Object, ...]) -> set[tuple[str, str, str]]:
        return {(o["kind"], namespace_of(o), name_of(o)) for o in objects}

    k8s = ROOT / "k8s"
    folders = [k8s / "foundation", *(k8s / "apps").iterdir()]
    apart = set[tuple[str, str, str]]().union(*(identities(builds[folder]) for folder in folders))
    assert identities(builds[k8s / "overlays" / "home"]) == apart
