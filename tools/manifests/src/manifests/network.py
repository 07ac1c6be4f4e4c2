"""Who can reach whom through the network policies, and who has to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from manifests.objects import (
    Object,
    Workload,
    name_of,
    namespace_of,
    of_kind,
    strings_in,
    workloads,
)

URL = re.compile(r"\b(?:https?|wss?|postgresql\S*)://(?:[^@/\s]*@)?([a-z0-9.-]+):(\d+)")
OWN_ADDRESS = "127.0.0.1"
# Pods have private addresses: a block that has some of these may be any pod.
POD_ADDRESSES = [ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """One way of one pod to a port of another."""

    client: str
    server: str
    port: int


def needed_pairs(objects: Sequence[Object]) -> set[Pair]:
    """What settings and arguments name, and what is scraped because it has a port `metrics`."""
    everyone = workloads(objects)
    pairs = {pair for client in everyone for pair in _named(objects, everyone, client)}
    for scraper in (pod for pod in everyone if pod.spec.get("automountServiceAccountToken")):
        for server in everyone:
            if port := server.port_named("metrics"):
                pairs.add(Pair(scraper.name, server.name, port))
    return pairs


def allowed_pairs(objects: Sequence[Object]) -> set[Pair]:
    """What the policies of both ends let through, of all ports that containers open."""
    policies = of_kind(objects, "NetworkPolicy")
    everyone = [pod for pod in workloads(objects) if pod.has_own_network]
    return {
        Pair(client.name, server.name, port)
        for client in everyone
        for server in everyone
        for port in _open_ports(server)
        if client is not server
        and _lets(policies, "Egress", client, server, port)
        and _lets(policies, "Ingress", server, client, port)
    }


def names_needed(objects: Sequence[Object]) -> dict[str, bool]:
    """For each workload whether it finds others by name, as far as its settings show."""
    return {pod.name: any(True for _ in _urls(objects, pod)) for pod in workloads(objects)}


def blocks_beyond(objects: Sequence[Object]) -> dict[str, set[tuple[str, int]]]:
    """Addresses outside of the cluster that policies let pods go to: (block, port) by workload."""
    return {
        pod.name: {
            (peer["ipBlock"]["cidr"], port["port"])
            for policy in _of(of_kind(objects, "NetworkPolicy"), "Egress", pod)
            for rule in policy["spec"].get("egress", ())
            for peer in rule.get("to", ())
            if "ipBlock" in peer
            for port in rule["ports"]
        }
        for pod in workloads(objects)
        if pod.has_own_network
    }


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches."""
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return exact and all(
        _holds(expression, labels) for expression in selector.get("matchExpressions", ())
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if expression["operator"] != "In":
        raise NotImplementedError(expression["operator"])
    return labels.get(expression["key"]) in expression["values"]


def _named(
    objects: Sequence[Object], everyone: Sequence[Workload], client: Workload
) -> Iterator[Pair]:
    for host, service_port in _urls(objects, client):
        name, _, rest = host.partition(".")
        namespace = rest.partition(".")[0] or client.namespace
        if _service(objects, client.namespace, namespace):  # one pod of a StatefulSet's Service
            name, namespace = namespace, client.namespace
        service = _service(objects, namespace, name)
        if not service:
            continue
        wanted = next(p for p in service["spec"]["ports"] if p["port"] == service_port)
        for server in everyone:
            chosen = selects({"matchLabels": service["spec"]["selector"]}, server.labels)
            if chosen and server.namespace == namespace and server.keeps_running:
                port = server.port_named(wanted.get("targetPort", service_port))
                yield Pair(client.name, server.name, port or service_port)


def _urls(objects: Sequence[Object], client: Workload) -> Iterator[tuple[str, int]]:
    settings = [[c.get("env"), c.get("args")] for c in client.containers]
    for text in strings_in([settings, _mounted(objects, client)]):
        for host, port in URL.findall(text):
            if host != OWN_ADDRESS:
                yield host, int(port)


def _mounted(objects: Sequence[Object], client: Workload) -> list[object]:
    mounted = {v["configMap"]["name"] for v in client.spec.get("volumes", ()) if "configMap" in v}
    return [
        item["data"]
        for item in of_kind(objects, "ConfigMap")
        if name_of(item) in mounted and namespace_of(item) == client.namespace
    ]


def _service(objects: Sequence[Object], namespace: str, name: str) -> Object | None:
    services = of_kind(objects, "Service")
    return next((s for s in services if (namespace_of(s), name_of(s)) == (namespace, name)), None)


def _open_ports(server: Workload) -> set[int]:
    return {p["containerPort"] for c in server.containers for p in c.get("ports", ())}


def _of(policies: Sequence[Object], direction: str, pod: Workload) -> list[Object]:
    return [
        policy
        for policy in policies
        if namespace_of(policy) == pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], pod.labels)
    ]


def _lets(
    policies: Sequence[Object], direction: str, pod: Workload, other: Workload, port: int
) -> bool:
    chosen = _of(policies, direction, pod)
    rules = [rule for policy in chosen for rule in policy["spec"].get(direction.lower(), ())]
    peers = "to" if direction == "Egress" else "from"
    return not chosen or any(
        _is_port(rule, port)
        and any(_is_peer(peer, pod.namespace, other) for peer in rule.get(peers, ()))
        for rule in rules
    )


def _is_port(rule: Mapping[str, Any], port: int) -> bool:
    return "ports" not in rule or any(allowed["port"] == port for allowed in rule["ports"])


def _is_peer(peer: Mapping[str, Any], namespace: str, other: Workload) -> bool:
    if "ipBlock" in peer:
        return _may_be_a_pod(peer["ipBlock"])
    in_namespace = (
        selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace})
        if "namespaceSelector" in peer
        else other.namespace == namespace
    )
    return in_namespace and selects(peer.get("podSelector", {}), other.labels)


def _may_be_a_pod(block: Mapping[str, Any]) -> bool:
    cidr = ip_network(block["cidr"])
    left_out = {ip_network(part) for part in block.get("except", ())}
    return any(
        cidr.version == private.version and cidr.overlaps(private) and private not in left_out
        for private in POD_ADDRESSES
    )
