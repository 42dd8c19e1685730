"""One client's connection. It occupies a thread only while a complete request is being answered."""

import socket
import sys
import time
from typing import Any

import structlog
from waitress.channel import HTTPChannel
from waitress.utilities import BadRequest

from application.error_traces import where
from infrastructure.web_server.limits import (
    ANSWER_SECONDS,
    BODY_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    LINGER_SECONDS,
    ROOM_SECONDS,
    STOPPING_IDLE_SECONDS,
)
from infrastructure.web_server.parser import ClientTooSlow, NoRoom, StrictParser
from infrastructure.web_server.tasks import AnswerTask, RefusalTask
from infrastructure.web_server.uploads import Upload

log = structlog.get_logger("web")


class TimedChannel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """Waitress's channel with limits on time. A pipelined request waits until the answer before it is taken."""

    task_class = AnswerTask
    error_task_class = RefusalTask
    parser_class = StrictParser

    request: StrictParser | None
    lingering_since: float | None = None
    waits_for_client = False
    """Whether a whole request waits until the client has taken the answer before it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._answers = 0
        self._unread = (-1, 0.0)
        super().__init__(*arguments, **named)
        host = self.addr[0]
        self._limited_address = host if self.server.is_limited(host) else None

    def received(self, data: bytes) -> bool:
        went_on = bool(super().received(data))
        self._hand_upload_on()
        return went_on

    def service(self) -> None:
        request = self.requests[0]
        super().service()
        self._answers += 1
        if self.server.room.leave(request):
            # the bodies that wait for a place can be read now
            self.server.pull_trigger()

    def look_after(self, now: float) -> None:
        """Refuses or closes a connection that takes too long. Only the main thread calls this."""
        if self.lingering_since is not None:
            self.will_close |= now - self.lingering_since > LINGER_SECONDS
        elif self.total_outbufs_len:
            self.will_close |= self._seconds_unread(now) > ANSWER_SECONDS
        elif self.requests:
            return
        elif self.request is not None:
            self._look_after_request(self.request, now - self.request.began)
        else:
            limit = STOPPING_IDLE_SECONDS if self.server.stopping else IDLE_SECONDS
            self.will_close |= now - self.last_activity > limit

    def readable(self) -> bool:
        if self.lingering_since is not None:
            return True
        if (upload := self._arriving_upload()) is not None:
            return upload.has_room and not (self.will_close or self.close_when_flushed)
        return bool(super().readable()) and self._has_room(self.request)

    def handle_read(self) -> None:
        upload = self._arriving_upload()
        if self.lingering_since is not None:
            self.recv(self.adj.recv_bytes)
        elif upload is not None and self._has_ended():
            upload.cut_off()
        elif self.request is None or not self._has_ended():
            super().handle_read()
        else:
            self._refuse(self.request, BadRequest("The request is cut off."))

    def handle_write(self) -> None:
        if self.close_when_flushed and not self.will_close:
            self._flush_exception(self._flush_some)
            if self.connected and not self.total_outbufs_len:
                self._linger()
        else:
            super().handle_write()
        if self.waits_for_client and not self.total_outbufs_len:
            self.waits_for_client = False
            self.server.add_task(self)

    def handle_error(self) -> None:
        error = sys.exc_info()[1]
        log.error("a connection has failed", **(where(error) if error else {}))
        self.handle_close()

    def del_channel(self, map: Any = None) -> None:
        super().del_channel(map)
        if (upload := self._arriving_upload()) is not None:
            upload.cut_off()
        self.server.room.leave(self.request)
        if self.waits_for_client:
            self.server.room.leave(self.requests[0])

    def _hand_upload_on(self) -> None:
        """Lets a thread begin to answer an upload as soon as its head is there."""
        request, upload = self.request, self.request.upload if self.request is not None else None
        if request is None or upload is None or request.is_handed_on or request.completed or self.requests:
            return
        with self.requests_lock:
            request.is_handed_on, upload.wake = True, self.server.pull_trigger
            self.requests.append(request)
        self.server.add_task(self)

    def _arriving_upload(self) -> Upload | None:
        """The upload that a thread answers while it arrives."""
        return self.request.upload if self.request is not None and self.request.is_handed_on else None

    def _look_after_request(self, request: StrictParser, seconds: float) -> None:
        if seconds > (BODY_SECONDS if request.headers_finished else HEAD_SECONDS):
            self._refuse(request, ClientTooSlow(""))
        elif seconds > ROOM_SECONDS and not self._has_room(request):
            self._refuse(request, NoRoom(""))

    def _has_room(self, request: StrictParser | None) -> bool:
        return bool(self.server.room.admits(request, self._limited_address))

    def _linger(self) -> None:
        """Closes only the sending half. To close both halves while the client sends would lose the answer."""
        self.close_when_flushed = False
        self.lingering_since = time.time()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def _seconds_unread(self, now: float) -> float:
        answers, since = self._unread
        if answers != self._answers:
            self._unread, since = (self._answers, now), now
        return now - since

    def _has_ended(self) -> bool:
        """Whether the client sends no more; it may still read."""
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            return False

    def _refuse(self, request: StrictParser, error: BadRequest) -> None:
        """Answers a request that is not whole."""
        with self.requests_lock:
            request.error, request.completed = error, True
            self.requests.append(request)
            self.request = None
            self.server.add_task(self)
