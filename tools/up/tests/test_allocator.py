"""The settings of the allocator, which every process of `make up` and every image has."""

import re
from pathlib import Path

import pytest

from up.process import ALLOCATOR, Process

DOCKERFILE = Path(__file__).parents[3] / "docker" / "python.Dockerfile"


def test_images_have_the_settings_of_make_up() -> None:
    """Compose and Kubernetes run these images; neither file repeats them."""
    written = dict(re.findall(r"(MALLOC_\w+)=(\S+)", DOCKERFILE.read_text(encoding="utf-8")))
    assert written == ALLOCATOR


def test_a_process_has_them_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever measures sets others."""
    process = Process("any", ("true",), {}, "file:///nowhere")
    for name in ALLOCATOR:
        monkeypatch.delenv(name, raising=False)
    assert process.environment().items() >= ALLOCATOR.items()
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    assert process.environment()["MALLOC_ARENA_MAX"] == "8"
