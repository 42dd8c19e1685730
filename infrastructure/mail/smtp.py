"""Mail by SMTP, on a few connections that are made beforehand and kept while they are used."""

import ssl
import threading
import time
from collections.abc import Callable

import structlog

from application.error_traces import where
from application.mail import Delivery, OutgoingMail, Readiness, SendResult, Transport
from infrastructure.mail.smtp_address import SmtpAddress, parse_smtp_url
from infrastructure.mail.smtp_connection import NextHop, SmtpConnection, as_sent, refused_for_now

log = structlog.get_logger("mail")

RETRY_SECONDS = 5.0
"""The wait after a connection could not be opened, if no connection is open."""
REST_SECONDS = 60.0
"""The wait after a connection could not be opened, if others are open."""
READY_WITHIN = 1.0
"""How many seconds `prepare` waits for a connection that it began to make."""


def nobody_asks() -> None: ...


class SmtpTransport:
    """Opens up to `connections` connections to the next hop, each on a thread of its own.

    Opening is not limited by a mail's deadline. If the next hop accepts fewer connections, Farley uses fewer, and no
    mail is refused for that. A connection is idle, lent to a sending thread, absent, or being opened. The first one
    is opened alone, and further ones while mails wait for their turn.
    """

    name = Transport.SMTP

    def __init__(
        self,
        url: str,
        *,
        connections: int = 1,
        timeout: float = 30.0,
        connect_timeout: float = 20.0,
        unused_after: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Time limits are those of `NextHop`. Connections are closed after `unused_after` seconds without use.

        Raises NotConfigured if `parse_smtp_url` does not accept `url`.
        """
        address = parse_smtp_url(url)
        next_hop = NextHop(
            address=address,
            tls=tls or _tls_to(address),
            timeout=timeout,
            connect_timeout=connect_timeout,
            clock=clock,
        )
        self.connections = connections
        self._clock = clock
        self._unused_after = unused_after
        self._absent = [SmtpConnection(next_hop) for _ in range(connections)]
        self._idle: list[SmtpConnection] = []
        self._being_made = 0
        self._failure: OSError | None = None
        self._first_not_before = self._further_not_before = float("-inf")
        self._closing: threading.Timer | None = None
        self._changed = threading.Condition()

    def prepare(self) -> Readiness:
        """Returns whether a mail would get a connection now. Opens one if none is idle, and waits briefly for it."""
        with self._changed:
            self._let_go_of_ended()
            if not self._idle and self._make_another():
                self._changed.wait_for(lambda: self._idle or not self._being_made, READY_WITHIN)
            if self._idle:
                return Readiness.READY
            return Readiness.UNREACHABLE if self._is_unreachable else Readiness.SOON

    def send(
        self, mail: OutgoingMail, *, begin_before: float, begun: Callable[[], object] = nobody_asks
    ) -> Delivery:
        """`begun` is called when DATA begins."""
        content = as_sent(mail)
        while isinstance(borrowed := self._borrowed(begin_before), SmtpConnection):
            try:
                delivery = borrowed.send(mail, content, begin_before, begun)
            finally:
                self._give_back(borrowed)
            if delivery is not None:
                return delivery
        return Delivery(result=SendResult.NOT_BEGUN) if borrowed is None else refused_for_now(borrowed, mail)

    def close(self) -> None:
        """Closes the connections that no thread is using."""
        with self._changed:
            for connection in self._idle:
                connection.close()
            self._absent, self._idle = self._absent + self._idle, []
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None

    @property
    def _standing(self) -> int:
        """How many are idle or lent."""
        return self.connections - len(self._absent) - self._being_made

    @property
    def _is_unreachable(self) -> bool:
        return not (self._standing or self._being_made)

    def _borrowed(self, begin_before: float) -> SmtpConnection | OSError | None:
        """Lends a connection to this thread. Returns None after the deadline, or the error if none can be opened."""
        with self._changed:
            while (left := begin_before - self._clock()) > 0:
                self._let_go_of_ended()
                if self._idle:
                    return self._idle.pop()
                self._make_another()
                if self._is_unreachable:
                    return self._failure
                self._changed.wait(left)
            return None

    def _let_go_of_ended(self) -> None:
        ended = [connection for connection in self._idle if connection.has_ended()]
        self._idle = [connection for connection in self._idle if connection not in ended]
        self._absent += ended

    def _make_another(self) -> bool:
        """Begins to open a connection, unless there are enough, or it is too early after a failure."""
        not_before = self._further_not_before if self._standing else self._first_not_before
        first_is_being_made = self._being_made and not self._standing
        if not self._absent or first_is_being_made or self._clock() < not_before:
            return False
        self._being_made += 1
        threading.Thread(
            target=self._make, args=[self._absent.pop()], name="mail-connection", daemon=True
        ).start()
        return True

    def _make(self, connection: SmtpConnection) -> None:
        failure = _failure_to_make(connection)
        with self._changed:
            if failure is not None:
                self._note(failure)
            self._being_made -= 1
            self._give_back(connection)

    def _note(self, failure: OSError) -> None:
        """Notes a failed try. If other connections are open, the next hop accepts no more, otherwise none."""
        if self._standing:
            self._further_not_before = self._clock() + REST_SECONDS
        else:
            self._failure, self._first_not_before = failure, self._clock() + RETRY_SECONDS

    def _give_back(self, connection: SmtpConnection) -> None:
        with self._changed:
            (self._idle if connection.is_open else self._absent).append(connection)
            if connection.is_open and self._closing is None:
                self._close_unused_later()
            self._changed.notify_all()

    def _close_unused_later(self) -> None:
        self._closing = threading.Timer(self._unused_after, self._close_unused)
        self._closing.daemon = True
        self._closing.start()

    def _close_unused(self) -> None:
        """Closes unused connections outside of the lock, because QUIT takes time. They count as lent meanwhile."""
        with self._changed:
            self._closing = None
            unused = [idle for idle in self._idle if idle.used_at + self._unused_after <= self._clock()]
            self._idle = [idle for idle in self._idle if idle not in unused]
            if self._standing > len(unused):
                self._close_unused_later()
        for connection in unused:
            connection.close()
            self._give_back(connection)


def _tls_to(address: SmtpAddress) -> ssl.SSLContext | None:
    """Returns None for an address without TLS, because it takes long to read the machine's certificates."""
    return ssl.create_default_context() if address.tls or address.starttls else None


def _failure_to_make(connection: SmtpConnection) -> OSError | None:
    """Opens the connection. Returns any error, because a waiting thread must learn of it, or None."""
    try:
        connection.make()
    except OSError as failure:
        return failure
    except Exception as error:  # noqa: BLE001 - see above
        log.error("a connection could not be made", **where(error))
        return OSError(type(error).__name__)
    return None
