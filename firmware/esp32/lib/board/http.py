"""One HTTP request at a time, for answers of a few hundred bytes.

MicroPython's `requests` counts characters where HTTP wants bytes, takes an answer that was cut for
a good one and leaks its sockets.
"""

import errno
import socket
import time

PIECE_BYTES = 512
MAX_BODY_BYTES = 4096
MAX_HEAD_BYTES = 4096
DEADLINE_TIMEOUTS = 3
STATUS_DIGITS = 3


class UnusableConfigError(Exception):
    """The configured URL or certificate cannot be used; trying again changes nothing."""


class Answer:
    """A complete answer.

    Attributes:
        status: Three digits.
        headers: By their names in small letters.
        body: As many bytes as were announced.
    """

    def __init__(self, status: int, headers: dict, body: bytes):
        self.status, self.headers, self.body = status, headers, body


class Request:
    """What is sent.

    Attributes:
        method: Such as POST.
        url: With `http` or `https`.
        headers: Without Host, Connection and Content-Length.
        length_bytes: Of the body.
        body: Its pieces, as bytes.
    """

    def __init__(self, method: str, url: str, headers=(), length_bytes: int = 0, body=()):
        self.method, self.url, self.headers = method, url, headers
        self.length_bytes, self.body = length_bytes, body


class Exchange:
    """A request and its answer on a connection, with a deadline of its own."""

    def __init__(self, timeout_seconds: int, feed):
        self._timeout_seconds, self._feed = timeout_seconds, feed
        self._end = time.ticks_add(time.ticks_ms(), timeout_seconds * 1000 * DEADLINE_TIMEOUTS)
        self._stream = None

    def run(self, request: Request, tls) -> Answer:
        """Return the answer.

        Raises:
            OSError: There is no complete answer in time.
            UnusableConfigError: There is no server to ask.
        """
        scheme, host, port, path = split_url(request.url)
        address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][-1]
        self._step()
        connection = socket.socket()
        try:
            connection.settimeout(self._timeout_seconds)
            connection.connect(address)
            self._step()
            self._stream = tls(connection, host) if scheme == "https" else connection
            self._send(request, path)
            return self._receive()
        finally:
            if self._stream is not None:
                self._stream.close()
            connection.close()

    def _send(self, request: Request, path: str) -> None:
        authority = request.url.split("/", 3)[2]
        head = [f"{request.method} {path} HTTP/1.0", "Host: " + authority]
        head += ["{}: {}".format(*header) for header in request.headers]
        head += [f"Content-Length: {request.length_bytes}", "", ""]
        waiting = "\r\n".join(head).encode()
        for piece in request.body:
            waiting += piece
            while len(waiting) >= PIECE_BYTES:
                self._write(waiting[:PIECE_BYTES])
                waiting = waiting[PIECE_BYTES:]
        self._write(waiting)

    def _write(self, piece: bytes) -> None:
        while piece:
            self._step()
            written = self._stream.write(piece)
            if not written:
                raise OSError(errno.ETIMEDOUT)
            piece = piece[written:]

    def _receive(self) -> Answer:
        version, code = (self._line().split(b" ", 2) + [b""])[:2]
        if not version.startswith(b"HTTP/1.") or len(code) != STATUS_DIGITS or not code.isdigit():
            raise OSError("no HTTP status")
        headers, total = {}, 0
        while True:
            line = self._line()
            total += len(line)
            if total > MAX_HEAD_BYTES:
                raise OSError("the head of the answer is too long")
            if not line:
                return Answer(int(code), headers, self._body(headers))
            name, _, value = line.partition(b":")
            headers[name.decode().lower()] = value.decode().strip()

    def _body(self, headers: dict) -> bytes:
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            raise OSError("the answer has no length, or is too long")
        return b"".join([self._byte() for _ in range(int(length))])

    def _line(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\r\n"):
            line += self._byte()
            if len(line) > MAX_HEAD_BYTES:
                raise OSError("a line of the answer is too long")
        return bytes(line[:-2])

    # Byte by byte: a longer read waits anew for each byte of a slow server, past any deadline.
    def _byte(self) -> bytes:
        self._step()
        byte = self._stream.read(1)
        if byte is None:
            raise OSError(errno.ETIMEDOUT)
        if not byte:
            raise OSError(errno.ECONNRESET)
        return byte

    def _step(self) -> None:
        self._feed()
        if time.ticks_diff(self._end, time.ticks_ms()) < 0:
            raise OSError(errno.ETIMEDOUT)


def split_url(url: str):
    """Return scheme, host, port and path.

    Raises:
        UnusableConfigError: It is not the URL of an HTTP server.
    """
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.partition(":")
    if scheme not in ("http", "https") or not host or (colon and not port.isdigit()):
        raise UnusableConfigError("RENDER_BASE_URL is no http or https URL: " + url)
    default = 443 if scheme == "https" else 80
    return scheme, host, int(port) if port else default, slash + path or "/"


def tls_opener(ca_file: str, is_verified: bool):
    """Return what wraps a connection, verified by a root certificate.

    Args:
        ca_file: Root certificate as DER.
        is_verified: False takes any certificate: the token is then readable for who is between.
    """

    def wrap(connection, host: str):
        import tls

        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED if is_verified else tls.CERT_NONE
        if is_verified:
            context.load_verify_locations(_load_root(ca_file))
        return context.wrap_socket(connection, server_hostname=host)

    return wrap


def _load_root(ca_file: str) -> bytes:
    if not ca_file:
        raise UnusableConfigError("https needs CA_FILE, or TLS_VERIFY false")
    try:
        with open(ca_file, "rb") as file:
            return file.read()
    except OSError as error:
        raise UnusableConfigError(f"CA_FILE {ca_file} cannot be read: {error!r}") from error
