"""The HTTP side of an exporter, against the real server."""

import asyncio
import gzip
from collections.abc import AsyncGenerator

import httpx
import pytest

from exporter_kit.server import Endpoints, serve
from service_kit.errors import CannotStartError
from service_kit.hosts import ANSWER_HEADERS
from testbed.process import free_port

PAGE = b"# HELP x x\n" * 100


@pytest.fixture
async def health() -> dict[str, bool]:
    return {"alive": True, "ready": True}


@pytest.fixture
async def http(health: dict[str, bool]) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a server that shows PAGE."""
    port = free_port()
    endpoints = Endpoints(
        name="<plug>",
        version="1",
        metrics=lambda accept: (PAGE, f"text/plain; asked={accept}"),
        is_alive=lambda: health["alive"],
        is_ready=lambda: health["ready"],
    )
    url = f"http://127.0.0.1:{port}"
    async with serve(endpoints, "127.0.0.1", port), httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_the_page_comes_in_the_format_that_was_asked_for(http: httpx.AsyncClient) -> None:
    """The content type is the exposition's, by the request's `Accept`."""
    response = await http.get("/metrics", headers={"Accept": "text/x"})
    assert response.content == PAGE
    assert response.headers["Content-Type"] == "text/plain; asked=text/x"


async def test_the_page_is_compressed_for_those_who_can(http: httpx.AsyncClient) -> None:
    """VictoriaMetrics and Prometheus can; a scrape over Wi-Fi is a tenth as long."""
    async with http.stream("GET", "/metrics", headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert gzip.decompress(raw) == PAGE
    assert len(raw) < len(PAGE) / 5
    plain = await http.get("/metrics", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


async def test_health_has_a_status_and_a_reason(
    http: httpx.AsyncClient, health: dict[str, bool]
) -> None:
    """200 while all is well, 503 with a line else; each page for itself."""
    assert [(await http.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    health["ready"] = False
    response = await http.get("/readyz")
    assert (response.status_code, response.text) == (
        503,
        "the first round of polls is not complete\n",
    )
    assert (await http.get("/healthz")).is_success
    health["alive"] = False
    assert (await http.get("/healthz")).status_code == 503


async def test_other_requests_are_refused(http: httpx.AsyncClient) -> None:
    """By the right status; HEAD is answered without a body, the name is escaped."""
    assert (await http.get("/nothing")).status_code == 404
    assert (await http.post("/metrics")).status_code == 405
    head = await http.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert "&lt;plug&gt;" in (await http.get("/")).text


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/nothing"])
async def test_answers_are_neither_kept_nor_given_to_other_sites(
    http: httpx.AsyncClient, path: str
) -> None:
    """Of every page; and no page of another origin may read one."""
    answer = await http.get(path, headers={"Origin": "http://evil.example"})
    assert {name: answer.headers.get(name) for name in ANSWER_HEADERS} == ANSWER_HEADERS
    assert "access-control-allow-origin" not in answer.headers


async def test_a_taken_port_is_an_error_that_names_the_setting(http: httpx.AsyncClient) -> None:
    """Before anything is served."""
    port = int(str(http.base_url).rsplit(":", 1)[1])
    endpoints = Endpoints("x", "1", lambda _: (b"", ""), lambda: True, lambda: True)
    with pytest.raises(CannotStartError, match="choose another LISTEN_PORT"):
        async with serve(endpoints, "127.0.0.1", port):
            pytest.fail("it is taken")


async def test_a_client_that_sends_nothing_does_not_hold_up_the_end() -> None:
    """An open connection is closed when the exporter stops."""
    port = free_port()
    endpoints = Endpoints("x", "1", lambda _: (b"", ""), lambda: True, lambda: True)
    async with asyncio.timeout(30), serve(endpoints, "127.0.0.1", port):
        async with asyncio.timeout(10):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    break
                except OSError:
                    await asyncio.sleep(0.01)
    assert await reader.read() == b""
    writer.close()
