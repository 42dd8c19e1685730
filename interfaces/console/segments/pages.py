"""The list of segments, and one segment: what it means, how many people it has, and where it is used."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from domain.customers.details import Channel
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign, path_of_segment
from interfaces.console.rooms import ROOT, Room
from interfaces.console.segments.builder import first_purpose
from interfaces.console.segments.figures import Figures, figures_of, shown_figures
from interfaces.console.segments.sentences import Sentences, sentences_about
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("segments")
HERE = f"{ROOT}/segments"
LISTED = "20"
Known = Mapping[str, Any]


@room.page("/segments", "segments:read")
def segments_page() -> Response:
    """Shows segments, the newest first. A size is counted when somebody asks for it: it may take seconds."""
    t, f, given = own_texts(), formats(), this_request().args
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask("segments.list_segments", {"limit": LISTED, **paged})
    cursor = listed["next_cursor"]
    return show(
        "segments",
        rows=[_row(one, t, f) for one in listed["items"]],
        next_page=f"{HERE}?{urlencode({'cursor': cursor})}" if cursor else None,
        may_define=may("segments.define_segment"),
    )


@room.page("/segments/<uuid:segment_id>/size", "segments:read")
def segment_size_page(segment_id: UUID) -> Response:
    """Shows how many people a segment has, and how many of them can be reached, for a row of the list."""
    figures = figures_of({"audience": {"segment": str(segment_id)}, **_message()})
    return show("segment_size", layout="fragment.html", **_figures(figures), segment_id=str(segment_id))


@room.page("/segments/<uuid:segment_id>", "segments:read")
def segment_page(segment_id: UUID) -> Response:
    """Shows one segment with its figures of now, where it is used, and what it meant before."""
    t, f = own_texts(), formats()
    known = ask("segments.show_segment", segment_id=segment_id)
    figures = figures_of({"audience": {"segment": str(segment_id)}, **_message()})
    path = path_of_segment(segment_id)
    sentences = sentences_about(*(one["criteria"] for one in known["versions"]))
    return show(
        "segment",
        name=known["name"],
        sentence=sentences.of(known["criteria"]),
        users=[(one["name"], path_of_segment(one["segment_id"])) for one in known["users"]["segments"]],
        campaigns=[
            (one["name"], path_of_campaign(one["campaign_id"])) for one in known["users"]["campaigns"]
        ],
        versions=[_version(one, sentences, f) for one in known["versions"]],
        **_figures(figures),
        actions=_actions(path, segment_id, t),
        message=_said(t),
    )


def _row(one: Known, t: Texts, f: Formats) -> dict[str, Any]:
    path, used = path_of_segment(one["segment_id"]), one["used_by"]
    return {
        "href": path,
        "name": one["name"],
        "id": str(one["segment_id"]),
        "size": f"{path}/size",
        "defined": f.moment(one["defined_at"]),
        "used": " · ".join(
            t(f"segments.used_by_{kind}", n=used[kind]) for kind in ("campaigns", "segments") if used[kind]
        )
        or t("segments.unused"),
    }


def _version(one: Known, sentences: Sentences, f: Formats) -> dict[str, Any]:
    return {
        "when": f.moment(one["stated_at"]),
        "name": one["name"],
        "sentence": sentences.of(one["criteria"]),
        "actor": name_of(one["actor"]),
        "position": int(one["position"]),
    }


def _actions(path: str, segment_id: UUID, t: Texts) -> list[tuple[str, str]]:
    actions = [(t("segments.look_into"), f"{path}/edit")]
    if may("segments.revise_segment"):
        actions = [
            (t("segments.edit"), f"{path}/edit"),
            (t("segments.copy"), f"{HERE}/new?from={segment_id}"),
        ]
    return actions


def _message() -> dict[str, str]:
    """Returns the message of which the list says whom it would reach."""
    purpose = first_purpose()
    return {"channel": Channel.EMAIL, "purpose": purpose} if purpose else {}


def _said(t: Texts) -> str:
    message = _message()
    if not message:
        return ""
    channel, purpose = t.word("channel", message["channel"]), t.word("purpose", message["purpose"])
    return t("person.message", purpose=purpose, channel=channel)


def _figures(figures: Figures) -> dict[str, Any]:
    t, f = own_texts(), formats()
    sentences = Sentences(t, f, "", {})
    return {"figures": shown_figures(figures, t, f, sentences)}
