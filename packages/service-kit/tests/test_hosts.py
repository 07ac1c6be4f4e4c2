"""Which host names are this service's, and which origins are the same."""

import pytest

from service_kit.hosts import is_ours, same_host

PAGE = "power.tailnet.ts.net"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "127.0.0.1:8000",
        "192.168.1.5",
        "[::1]:8000",
        "bff:8000",
        "POWER.tailnet.ts.net.",
        "power.tailnet.ts.net:443",
    ],
)
def test_names_that_are_ours(host: str) -> None:
    """The listed ones in any writing, and those that no stranger can own."""
    assert is_ours(host, (PAGE,))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8000",
        "power.tailnet.ts.net.evil.example",
        "xpower.tailnet.ts.net",
        "127.0.0.1.evil.example",
        "evil.example/localhost",
        "localhost@evil.example",
        "localhost, evil.example",
        "localhost:port",
        ".",
    ],
)
def test_names_that_are_not_ours(host: str) -> None:
    """Look-alikes and malformed headers among them."""
    assert not is_ours(host, (PAGE,))


def test_a_default_port_need_not_be_written() -> None:
    """An Origin never writes it, a Host header may; another port is another origin."""
    assert same_host("power.tailnet.ts.net:443", "power.tailnet.ts.net")
    assert not same_host("localhost:8080", "localhost:8000")
    assert not same_host("", "")
