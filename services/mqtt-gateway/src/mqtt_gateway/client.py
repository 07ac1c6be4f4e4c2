"""One connection to the broker after another, each with a fresh paho client in the event loop.

paho's own thread ends without a sign when a callback raises, and its own reconnecting hides why a
connection fails. Here asyncio watches the socket, as paho documents for other event loops, so that
every error ends the connection visibly.

Messages are not acknowledged when they arrive but by `Message.acknowledge`. The client of a
connection that has ended ignores it; the broker sends the message again.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any, override

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from home_model.errors import RejectedError, SourceError, UnreachableError
from mqtt_gateway.errors import SAME_CLIENT_ID, connection_error, refusal_error
from mqtt_gateway.parse import Message, Payload
from mqtt_gateway.subscribed import Subscribed
from service_kit.clock import Clock

LOG = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
MISC_SECONDS = 1.0
FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS, REJECTED_BACKOFF_SECONDS = 1.0, 15.0, 60.0
JITTER = 0.2
# A connection that held for less did not work.
SHORT_SECONDS = 10.0
MANY_SHORT = 3
# So many messages wait at most; then the socket is not read until they are handled.
MAX_WAITING = 2_000
MAX_FILTERS_PER_PACKET = 200
QOS = 1
REFUSED = 0x80


class _TlsSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho leaves open."""

    @override
    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def make_tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return what verifies a broker's certificate, by a CA of one's own or those of the system.

    Raises:
        OSError: The file cannot be used.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = _TlsSocket
    return context


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and the account to connect with.

    Attributes:
        tls: The certificates that are trusted; None for a connection without TLS.
        keeps_session: Whether the broker keeps messages while the gateway is away.
    """

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    keepalive_seconds: int = 20
    keeps_session: bool = True


class Connection:
    """Connect, subscribe, receive, and connect again, for as long as `run` runs.

    Args:
        broker: Where to connect.
        filters: Returns the topic filters that are wanted, and whether the broker's retained
            message is wanted at every connection.
        subscribed: What the broker's session has subscribed to.
        clock: For waiting.
    """

    def __init__(
        self,
        broker: Broker,
        filters: Callable[[], Mapping[str, bool]],
        subscribed: Subscribed,
        clock: Clock,
    ) -> None:
        self._broker, self._filters, self._subscribed = broker, filters, subscribed
        self.clock = clock
        self._open: _Open | None = None
        self._waiting: list[Message] = []
        self._arrived = asyncio.Event()
        self.problem: SourceError | None = UnreachableError("the broker is not connected yet")
        self.on_change: Callable[[], None] = lambda: None
        self.was_attempted = False
        self.lost_connections = 0
        self.refused_filters = 0

    @property
    def is_connected(self) -> bool:
        """Return whether the broker has accepted the connection that is open."""
        return self.problem is None

    @property
    def is_subscribed(self) -> bool:
        """Return whether the broker has all filters that are wanted, and no other."""
        return self._subscribed.filters == self._filters().keys()

    async def take(self) -> Sequence[Message]:
        """Wait for messages; return all that have arrived, in their order."""
        await self._arrived.wait()
        self._arrived.clear()
        taken, self._waiting = self._waiting, []
        if self._open:
            self._open.resume()
        return taken

    def subscribe(self, *, all_of_availability: bool = False) -> None:
        """Bring the subscriptions in line with the filters, if there is a connection."""
        if self._open and self.is_connected:
            self._open.subscribe(all_of_availability=all_of_availability)

    async def run(self) -> None:
        """Run until cancelled. Every end of a connection is logged when its reason is new."""
        failures, short = 0, 0
        while True:
            began = self.clock.monotonic()
            error = await self._run_once()
            if self.clock.monotonic() - began >= SHORT_SECONDS:
                failures = short = 0
            failures, short = failures + 1, short + self.is_connected
            if short >= MANY_SHORT:
                error = UnreachableError(SAME_CLIENT_ID)
            self._set_problem(error)
            await self.clock.sleep(backoff_seconds(error, failures))

    async def _run_once(self) -> SourceError:
        connection = _Open(self._broker, self)
        try:
            await connection.connect()
            self._open = connection
            return await connection.ended()
        except SourceError as error:
            return error
        finally:
            self._open = None
            connection.close()

    def accepted(self, *, session_present: bool) -> None:
        """Subscribe, since the broker has accepted the connection."""
        if not session_present:
            self._subscribed.forget()
        self._set_problem(None)
        self.subscribe(all_of_availability=True)

    def received(self, message: Message) -> bool:
        """Take a message; return whether there is room for another."""
        self._waiting.append(message)
        self._arrived.set()
        return len(self._waiting) < MAX_WAITING

    def changes(self, *, all_of_availability: bool) -> tuple[Sequence[str], Sequence[str]]:
        """Return the filters to subscribe to, and those to unsubscribe from."""
        wanted, there = self._filters(), self._subscribed.filters
        # Whether a device is there has to be known now; a reading is not wanted a second time.
        new = [f for f, is_online in wanted.items() if f not in there or is_online]
        if not all_of_availability:
            new = [f for f in new if f not in there]
        return new, sorted(there - wanted.keys())

    def subscription_answered(self, filters: Sequence[str], codes: Sequence[int]) -> None:
        """Record which filters the broker has accepted."""
        refused = [f for f, code in zip(filters, codes, strict=False) if code >= REFUSED]
        if refused:
            self.refused_filters += len(refused)
            LOG.error(
                "the broker does not allow to subscribe to %s and %d more: are the rights right?",
                refused[0], len(refused) - 1,
            )  # fmt: skip
        self._subscribed.add(f for f in filters if f not in refused)

    def unsubscription_answered(self, filters: Sequence[str]) -> None:
        """Record which filters are gone."""
        self._subscribed.remove(filters)

    def _set_problem(self, problem: SourceError | None) -> None:
        before, self.problem = self.problem, problem
        self.was_attempted = True
        if problem is None:
            LOG.info("connected to the broker at %s:%d", self._broker.host, self._broker.port)
        elif before is None or before.reason != problem.reason:
            LOG.warning("%s", problem.reason)
        self.lost_connections += before is None
        self.on_change()


def backoff_seconds(error: SourceError, failures: int) -> float:
    """Return how long to wait after so many connections in a row that did not work."""
    if isinstance(error, RejectedError):
        return REJECTED_BACKOFF_SECONDS
    doubled = min(FIRST_BACKOFF_SECONDS * 2.0 ** min(failures - 1, 10), MAX_BACKOFF_SECONDS)
    return doubled * (1.0 + random.uniform(0.0, JITTER))  # noqa: S311 - no secret


class _Open:
    """One connection: a client whose socket the event loop watches."""

    def __init__(self, broker: Broker, owner: Connection) -> None:
        self._broker, self._owner = broker, owner
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[SourceError] = self._loop.create_future()
        self._is_paused = self._is_answered = False
        self._sock: Any = None
        self._asked: dict[int, Sequence[str]] = {}
        self._client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            clean_session=not broker.keeps_session,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        if broker.username:
            client.username_pw_set(broker.username, broker.password or None)
        if broker.tls:
            client.tls_set_context(broker.tls)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe, client.on_unsubscribe = self._on_subscribe, self._on_unsubscribe
        # While it connects, paho is in another thread.
        client.on_socket_register_write = lambda *_: self._call(self._watch_writing)
        client.on_socket_unregister_write = lambda *_: self._call(self._unwatch_writing)
        client.on_socket_close = lambda *_: self._unwatch()

    async def connect(self) -> None:
        """Open the connection and log in.

        Raises:
            SourceError: It could not be opened.
        """
        broker = self._broker
        connect = partial(self._client.connect, broker.host, broker.port, broker.keepalive_seconds)
        failure: SourceError | None = None
        try:
            # Name, TCP and TLS block, for CONNECT_SECONDS each at most.
            await asyncio.to_thread(connect)
        except (OSError, ValueError) as error:
            failure = self._not_opened(error)
        if failure:
            raise failure  # not in the block above: it would keep paho's frames with their sockets
        self._sock = sock = self._client.socket()
        if sock is None:
            message = "the connection ended at once"
            raise UnreachableError(message)
        self._loop.add_reader(sock, self._read)
        self._watch_writing()
        self._loop.call_later(ANSWER_SECONDS, self._check_answered)

    async def ended(self) -> SourceError:
        """Return why the connection ended; keeps it alive until then."""
        while not self._end.done():
            self._guarded(self._client.loop_misc)
            await asyncio.wait([self._end], timeout=MISC_SECONDS)
        return self._end.result()

    def close(self) -> None:
        """End the connection without a trace of it in the loop."""
        self._unwatch()
        if not self._end.done():
            self._end.set_result(UnreachableError("the connection was closed"))
        client = self._client
        # It may be collected when the loop is closed already.
        client.on_socket_register_write = client.on_socket_unregister_write = None
        with suppress(Exception):
            self._client.disconnect()
            self._client.loop_write()
            self._client.loop_misc()
        _close_socket(self._client)

    def subscribe(self, *, all_of_availability: bool) -> None:
        """Send what is to be subscribed to and unsubscribed from."""
        new, old = self._owner.changes(all_of_availability=all_of_availability)
        for filters in batched(old, MAX_FILTERS_PER_PACKET, strict=False):
            _, mid = self._client.unsubscribe(list(filters))
            self._asked[mid or 0] = filters
        for filters in batched(new, MAX_FILTERS_PER_PACKET, strict=False):
            _, mid = self._client.subscribe([(each, QOS) for each in filters])
            self._asked[mid or 0] = filters

    def resume(self) -> None:
        """Read the socket again after a pause."""
        if self._is_paused and self._sock is not None:
            self._is_paused = False
            self._loop.add_reader(self._sock, self._read)
            self._loop.call_soon(self._read)

    def _call(self, work: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(work)

    def _watch_writing(self) -> None:
        if self._sock is not None:
            self._loop.add_writer(self._sock, self._guarded, self._client.loop_write)

    def _unwatch_writing(self) -> None:
        if self._sock is not None and not self._client.want_write():
            self._loop.remove_writer(self._sock)

    def _unwatch(self) -> None:
        """Forget the socket, which paho is about to close."""
        if self._sock is not None:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
        self._sock = None

    def _read(self) -> None:
        while self._sock is not None and not self._is_paused:
            self._guarded(self._client.loop_read)
            # What TLS has decrypted already makes no socket readable.
            if self._sock is None or not _has_pending(self._sock):
                return

    def _guarded(self, work: Callable[[], MQTTErrorCode]) -> None:
        """Run a step of paho; any error of it ends the connection."""
        try:
            code = work()
        except Exception as error:  # a broker that sends nonsense, or a fault of paho
            LOG.debug("the connection failed", exc_info=True)
            self._finish(f"{type(error).__name__}: {error}")
        else:
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._finish(code.name.removeprefix("MQTT_ERR_").lower().replace("_", " "))

    def _finish(self, reason: str) -> None:
        broker = self._broker
        if not self._is_answered:
            error = ConnectionResetError(f"it ended before the answer to CONNECT: {reason}")
            self._finish_with(self._not_opened(error))
            return
        where = f"{broker.host}:{broker.port}"
        message = f"the connection to the broker at {where} ended ({reason})"
        self._finish_with(UnreachableError(message))

    def _not_opened(self, error: Exception) -> SourceError:
        broker = self._broker
        return connection_error(error, broker.host, broker.port, tls=broker.tls is not None)

    def _finish_with(self, error: SourceError) -> None:
        self._unwatch()
        if not self._end.done():
            self._end.set_result(error)

    def _check_answered(self) -> None:
        if not self._is_answered:
            message = f"no answer to CONNECT within {ANSWER_SECONDS:g} s"
            self._finish_with(self._not_opened(TimeoutError(message)))

    def _on_connect(self, _: Client, __: object, flags: Any, code: ReasonCode, ___: object) -> None:  # noqa: ANN401
        self._is_answered = True
        if code.is_failure:
            error = refusal_error(str(code), self._broker.host, self._broker.port)
            self._finish_with(error)
        else:
            self._owner.accepted(session_present=flags.session_present)

    def _on_disconnect(
        self, _: Client, __: object, ___: object, code: ReasonCode, ____: object
    ) -> None:
        text = str(code)
        self._finish("it was lost" if text == "Unspecified error" else text.lower())

    def _on_message(self, client: Client, _: object, message: MQTTMessage) -> None:
        acknowledge = partial(client.ack, message.mid, message.qos) if message.qos else None
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # of no device
        clock, payload = self._owner.clock, Payload(bytes(message.payload))
        received = Message(
            topic, payload, clock.now(), clock.monotonic(), message.retain, acknowledge
        )
        if not self._owner.received(received) and self._sock is not None:
            self._is_paused = True
            self._loop.remove_reader(self._sock)

    def _on_subscribe(
        self, _: Client, __: object, mid: int, codes: Sequence[ReasonCode], ___: object
    ) -> None:
        filters = self._asked.pop(mid, ())
        self._owner.subscription_answered(filters, [code.value for code in codes])

    def _on_unsubscribe(self, _: Client, __: object, mid: int, ___: object, ____: object) -> None:
        self._owner.unsubscription_answered(self._asked.pop(mid, ()))


def _has_pending(sock: Any) -> bool:  # noqa: ANN401 - a socket, of TLS or not
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


def _close_socket(client: Client) -> None:
    if (sock := client.socket()) is not None:
        with suppress(OSError):
            sock.close()
