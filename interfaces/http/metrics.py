"""Metrics in the text format of Prometheus.

Requests are counted in memory that the worker processes share, not in mapped files: on a full disk, a write
to a mapped file kills the process.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterator
from http import HTTPStatus
from itertools import accumulate
from threading import Lock
from typing import Any, cast

from flask import current_app
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from werkzeug.routing import Map

from interfaces.http.health_metrics import HealthCollector

COUNTED = "farley_counted"
OTHER = "other"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_LIMITS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, float("inf"))
_STATUSES = {int(status): column for column, status in enumerate(HTTPStatus)}
"""The column of each status."""
_ROW = len(_STATUSES) + len(_LIMITS) + 1
"""Numbers per method and route: a count per status, a count per time limit, and the sum of the seconds."""
_WORKERS, _NUMBERS = 64, 1 << 16
_IN_USE = 1.0
"""The first number of a worker that has counted. Unused workers are not read: reading would allocate memory."""
_SHARED = memoryview(mmap.mmap(-1, _WORKERS * _NUMBERS * 8)).cast("d")
"""Made at import, which must happen before the worker processes are forked."""
_lock = Lock()
_worker = 0


def count_as(worker: int) -> None:
    """Sets the worker number of this process. No two running processes may have the same number."""
    global _worker
    _worker = worker


def counted() -> "Counted":
    """Returns the counts of the current application."""
    return cast(Counted, current_app.extensions[COUNTED])


class Counted(Collector):
    """Counts requests by method, route and status, and their seconds, over all worker processes."""

    def __init__(self, routes: Map) -> None:
        known = {(method, rule.rule) for rule in routes.iter_rules() for method in rule.methods or ()}
        kinds = sorted({*known, *((method, OTHER) for method in (*METHODS, OTHER))})
        self._rows = {kind: 1 + number * _ROW for number, kind in enumerate(kinds)}
        if 1 + len(kinds) * _ROW > _NUMBERS:
            raise ValueError("There are more routes than the shared memory has room for: raise _NUMBERS.")

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request."""
        row = _worker * _NUMBERS + self._rows.get((method, route), self._rows[method, OTHER])
        times = row + len(_STATUSES)
        with _lock:
            _SHARED[_worker * _NUMBERS] = _IN_USE
            if (column := _STATUSES.get(status)) is not None:
                _SHARED[row + column] += 1
            _SHARED[times + bisect_left(_LIMITS, seconds)] += 1
            _SHARED[times + len(_LIMITS)] += seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "farley_http_requests", "Requests answered.", labels=["method", "route", "status"]
        )
        times = HistogramMetricFamily(
            "farley_http_request_seconds", "Time to answer a request.", labels=["method", "route"]
        )
        for (method, route), row in self._rows.items():
            statuses, within, seconds = _totals(row)
            for status, number in zip(_STATUSES, statuses, strict=True):
                if number:
                    requests.add_metric([method, route, str(status)], number)
            if any(within):
                limits = ["+Inf" if limit == float("inf") else str(limit) for limit in _LIMITS]
                buckets = list(zip(limits, accumulate(within), strict=True))
                times.add_metric([method, route], buckets, seconds)
        yield from (requests, times)


def exposition(health: Any) -> bytes:
    """Returns the metrics of all worker processes as text for Prometheus."""
    registry = CollectorRegistry()
    registry.register(HealthCollector(health))
    registry.register(counted())
    return generate_latest(registry)


def _totals(row: int) -> tuple[list[float], list[float], float]:
    """Returns the sums of a row over all workers: counts per status, counts per time limit, and seconds."""
    used = [start for start in range(0, len(_SHARED), _NUMBERS) if _SHARED[start] == _IN_USE]
    sums = [sum(_SHARED[start + row + column] for start in used) for column in range(_ROW)]
    return sums[: len(_STATUSES)], sums[len(_STATUSES) : -1], sums[-1]
