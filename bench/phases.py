"""Measures a thread's time by phase. A phase's time excludes the time of the phases inside it."""

import threading
import time
from collections import Counter, defaultdict
from functools import wraps
from typing import Any


class Phases:
    """Counts seconds, seconds of processor time (`computing`) and calls of each phase.

    Only calls on the thread that made the object count.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.computing: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._inside: list[tuple[float, float]] = []
        self._thread = threading.get_ident()

    def show(self, phase: str, owner: Any, *names: str) -> None:
        """Counts later calls of these methods of `owner`, such as a class or a module, as part of the phase."""
        for name in names:
            setattr(owner, name, self._timed(phase, getattr(owner, name)))

    def _timed(self, phase: str, method: Any) -> Any:
        @wraps(method)
        def timed(*arguments: Any, **named: Any) -> Any:
            if threading.get_ident() != self._thread:
                return method(*arguments, **named)
            started, computed = time.perf_counter(), time.thread_time()
            self._inside.append((0.0, 0.0))
            try:
                return method(*arguments, **named)
            finally:
                self._note(phase, time.perf_counter() - started, time.thread_time() - computed)

        return timed

    def _note(self, phase: str, took: float, computed: float) -> None:
        inner_took, inner_computed = self._inside.pop()
        self.seconds[phase] += took - inner_took
        self.computing[phase] += computed - inner_computed
        self.calls[phase] += 1
        if self._inside:
            outer_took, outer_computed = self._inside[-1]
            self._inside[-1] = (outer_took + took, outer_computed + computed)
