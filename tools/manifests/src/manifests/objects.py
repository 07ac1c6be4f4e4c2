"""Kubernetes objects, and what tests ask of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Object = Mapping[str, Any]

# Where a kind keeps the template of its pods.
POD_TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
KEEP_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of pod: who makes it, and its template."""

    owner: Object
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The owner's name."""
        return name_of(self.owner)

    @property
    def namespace(self) -> str:
        """Where the pods run."""
        return namespace_of(self.owner)

    @property
    def keeps_running(self) -> bool:
        """Whether its pods are meant to run for ever."""
        return self.owner["kind"] in KEEP_RUNNING

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        """Containers, the initial ones too."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @property
    def has_own_network(self) -> bool:
        """Whether network policies hold for its pods."""
        return not self.spec.get("hostNetwork")

    def port_named(self, name: str | int) -> int | None:
        """The number of a container's port."""
        ports = (port for container in self.containers for port in container.get("ports", ()))
        return next(
            (p["containerPort"] for p in ports if name in (p.get("name"), p["containerPort"])), None
        )


def of_kind(objects: Sequence[Object], kind: str) -> list[Object]:
    """Those of one kind."""
    return [item for item in objects if item["kind"] == kind]


def workloads(objects: Sequence[Object]) -> list[Workload]:
    """Everything that makes pods."""
    return [found for item in objects if (found := _workload(item))]


def name_of(item: Object) -> str:
    """`metadata.name`."""
    return item["metadata"]["name"]


def namespace_of(item: Object) -> str:
    """`metadata.namespace`; empty for what has none."""
    return item["metadata"].get("namespace", "")


def title_of(item: Object) -> str:
    """How to name an object in a message."""
    return f"{item['kind']} {namespace_of(item)}/{name_of(item)}".replace(" /", " ")


def strings_in(value: object) -> Iterator[str]:
    """Every text in a tree of JSON, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings_in(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings_in(inner)


def _workload(item: Object) -> Workload | None:
    if item["kind"] not in POD_TEMPLATES:
        return None
    template: Any = item
    for step in POD_TEMPLATES[item["kind"]]:
        template = template[step]
    return Workload(item, template.get("metadata", {}).get("labels", {}), template["spec"])
