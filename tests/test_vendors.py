"""Every list of vendors has every source of the table; what is missing is named with its file."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from bff.settings import Settings as BffSettings
from home_model.sources import SOURCES, AnySource, Family, Source, SourceInfo, SourceName
from manifests.generate import GENERATED, generated
from service_kit.settings import secret_variables
from up.process import OTHER_SECRETS, is_secret

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class VendorList:
    """A file that is edited by hand for each source.

    Attributes:
        path: The file, in which names of `SourceInfo` may stand in braces.
        entries: The words that it must have for a source.
        exceptions: Sources that are left out on purpose.
        counts_comments: Whether an example in a comment will do.
    """

    path: str
    entries: Callable[[SourceInfo], Sequence[str]]
    exceptions: frozenset[str] = frozenset()
    counts_comments: bool = False

    def file(self, row: SourceInfo) -> Path:
        """Return the file of one source."""
        return ROOT / self.path.format(row=row)

    def missing(self, row: SourceInfo, text: str) -> list[str]:
        """Return what the text of the file lacks for one source."""
        if row.source in self.exceptions:
            return []
        code = text if self.counts_comments else re.sub(r"(^|\s)#.*", "", text)
        lacking = (entry for entry in self.entries(row) if not _has(code, entry))
        return [f"{self.path.format(row=row)}: no {entry} ({row.source})" for entry in lacking]


def _has(text: str, entry: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(entry)}(?![\w-])", text) is not None


LISTS = (
    VendorList("pyproject.toml", lambda row: [f'"{row.service}"', f"{row.service} ="]),
    VendorList(
        "compose.yaml",
        lambda row: [f"{row.compose_name}:", f"SERVICE: {row.service}", *row.all_secrets],
    ),
    VendorList(".env.example", lambda row: [f"{name}=" for name in row.all_secrets]),
    VendorList(
        "config/devices.example.yaml", lambda row: [f"source: {row.source}"], counts_comments=True
    ),
    VendorList("tools/up/src/up/emulators.py", lambda row: [f'"{row.source}"']),
    # Its first word is how the changelog calls the vendor.
    VendorList(
        "CHANGELOG.md", lambda row: re.findall(r"\w[\w-]*", row.en)[:1], counts_comments=True
    ),
    VendorList("k8s/apps/{row.k8s_app}/kustomization.yaml", lambda _: ["exporter"]),
    VendorList(
        "k8s/apps/{row.k8s_app}/exporter/kustomization.yaml",
        lambda row: [
            "bases/exporter",
            f"namePrefix: {row.k8s_app}-",
            f"app.kubernetes.io/name: {row.k8s_app}",
            f"protocol: {row.source}",
            f"newName: ppms/{row.service}",
        ],
    ),
    VendorList("k8s/apps/{row.k8s_app}/exporter/deployment.yaml", lambda row: row.secrets),
    VendorList(
        "k8s/apps/{row.k8s_app}/exporter/networkpolicy.yaml",
        lambda row: [f"app.kubernetes.io/name: {row.k8s_app}"],
        exceptions=frozenset({"ble"}),  # it goes nowhere: its radio is behind the host's D-Bus
    ),
    VendorList("services/{row.service}/pyproject.toml", lambda row: [f'name = "{row.service}"']),
    VendorList(
        "services/{row.service}/src/{row.module}/__main__.py", lambda row: [f'"{row.service}"']
    ),
)
CASES = [(each, row) for each in LISTS for row in SOURCES if row.source not in each.exceptions]
IDS = [f"{each.path}-{row.source}" for each, row in CASES]


@pytest.mark.parametrize("each", LISTS, ids=[each.path for each in LISTS])
def test_every_list_has_every_source(each: VendorList) -> None:
    """The message names each file and what it lacks."""
    lacking = [
        line
        for row in SOURCES
        for line in each.missing(
            row, each.file(row).read_text("utf-8") if each.file(row).exists() else ""
        )
    ]
    assert lacking == []


@pytest.mark.parametrize(("each", "row"), CASES, ids=IDS)
def test_an_entry_that_is_removed_is_named(each: VendorList, row: SourceInfo) -> None:
    """Remove one entry of one source from one list: the test above would name it."""
    text = each.file(row).read_text("utf-8")
    for entry in each.entries(row):
        without = re.sub(rf"(?<![\w-]){re.escape(entry)}(?![\w-])", "", text)
        assert f"{each.path.format(row=row)}: no {entry} ({row.source})" in each.missing(
            row, without
        )


@pytest.mark.parametrize("file", GENERATED)
def test_what_is_generated_from_the_table_is_not_stale(file: str) -> None:
    """`make docs` writes them."""
    assert (ROOT / file).read_text("utf-8") == generated(file, SOURCES), f"{file}: run make docs"


@pytest.mark.parametrize("file", GENERATED)
@pytest.mark.parametrize("row", SOURCES, ids=[row.source for row in SOURCES])
def test_a_generated_file_without_a_source_is_stale(file: str, row: SourceInfo) -> None:
    """With another name in any row of the table no generated file is right."""
    renamed = replace(
        row,
        source="cloud" if row.source != "cloud" else "ble",
        service="x-exporter",
        module="x_exporter",
        k8s_app="x",
        is_pushed=False,
    )
    rows = [renamed if each is row else each for each in SOURCES]
    assert (ROOT / file).read_text("utf-8") != generated(file, rows)


def test_the_table_has_every_configuration_class_and_word() -> None:
    """A class without a row would be accepted in `devices.yaml` and read by nobody."""
    union = get_args(get_args(Source.__value__)[0])
    assert {row.source_type for row in SOURCES} == set(union)
    assert {row.source for row in SOURCES} == set(get_args(SourceName.__value__))
    assert {row.family for row in SOURCES} == set(get_args(Family.__value__))
    assert all(issubclass(row.source_type, AnySource) for row in SOURCES)


def settings_types(row: SourceInfo) -> Iterator[type[BaseSettings]]:
    """Yield the settings classes that the package of an exporter defines."""
    package = importlib.import_module(row.module)
    for found in pkgutil.walk_packages(package.__path__, f"{row.module}."):
        if found.name.endswith("settings"):
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, BaseSettings):
                    yield value


@pytest.mark.parametrize("service", sorted({row.service for row in SOURCES}))
def test_the_table_has_the_secrets_and_the_port_of_the_settings(service: str) -> None:
    """From the table `make up` derives who is given which secret, and compose what is scraped."""
    rows = [row for row in SOURCES if row.service == service]
    types = [found for row in rows for found in settings_types(row)]
    secrets = {name for found in types for name in secret_variables(found)}
    assert secrets - OTHER_SECRETS == {name for row in rows for name in row.all_secrets}
    ports = {
        found.model_fields["listen_port"].default
        for found in types
        if found.__module__.startswith(rows[0].module) and "listen_port" in found.model_fields
    }
    assert ports == {row.default_port for row in rows}


def test_ports_of_services_differ_and_no_secret_of_a_service_is_inherited() -> None:
    """All run on one machine; `make up` hands a secret on by name only."""
    ports = {row.service: row.default_port for row in SOURCES}
    assert len(set(ports.values())) == len(ports)
    assert SecretStr in {field.annotation for field in BffSettings.model_fields.values()}
    names = {*secret_variables(BffSettings), *(name for row in SOURCES for name in row.all_secrets)}
    assert [name for name in names if not is_secret(name)] == []


def test_dashboards_name_a_family_only_where_they_compare_it() -> None:
    """All others match every family by the end of a metric's name."""
    families = "|".join({row.family for row in SOURCES})
    folder = ROOT / "k8s" / "grafana" / "dashboards"
    naming = {
        file.stem
        for file in folder.glob("*.json")
        if re.search(rf"\b({families})_\w+", file.read_text("utf-8"))
    }
    assert naming <= {"native-and-matter", "switchbot-quota", "rough-cost"}
