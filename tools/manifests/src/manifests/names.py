"""Names, labels and quantities that the API server refuses and kubernetes-validate lets through."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from manifests.objects import Object, title_of

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
DNS_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
LABEL_KEY = re.compile(
    r"([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?"
)
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
# Their names become host names.
SHORT_NAMED = frozenset({"Service", "Namespace", "StatefulSet", "CronJob"})


def faults_of(item: Object) -> list[str]:
    """Everything that is wrong with the names and numbers of one object."""
    return [f"{title_of(item)}: {fault}" for fault in _faults(item)]


def _faults(item: Object) -> Iterator[str]:
    name = item["metadata"].get("name", "")
    pattern = DNS_LABEL if item["kind"] in SHORT_NAMED else DNS_NAME
    if not pattern.fullmatch(name):
        yield f"bad name {name!r}"
    yield from _walk(item)


def _walk(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _field(key, inner)
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def _field(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    match key, value:
        case (("labels" | "matchLabels" | "nodeSelector"), Mapping()):
            yield from _labels(value)
        case "annotations", Mapping():
            yield from (
                f"annotation {k} is no text" for k, v in value.items() if not isinstance(v, str)
            )
        case (("requests" | "limits"), Mapping()):
            yield from (
                f"bad quantity {v!r}" for v in value.values() if not QUANTITY.fullmatch(str(v))
            )
        case (("sizeLimit" | "storage"), str() | int()):
            if not QUANTITY.fullmatch(str(value)):
                yield f"bad quantity {value!r}"
        case (("containers" | "initContainers" | "volumes"), list()):
            names = [entry["name"] for entry in value]
            yield from (f"bad name {n!r}" for n in names if not DNS_LABEL.fullmatch(n))
            yield from (f"{n!r} twice" for n in set(names) if names.count(n) > 1)
        case "ports", list():
            yield from _port_names(value)


def _labels(labels: Mapping[str, Any]) -> Iterator[str]:
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(key):
            yield f"bad label key {key!r}"
        if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            yield f"bad value {value!r} of label {key}"


def _port_names(ports: list[Any]) -> Iterator[str]:
    names = [port["name"] for port in ports if isinstance(port, Mapping) and "name" in port]
    yield from (f"bad port name {name!r}" for name in names if not PORT_NAME.fullmatch(name))
