"""Hold custom resources against the CRDs that their operators publish, strictly."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from manifests.build import ROOT
from manifests.objects import Object, title_of

# Beside the clone, not part of it: a clone alone leaves custom resources unchecked.
CRDS = ROOT.parent / "shared" / "crds"


def faults_of(item: Object) -> list[str] | None:
    """The violations of its schema by an object; None when no CRD here describes it."""
    group, _, version = item["apiVersion"].partition("/")
    schema = _schema(group, version, item["kind"])
    if schema is None:
        return None
    return [
        f"{title_of(item)}: {error.json_path}: {error.message[:300]}"
        for error in Draft202012Validator(schema).iter_errors(item)
    ]


@cache
def _schema(group: str, version: str, kind: str) -> Mapping[str, Any] | None:
    for path in sorted(CRDS.glob("*.yaml")):
        for text in re.split(r"^---$", path.read_text(), flags=re.MULTILINE):
            # Reading YAML is slow: only the one document that is about this kind.
            if re.search(rf"^    kind: {kind}$", text, re.MULTILINE) and f"group: {group}" in text:
                return _strict_of(yaml.load(text, yaml.CSafeLoader), version)
    return None


def _strict_of(crd: Mapping[str, Any], version: str) -> Mapping[str, Any] | None:
    for offered in crd["spec"]["versions"]:
        if offered["name"] == version:
            schema = offered["schema"]["openAPIV3Schema"]
            # The API server validates metadata itself; CRDs leave it out.
            return strict({**schema, "properties": {**schema["properties"], "metadata": METADATA}})
    return None


METADATA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "namespace": {"type": "string"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
        "finalizers": {"type": "array", "items": {"type": "string"}},
    },
}


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema that refuses fields the CRD does not have, as the API server does."""
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return {}
    made: dict[str, Any] = {key: schema[key] for key in KEPT & schema.keys()}
    if "properties" in schema:
        made["properties"] = {key: strict(value) for key, value in schema["properties"].items()}
        made.setdefault("additionalProperties", False)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), Mapping):
            made[inner] = strict(schema[inner])
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    if schema.get("nullable") and "type" in made:
        kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = [*kinds, "null"]
    return made


KEPT = frozenset(
    {
        "type", "enum", "pattern", "required", "minimum", "maximum", "minItems", "maxItems",
        "minLength", "maxLength", "minProperties", "maxProperties",
    }
)  # fmt: skip
