"""Health and metrics for supervisors, load balancers and Prometheus."""

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST

from interfaces.http.answers import json_response
from interfaces.http.auth import PUBLIC, action
from interfaces.http.blueprint import ANSWER, Body, Routes
from interfaces.http.current import services
from interfaces.http.metrics import exposition
from interfaces.http.service.health_schemas import LiveOut, ReadyOut

health = Routes("health", "How the installation is.")


@health.route("/health/live", methods=["GET"])
@action(PUBLIC)
@health.response(200, LiveOut)
def show_live() -> Response:
    """Answers 200 whenever this process can answer."""
    return json_response({"live": True}, 200)


@health.route("/health/ready", methods=["GET"])
@action(PUBLIC)
@health.alt_response(503, schema=ReadyOut, description="A part that answers depend on is not ready.")
@health.response(200, ReadyOut)
def show_ready() -> Response:
    """Returns the state of each part by name, with status 503 unless all are ready."""
    report, _ = _ready({})
    return json_response(report, 200 if report["ready"] else 503)


def _ready(query: Body) -> tuple[Body, None]:
    """Returns the report as the console asks for it: with instants as objects, and without a version."""
    return {**services().health.report(), "transport": services().transport}, None


show_ready.__dict__[ANSWER] = _ready


@health.route("/metrics", methods=["GET"])
@action(PUBLIC)
@health.response(200, {"type": "string"}, content_type="text/plain")
def show_metrics() -> Response:
    """Returns the metrics in the text format of Prometheus."""
    return Response(exposition(services().health), content_type=CONTENT_TYPE_LATEST)
