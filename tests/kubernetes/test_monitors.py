"""The scrape objects of operators: each Service with metrics is found by exactly one of them."""

from collections.abc import Mapping, Sequence

import pytest

from home_model.sources import SOURCES
from manifests.build import ROOT, built
from manifests.network import selects
from manifests.objects import Object, name_of, namespace_of, of_kind, workloads

KINDS = {"prometheus-operator": "ServiceMonitor", "victoriametrics-operator": "VMServiceScrape"}
# Of the operator's own objects.
OF_VMCLUSTER = {"ppms-vmstorage"}
# vmsingle scrapes itself where there is no operator.
SCRAPED_BY_ITSELF = {"vmsingle"}
PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}


@pytest.fixture(scope="module", params=KINDS)
def monitors(request: pytest.FixtureRequest) -> Sequence[Object]:
    """What one operator is given."""
    made = built(ROOT / "k8s" / "optional" / request.param)
    found = of_kind(made, KINDS[request.param])
    assert len(found) > len(SOURCES)
    return [item for item in found if name_of(item) not in OF_VMCLUSTER]


def namespaces_of(monitor: Object) -> set[str]:
    chosen = monitor["spec"].get("namespaceSelector", {}).get("matchNames")
    return set(chosen or [namespace_of(monitor)])


def found_by(monitor: Object, services: Sequence[Object]) -> list[str]:
    """The names of the Services that a monitor selects, by labels, namespace and port."""
    spec = monitor["spec"]
    ports = {endpoint["port"] for endpoint in spec["endpoints"]}
    return [
        name_of(service)
        for service in services
        if namespace_of(service) in namespaces_of(monitor)
        and selects(spec["selector"], service["metadata"].get("labels", {}))
        and ports <= {port["name"] for port in service["spec"]["ports"]}
    ]


def test_each_service_with_metrics_is_scraped_once(
    monitors: Sequence[Object], home: Sequence[Object]
) -> None:
    """By its labels: an exporter that is added is found, a Job or the boards' NodePort is not."""
    services = of_kind(home, "Service")
    found: Mapping[str, list[str]] = {name_of(m): found_by(m, services) for m in monitors}
    assert [name for name, chosen in found.items() if len(chosen) != 1] == []
    names = [chosen for each in found.values() for chosen in each]
    wanted = {
        name_of(service)
        for service in services
        if any(port["name"] == "metrics" for port in service["spec"]["ports"])
    }
    assert sorted(names) == sorted(wanted - SCRAPED_BY_ITSELF)
    sources = {row.source for row in SOURCES}
    protocols = {m["spec"]["selector"]["matchLabels"].get("protocol") for m in monitors}
    assert protocols == sources | {None}


def test_prometheus_is_let_in_where_it_scrapes(home: Sequence[Object]) -> None:
    """Every pod with a port `metrics`, by a policy of its namespace; the port by its name."""
    policies = of_kind(built(ROOT / "k8s/optional/prometheus-operator"), "NetworkPolicy")
    scraped = [w for w in workloads(home) if w.port_named("metrics")]
    for workload in scraped:
        chosen = [
            policy["spec"]
            for policy in policies
            if namespace_of(policy) == workload.namespace
            and selects(policy["spec"]["podSelector"], workload.labels)
        ]
        assert len(chosen) == 1, workload.name
        (rule,) = chosen[0]["ingress"]
        assert [port["port"] for port in rule["ports"]] == ["metrics"]
        assert selects(rule["from"][0]["podSelector"], PROMETHEUS)
