"""The description of the API: committed, complete, and shown without the internet."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from bff.app import create_app
from bff.openapi import FILE, document

METHODS = ("get", "post", "put", "delete")


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in create_app().openapi()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method} {path}", methods[method]


def test_the_committed_description_is_that_of_the_code() -> None:
    """The page's types come from it; `python -m bff.openapi` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == document()


def test_every_operation_is_described() -> None:
    """Swagger UI is a way to work: a tag, a summary, a description, and the problem it may give."""
    for name, operation in operations():
        assert operation["tags"], name
        assert operation["summary"], name
        assert operation["description"], name
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (name, parameter["name"])
        problem = operation["responses"]["default"]["content"]
        assert list(problem) == ["application/problem+json"], name


def test_operation_ids_are_unique() -> None:
    """Generated clients name their functions by them."""
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_try_it_works_through_any_address() -> None:
    """The only server is the address that shows the page."""
    assert [server["url"] for server in create_app().openapi()["servers"]] == ["/"]


def test_swagger_ui_needs_no_internet(api: httpx.Client) -> None:
    """Everything the page loads comes from the BFF itself."""
    root = api.base_url.copy_with(path="/")
    page = httpx.get(root.join("/api/docs"), trust_env=False).text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) >= 3
    for asset in assets:
        assert asset.startswith("/api/docs/")
        assert httpx.get(root.join(asset), trust_env=False).is_success
    assert "://" not in page
    # The first answer makes the whole description, which takes seconds on a busy machine.
    described = httpx.get(root.join("/api/openapi.json"), trust_env=False, timeout=60).json()
    assert described == create_app().openapi()
