"""What is counted and measured, as Prometheus reads it."""

import os
from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class PartsCollector(Collector):
    """The log's head and how far each projection is behind it, asked when scraped."""

    def __init__(self, health: Any) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        report = self._health.report()
        yield GaugeMetricFamily("farley_ready", "1 where all is ready.", value=float(report["ready"]))
        head = report["database"].get("head")
        if head is not None:
            yield GaugeMetricFamily("farley_log_head", "The log's last position.", value=float(head))
        yield from _of_projections(report["projections"])


def exposition(health: Any) -> bytes:
    """The text to be scraped: of all worker processes where they share a folder."""
    registry = CollectorRegistry()
    registry.register(PartsCollector(health))
    if MULTIPROCESS_FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)


def _of_projections(projections: dict[str, Any]) -> Iterator[Metric]:
    lag = GaugeMetricFamily("farley_projection_lag", "Facts behind the log's head.", labels=["projection"])
    live = GaugeMetricFamily("farley_projection_live", "0 where it is paused.", labels=["projection"])
    for name, standing in sorted(projections.items()):
        lag.add_metric([name], float(standing["lag"]))
        live.add_metric([name], float(standing["state"] == "live"))
    yield from (lag, live)
