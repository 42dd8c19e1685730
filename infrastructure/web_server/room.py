"""The room for large bodies in the memory of one web process."""

from threading import Lock

from infrastructure.web_server.limits import ROOM_FOR_BODIES, SMALL_BODY
from infrastructure.web_server.parser import StrictParser


class Room:
    """The places of large bodies. A body keeps its place until its request is answered or its connection ends.

    The place is as large as the whole body may become, so that each body that has a place can be read to its end.
    """

    def __init__(self, size: int = ROOM_FOR_BODIES) -> None:
        self._size = size
        self._places: dict[StrictParser, int] = {}
        self._lock = Lock()

    def admits(self, request: StrictParser | None) -> bool:
        """Says whether more of the body may be read, and gives a large body its place if there is one."""
        if request is None or request.largest_body <= SMALL_BODY:
            return True
        with self._lock:
            if request not in self._places and self._taken() + request.largest_body > self._size:
                return False
            self._places[request] = request.largest_body
            return True

    def leave(self, request: StrictParser | None) -> bool:
        """Gives the place back. Returns whether the request had one."""
        with self._lock:
            return request is not None and self._places.pop(request, None) is not None

    def _taken(self) -> int:
        return sum(self._places.values())
