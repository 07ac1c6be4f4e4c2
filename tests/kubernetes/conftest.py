"""The manifests, built once for all tests of this folder."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from manifests.build import ROOT, built, kustomizations
from manifests.objects import Object

CHECKERS = ROOT / ".tools" / "kubernetes-checks" / "bin"
OVERLAYS = ("home", "cluster")


@pytest.fixture(scope="session", autouse=True)
def _tools_are_there() -> None:
    if not CHECKERS.is_dir() or not shutil.which("kustomize"):
        pytest.fail("run scripts/setup-kubernetes-tools (`make test` does)")


@pytest.fixture(scope="session")
def checker() -> Callable[[str], Path]:
    """The path of a checker."""
    return lambda name: CHECKERS / name


@pytest.fixture(scope="session")
def builds() -> dict[Path, tuple[Object, ...]]:
    """Every kustomization and its objects."""
    folders = kustomizations()
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(folders, pool.map(built, folders), strict=True))


@pytest.fixture(scope="session")
def home() -> tuple[Object, ...]:
    """Everything that runs in a home."""
    return built(ROOT / "k8s" / "overlays" / "home")


@pytest.fixture(scope="session", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> tuple[Object, ...]:
    """Each environment in turn."""
    return built(ROOT / "k8s" / "overlays" / request.param)
