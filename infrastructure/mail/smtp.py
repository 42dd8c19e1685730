"""Mail by SMTP, on a few connections that are kept."""

import ssl
import threading
import time
from collections.abc import Callable

from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.mail.smtp_address import parse_smtp_url
from infrastructure.mail.smtp_connection import NextHop, SmtpConnection, as_sent

REST_SECONDS = 60.0
"""How long a connection that could not be made, while another could, is left alone."""

_LONG_AGO = float("-inf")


def nobody_asks() -> None: ...


class SmtpTransport:
    """Makes up to `connections` of them, as many as threads send at a time; a mail waits for one until its
    deadline. A next hop that takes fewer gets fewer: no mail is refused because one of several cannot be made.
    """

    name = "smtp"

    def __init__(
        self,
        url: str,
        *,
        connections: int = 1,
        timeout: float = 30.0,
        connect_timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Time limits as in `NextHop`. Raises NotConfigured when `url` is not as `parse_smtp_url` wants it."""
        next_hop = NextHop(
            address=parse_smtp_url(url),
            tls=tls or ssl.create_default_context(),
            timeout=timeout,
            connect_timeout=connect_timeout,
            clock=clock,
        )
        self.connections = connections
        self._clock = clock
        self._all = [SmtpConnection(next_hop) for _ in range(connections)]
        self._idle = list(self._all)
        self._rest_until: dict[SmtpConnection, float] = {}
        self._changed = threading.Condition()

    def send(
        self, mail: OutgoingMail, *, begin_before: float, begun: Callable[[], object] = nobody_asks
    ) -> Delivery:
        """`begun` is called when DATA begins."""
        content = as_sent(mail)
        while (connection := self._borrowed(begin_before)) is not None:
            try:
                delivery = connection.send(mail, content, begin_before, begun)
            finally:
                goes_elsewhere = self._given_back(connection)
            if delivery.result is not SendResult.REFUSED_FOR_NOW or not goes_elsewhere:
                return delivery
        return Delivery(result=SendResult.NOT_BEGUN)

    def close(self) -> None:
        """Closes those that nobody sends on at the moment."""
        with self._changed:
            for connection in self._idle:
                connection.close()

    def _borrowed(self, begin_before: float) -> SmtpConnection | None:
        """A connection for this thread alone; None when there was none until the deadline."""
        with self._changed:
            while (chosen := self._chosen()) is None:
                left = begin_before - self._clock()
                if left <= 0:
                    return None
                self._changed.wait(left)
            self._idle.remove(chosen)
            return chosen

    def _chosen(self) -> SmtpConnection | None:
        """An open one, else one that may be made; one that rests only where no other is at work."""
        still_open = [one for one in self._idle if one.is_open]
        rested = [one for one in self._idle if self._rest_until.get(one, _LONG_AGO) <= self._clock()]
        others_work = len(self._idle) < len(self._all)
        return next(iter(reversed(still_open or rested or ([] if others_work else self._idle))), None)

    def _given_back(self, connection: SmtpConnection) -> bool:
        """Whether it could not be made while others are there: it rests, and its mail may go by another."""
        with self._changed:
            others = any(one.is_open or one not in self._idle for one in self._all if one is not connection)
            unreachable = not connection.was_reached
            self._rest_until.pop(connection, None)
            if unreachable and others:
                self._rest_until[connection] = self._clock() + REST_SECONDS
            self._idle.append(connection)
            self._changed.notify_all()
            return unreachable and others
