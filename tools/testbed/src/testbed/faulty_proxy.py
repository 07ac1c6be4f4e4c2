"""A proxy between an HTTP client and its server that does what a network may do."""

import socket
import ssl
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

RECEIVE_BYTES = 65_536
UPSTREAM_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one connection.

    Attributes:
        cut_request_at: So many bytes of the request reach the server, then both ends are closed.
        cut_answer_at: The server answers, and so many bytes of it arrive.
        answer: Comes instead of the server's, which gets nothing.
        is_silent: Nothing comes, until the client closes.
        byte_pause_seconds: Between the bytes of the answer.
    """

    cut_request_at: int | None = None
    cut_answer_at: int | None = None
    answer: bytes | None = None
    is_silent: bool = False
    byte_pause_seconds: float = 0


class FaultyProxy:
    """Accepts connections until it is closed, one at a time as a board makes them.

    Attributes:
        url: For the client.
        requests: Each whole request that arrived.
        answers: Each whole answer of the server.
    """

    def __init__(
        self, upstream_url: str, faults: Iterable[Fault], tls: ssl.SSLContext | None
    ) -> None:
        self._upstream, self._tls = urlsplit(upstream_url), tls
        self._faults = iter(faults)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        host = "https://localhost" if tls else "http://127.0.0.1"
        self.url = f"{host}:{self._listening.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []

    def run(self) -> None:
        """Serve until `close`."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, suppress(OSError), self._secure(client) as stream:
                self._serve(stream, next(self._faults, Fault()))

    def close(self) -> None:
        """Stop; a connection that is open ends."""
        self._stopped.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _secure(self, client: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(client, server_side=True) if self._tls else client

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        if fault.cut_request_at is not None:
            return self._cut_request(client, fault.cut_request_at)
        request = _receive_message(client)
        self.requests.append(request)
        if fault.is_silent:
            client.recv(1)
            return None
        answer = self._ask(request) if fault.answer is None else fault.answer
        return self._answer(client, answer[: fault.cut_answer_at], fault.byte_pause_seconds)

    def _cut_request(self, client: socket.socket, length: int) -> None:
        received = b""
        while len(received) < length and (data := client.recv(length - len(received))):
            received += data
        with self._connect() as upstream:
            upstream.sendall(received)

    def _ask(self, request: bytes) -> bytes:
        with self._connect() as upstream:
            upstream.sendall(request)
            answer = _receive_message(upstream)
        self.answers.append(answer)
        return answer

    def _answer(self, client: socket.socket, answer: bytes, pause_seconds: float) -> None:
        if not pause_seconds:
            client.sendall(answer)
            return
        for byte in answer:
            client.sendall(bytes((byte,)))
            if self._stopped.wait(pause_seconds):
                return

    def _connect(self) -> socket.socket:
        address = (self._upstream.hostname or "", self._upstream.port or 80)
        return socket.create_connection(address, UPSTREAM_TIMEOUT_SECONDS)


@contextmanager
def faulty_proxy(
    upstream_url: str, faults: Iterable[Fault] = (), tls: ssl.SSLContext | None = None
) -> Generator[FaultyProxy]:
    """Run a proxy for the length of a `with` block; connections after the faults are left alone.

    Args:
        upstream_url: Of the server, without TLS.
        faults: One for each connection.
        tls: Of clients; without it they have none.
    """
    proxy = FaultyProxy(upstream_url, faults, tls)
    thread = threading.Thread(target=proxy.run)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()


def _receive_message(connection: socket.socket) -> bytes:
    """Return a whole request or answer with a `Content-Length`, or what came of it."""
    message = b""
    while not _is_whole(message) and (data := connection.recv(RECEIVE_BYTES)):
        message += data
    return message


def _is_whole(message: bytes) -> bool:
    head, found, body = message.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return bool(found) and len(body) >= sum(lengths)
