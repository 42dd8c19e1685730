"""The room for large bodies in the memory of one web process."""

from threading import Lock

from infrastructure.web_server.limits import ROOM_FOR_BODIES, ROOM_OF_AN_ADDRESS, SMALL_BODY
from infrastructure.web_server.parser import StrictParser


class Room:
    """The places of large bodies. A body keeps its place until its request is answered or its connection ends.

    The place is as large as the whole body may become, so that each body that has a place can be read to its end.
    The bodies from one address have at most `share` together.
    """

    def __init__(self, size: int = ROOM_FOR_BODIES, share: int = ROOM_OF_AN_ADDRESS) -> None:
        self._size = size
        self._share = share
        self._places: dict[StrictParser, tuple[int, str | None]] = {}
        self._lock = Lock()

    def admits(self, request: StrictParser | None, address: str | None) -> bool:
        """Says whether more of the body may be read, and gives a large body its place if there is one.

        Without an address, the body may take the whole room.
        """
        if request is None or request.largest_body <= SMALL_BODY:
            return True
        with self._lock:
            if request not in self._places and not self._has_place_for(request.largest_body, address):
                return False
            self._places[request] = request.largest_body, address
            return True

    def leave(self, request: StrictParser | None) -> bool:
        """Gives the place back. Returns whether the request had one."""
        with self._lock:
            return request is not None and self._places.pop(request, None) is not None

    def _has_place_for(self, body: int, address: str | None) -> bool:
        taken = sum(size for size, _ in self._places.values())
        by_address = sum(size for size, holder in self._places.values() if holder == address)
        return taken + body <= self._size and (address is None or by_address + body <= self._share)
