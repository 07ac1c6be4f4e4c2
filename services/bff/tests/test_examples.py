"""Swagger UI is a real way to work: what it fills in can be executed as it is."""

from typing import Any

import httpx

from bff.app import create_app

BILLS = ("/contracts", "/series", "/reading_dates", "/bills", "/real_bills", "/budgets", "/history")
# VictoriaMetrics is away, nothing is there yet, or it was changed since: the request is right.
ANSWERS = {200, 201, 404, 409, 503}


def first_example(described: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """What Swagger UI fills in; None where it leaves a field empty."""
    if examples := described.get("examples"):
        return next(iter(examples.values()))["value"] if isinstance(examples, dict) else examples[0]
    return None


def body_of(document: dict[str, Any], operation: dict[str, Any]) -> tuple[str, Any]:
    """The media type and the example of a request's body."""
    [(media_type, content)] = operation["requestBody"]["content"].items()
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return media_type, first_example(content) or first_example(schema)


def execute(api: httpx.Client, document: dict[str, Any], path: str, method: str) -> httpx.Response:
    operation = document["paths"][path][method]
    query = {}
    for parameter in operation.get("parameters", ()):
        example = first_example(parameter) or first_example(parameter["schema"])
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(example))
        elif example is not None:
            query[parameter["name"]] = example
    url = str(api.base_url).removesuffix("/api/v1/") + path
    if "requestBody" not in operation:
        return api.request(method, url, params=query)
    media_type, example = body_of(document, operation)
    body = {"json": example} if media_type == "application/json" else {"content": example}
    return api.request(method, url, params=query, headers={"Content-Type": media_type}, **body)


def test_every_example_of_bills_can_be_executed(api: httpx.Client) -> None:
    """Changes first, then questions: none is refused as wrong input."""
    document = create_app().openapi()
    for method in ("put", "post", "get"):
        for path in document["paths"]:
            is_bills = path.removeprefix("/api/v1").startswith(BILLS)
            if is_bills and method in document["paths"][path]:
                answer = execute(api, document, path, method)
                assert answer.status_code in ANSWERS, (method, path, answer.text)
