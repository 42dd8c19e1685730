"""How fast positions move: facts a second over the last minute."""

from collections import deque
from collections.abc import Mapping

WINDOW_SECONDS = 60.0
SHORTEST_SECONDS = 1.0
"""Before this time has passed nothing is said: one batch would look like a rate."""


class Pace:
    """Remembers the positions of the last minute, each with its name."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, dict[str, int]]] = deque()

    def note(self, positions: Mapping[str, int], *, at: float) -> dict[str, float]:
        """Notes the positions at this second of any steady clock. Returns facts a second, by name.

        They are counted from the note of a minute ago, or from the first. The rate is 0 while that note is younger than
        SHORTEST_SECONDS.
        """
        self._noted.append((at, dict(positions)))
        while len(self._noted) > 2 and at - self._noted[1][0] >= WINDOW_SECONDS:
            self._noted.popleft()
        began, earlier = self._noted[0]
        if at - began < SHORTEST_SECONDS:
            return dict.fromkeys(positions, 0.0)
        return {
            name: max(0, position - earlier.get(name, position)) / (at - began)
            for name, position in positions.items()
        }
