"""How the installation is: each part, each projection, and what was done to projections."""

from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from flask import Response

from application import codec
from application.interventions import ProjectionNotFound
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.health.steps import possible_steps
from interfaces.console.languages import Texts
from interfaces.console.live import show_live
from interfaces.console.paths import path_of_projection
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts

room = Room("health")
REPORT = "health.show_ready"
UNKNOWN = "messages.count_unknown_messages"
REQUESTS, HISTORY = "interventions.list_requests", "projections.list_interventions"
PARTS = ("database", "keys", "disk", "names", "administrator", "projector", "dispatcher", "scheduler")
NEWEST = "10"
"""How many requests and interventions a page shows."""
GIGABYTE = 1024**3
LOOKS = {"live": "ok", "behind": "warn", "blocked": "warn", "stalled": "stop", "paused": "stop"}
REQUEST_LOOKS = {"waiting": "info", "running": "info", "done": "ok", "refused": "warn"}
Answer = Mapping[str, Any]


@room.page("/health", "projections:read")
def health_page() -> Response:
    """Shows what is wrong, how each part and each projection is, and what was asked for and done."""
    t, f, report = own_texts(), formats(), ask(REPORT)
    asked, done = ask(REQUESTS, {"limit": NEWEST})["items"], ask(HISTORY, {"limit": NEWEST})["items"]
    return _shown_live(
        "health",
        t("health.ready" if report["ready"] else "health.not_ready"),
        is_ready=report["ready"],
        problems=[_problem(one, t) for one in report["problems"]],
        parts=[_part(name, report[name], t, f) for name in PARTS],
        transport=t.word("transport", report["transport"]),
        unknown=f.number(ask(UNKNOWN)["total"]) if may(UNKNOWN) else None,
        projections=[_projection(name, one, t, f) for name, one in sorted(report["projections"].items())],
        rebuild=_rebuild(report["rebuild"], t, f),
        asked=[_request(one, t, f) for one in asked],
        done=[_done(one, t, f) for one in done],
    )


@room.page("/health/projections/<projection>", "projections:read")
def projection_page(projection: str) -> Response:
    """Shows one projection: how far it is, what stopped it, and what can be done."""
    t, f, report = own_texts(), formats(), ask(REPORT)
    known = report["projections"].get(projection)
    if known is None:
        raise ProjectionNotFound()
    asked = [one for one in ask(REQUESTS, {"limit": "100"})["items"] if one["projection"] == projection]
    steps = [step for step in possible_steps(known) if may(step.endpoint)]
    rebuild = report["rebuild"]
    return _shown_live(
        "projection",
        t.word("projection_state", known["state"]),
        name=projection,
        shown=_projection(projection, known, t, f),
        details=list(_details(known, t, f)),
        problem=t.word("health_problem", known["code"]) if "code" in known else None,
        code=known.get("code"),
        error=known.get("error") if "error_at" in known else None,
        last_error=known.get("last_error"),
        actions=[
            (t(f"intervention.{step.name}"), f"{path_of_projection(projection)}/{step.name}", step.danger)
            for step in steps
        ],
        rebuild=_rebuild(rebuild, t, f) if rebuild and projection in rebuild["projections"] else None,
        asked=[_request(one, t, f) for one in asked[: int(NEWEST)]],
    )


def _shown_live(template: str, said: str, **values: Any) -> Response:
    """Returns the page, which asks again every two seconds. What it shows stands for the position that it shows."""
    mark = crc32(codec.encode([said, values]))
    return show_live(template, position=mark, moving=True, said=said, **values)


def _problem(one: Answer, t: Texts) -> dict[str, str]:
    part = one["part"].removeprefix("projection ")
    return {
        "part": t.word("health_part", part),
        "code": one["code"],
        "text": t.word("health_problem", one["code"]),
        "error": one["error"],
        "remedy": one["remedy"],
    }


def _part(name: str, part: Answer, t: Texts, f: Formats) -> dict[str, str]:
    wrong = "stop" if part.get("code") != "STARTING" else "info"
    return {
        "name": t(f"health_part.{name}"),
        "look": "ok" if part["ok"] else wrong,
        "state": t("health.ok") if part["ok"] else t.word("health_problem", part.get("code", "")),
        "more": ", ".join(_more(part, t, f)),
    }


def _more(part: Answer, t: Texts, f: Formats) -> Iterator[str]:
    """Yields what else is to be known of a part that has it."""
    if "free" in part:
        yield t("health.free", gigabytes=f.number(round(int(part["free"]) / GIGABYTE, 1)))
    if "lag" in part:
        yield t("health.lag", n=part["lag"])
    if "last_good_pass_at" in part:
        yield t("health.last_pass", ago=f.ago(part["last_good_pass_at"]))
    if part.get("waited_seconds"):
        yield t("health.waited", n=round(part["waited_seconds"]))
    if part.get("held_back"):
        yield t("health.held_back", n=len(part["held_back"]))


def _projection(name: str, one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "name": name,
        "href": path_of_projection(name),
        "state": t.word("projection_state", one["state"]),
        "look": LOOKS[one["state"]],
        "position": int(one["position"]),
        "lag": f.number(one["lag"]),
        "oldest": t("health.seconds", n=round(one["lag_seconds"])) if one["lag"] else "",
        "rate": f.number(round(one["rate"])),
    }


def _details(one: Answer, t: Texts, f: Formats) -> Iterator[tuple[str, str]]:
    yield t("health.position"), f.number(int(one["position"]))
    yield t("health.behind"), f.number(one["lag"])
    yield t("health.oldest"), t("health.seconds", n=round(one["lag_seconds"]))
    yield t("health.rate"), f.number(round(one["rate"]))
    if "error_at" in one:
        yield t("health.error_at"), f.number(int(one["error_at"]))
    if "last_error_at" in one:
        yield t("health.last_error_at"), f.instant(one["last_error_at"])


def _rebuild(one: Answer | None, t: Texts, f: Formats) -> dict[str, Any] | None:
    if one is None:
        return None
    position, goal = int(one["position"]), int(one["goal"])
    return {
        "names": ", ".join(one["projections"]),
        "state": t.word("rebuild_state", one["state"]),
        "runs": one["state"] == "running",
        "position": position,
        "goal": goal,
        "share": f.percent(position / goal) if goal else f.percent(1),
        "at": f.moment(one["noted_at"]),
        "error": one.get("error"),
    }


def _request(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "text": f"{t.word('intervention', one['action'])}: {one['projection']}",
        "state": t.word("request_state", one["state"]),
        "look": REQUEST_LOOKS[one["state"]],
        "who": one["operator"],
        "at": f.moment(one["asked_at"]),
        "note": one["note"],
    }


def _done(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "text": f"{t.word('intervention', one['action'])}: {', '.join(one['projections'])}",
        "state": t.word("intervention_result", one["result"]),
        "look": "warn"
        if one["result"] in ("failed", "differs", "cut_off", "cannot_be_folded")
        else "neutral",
        "who": one["operator"],
        "at": f.moment(one["happened_at"]),
        "note": one["note"],
    }
