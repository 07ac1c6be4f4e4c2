"""Where a plug is on the network, as `devices.yaml` writes it: `host` or `host:port`."""

from dataclasses import dataclass
from typing import Self

HTTP_PORT = 80  # KLAP and AES
XOR_PORT = 9999  # Kasa firmware before KLAP


@dataclass(frozen=True, slots=True)
class Address:
    """A port is only given for plugs behind a forwarding, and in tests."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split off a port. A text that has none, or an IPv6 address, is the host."""
        host, colon, port = text.rpartition(":")
        if colon and port.isdecimal() and ":" not in host:
            return cls(host, int(port))
        return cls(text)

    @property
    def http_port(self) -> int:
        """Where KLAP and AES are spoken."""
        return self.port or HTTP_PORT

    @property
    def xor_port(self) -> int:
        """Where Kasa firmware before KLAP listens."""
        return self.port or XOR_PORT

    def __str__(self) -> str:
        """As it was written."""
        return self.host if self.port is None else f"{self.host}:{self.port}"
