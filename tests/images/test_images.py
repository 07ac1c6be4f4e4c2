"""Dockerfiles and what goes into them. That they build and run is tried by `scripts/try-images`."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools/images/bin"
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
OF_PRODUCT = [file for file in DOCKERFILES if file.name != "stand-ins.Dockerfile"]
# What a service is made of beside packages: the virtual home has emulators.
TOOLS_OF_SERVICES = {
    f"tools/{name}"
    for file in sorted((ROOT / "services").glob("*/pyproject.toml"))
    for name in tomllib.loads(file.read_text())["tool"].get("uv", {}).get("sources", {})
    if (ROOT / "tools" / name).is_dir()
}
NUMBERED_USER = "USER 10001:10001"

each_of_product = pytest.mark.parametrize("dockerfile", OF_PRODUCT, ids=lambda file: file.stem)


def test_hadolint_has_nothing_to_say() -> None:
    """All Dockerfiles follow its rules; what is ignored has its reason beside it."""
    command = [TOOLS / "hadolint", *DOCKERFILES]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@each_of_product
def test_an_image_ends_as_a_numbered_user_who_is_not_root(dockerfile: Path) -> None:
    """Kubernetes can see of a number alone that it is not root; the manifests use the same."""
    users = re.findall(r"^USER .*$", dockerfile.read_text(), re.MULTILINE)
    assert users[-1] == NUMBERED_USER
    assert "runAsUser: 10001" in (ROOT / "k8s/bases/exporter/deployment.yaml").read_text()


@each_of_product
def test_a_base_image_has_a_version(dockerfile: Path) -> None:
    """Neither `latest` nor nothing."""
    text = dockerfile.read_text()
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE))
    bases = re.findall(r"^FROM (?:--\S+ )?(\S+)", text, re.MULTILINE)
    tags = [_filled(base, arguments).partition(":")[2] for base in bases]
    assert tags
    assert all(re.search(r"\d", tag) for tag in tags)


def _filled(base: str, arguments: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], base)


def test_an_image_has_the_uv_that_the_lock_was_made_with() -> None:
    """A newer uv may read the lock differently."""
    wanted = re.search(
        r"^UV_VERSION=(\S+)$", (ROOT / "scripts/setup-python").read_text(), re.MULTILINE
    )
    assert wanted
    assert f"ARG UV_VERSION={wanted[1]}" in (ROOT / "docker/python.Dockerfile").read_text()


def test_every_service_is_run_by_its_folders_name() -> None:
    """`run-service` makes the module's name of the folder's; the archive's users have their own."""
    for service in sorted((ROOT / "services").iterdir()):
        name = {"archive": "homeiot_batch"}.get(service.name, service.name.replace("-", "_"))
        module = service / "src" / name
        assert (module / "__main__.py").exists(), f"{service.name} cannot be an image"


def test_the_builder_sees_no_secrets_and_no_data() -> None:
    """All is left out, and only what images are made of is let in."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    code = {"packages", "services", "frontend", *TOOLS_OF_SERVICES}
    assert let_in == code | {"pyproject.toml", "uv.lock", "docker"}


def test_the_builder_is_given_what_services_are_made_of() -> None:
    """A folder that is copied but not let in fails every build, not only that of its service."""
    text = (ROOT / "docker/python.Dockerfile").read_text()
    assert set(re.findall(r"^COPY (tools/\S+)", text, re.MULTILINE)) == TOOLS_OF_SERVICES
