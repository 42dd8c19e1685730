"""The report on health as metrics: the same values, read at each scrape."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from projections.engine.rebuild_status import RebuildState
from projections.engine.status import StatusState

PROCESSES = ("projector", "dispatcher", "scheduler")
Part = Mapping[str, Any]


class HealthCollector(Collector):
    """Asks for the report on health once for each scrape."""

    def __init__(self, health: Any) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        report = self._health.report()
        yield GaugeMetricFamily("farley_ready", "1 where all is ready.", value=float(report["ready"]))
        head = report["database"].get("head")
        if head is not None:
            yield GaugeMetricFamily("farley_log_head", "The log's last position.", value=float(head))
        lag = report["names"].get("lag")
        if lag is not None:
            text = "Facts that the index of names is behind the log's head."
            yield GaugeMetricFamily("farley_names_lag", text, value=float(lag))
        yield _problems(report["problems"])
        yield from _of_processes({name: report[name] for name in PROCESSES})
        yield from _of_projections(report["projections"])
        yield from _of_rebuild(report["rebuild"])


def _problems(problems: list[Part]) -> Metric:
    problem = _gauge("problem", "1 for each problem that /health/ready names.", "part", "code")
    for one in problems:
        problem.add_metric([one["part"], one["code"]], 1.0)
    return problem


def _of_processes(parts: Mapping[str, Part]) -> Iterator[Metric]:
    works = _gauge("process_works", "1 where a process works, 0 where it has a problem.", "process")
    waited = _gauge("process_waited_seconds", "How long its oldest due work has waited.", "process")
    passed = _gauge("process_last_pass_timestamp_seconds", "When its last good pass ended.", "process")
    for name, part in parts.items():
        works.add_metric([name], float(part["ok"]))
        waited.add_metric([name], part.get("waited_seconds", 0.0))
        _add_instant(passed, name, part.get("last_good_pass_at"))
    yield from (works, waited, passed)


def _of_projections(projections: Mapping[str, Part]) -> Iterator[Metric]:
    values = {
        "position": _gauge("projection_position", "The position that it has folded up to.", "projection"),
        "lag": _gauge("projection_lag", "Facts behind the log's head.", "projection"),
        "lag_seconds": _gauge("projection_lag_seconds", "Age of its oldest fact not folded.", "projection"),
        "rate": _gauge("projection_rate", "Facts a second over the last minute.", "projection"),
    }
    state = _gauge("projection_state", "1 for the state that it has.", "projection", "state")
    failed = _gauge("projection_last_error_timestamp_seconds", "When a fact last paused it.", "projection")
    for name, part in sorted(projections.items()):
        for key, gauge in values.items():
            gauge.add_metric([name], float(part[key]))
        for one in StatusState:
            state.add_metric([name, one], float(part["state"] == one))
        _add_instant(failed, name, part.get("last_error_at"))
    yield from (*values.values(), state, failed)


def _of_rebuild(rebuild: Part | None) -> Iterator[Metric]:
    running = rebuild is not None and rebuild["state"] == RebuildState.RUNNING
    yield GaugeMetricFamily("farley_rebuild_running", "1 while a rebuild runs.", value=float(running))
    if rebuild is not None and running:
        for key, text in {
            "position": "The position that the rebuild has folded up to.",
            "goal": "The last position that the rebuild has to fold.",
            "rate": "Facts a second that the rebuild folds.",
        }.items():
            yield GaugeMetricFamily(f"farley_rebuild_{key}", text, value=float(rebuild[key]))


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"farley_{name}", text, labels=labels)


def _add_instant(gauge: GaugeMetricFamily, name: str, instant: datetime | None) -> None:
    if instant is not None:
        gauge.add_metric([name], instant.timestamp())
