"""The versions of the suppression policy, two of them side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from domain.policies.versions import VersionState
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.policy.wording import Version, settings_of
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("policy")
HERE = f"{ROOT}/policy"
ADOPT, WITHDRAW = "policies.adopt_suppression_policy", "policies.withdraw_suppression_policy"
_STATES = {
    VersionState.PLANNED: "info",
    VersionState.IN_EFFECT: "ok",
    VersionState.PAST: "neutral",
    VersionState.WITHDRAWN: "neutral",
}


@room.page("/policy", "policies:read")
def policy_page() -> Response:
    """Shows the versions, the newest first, and `version` beside the one `beside`: by default what is in effect, beside
    the version that held before. Both are in the query, so a view can be sent."""
    t, f, given = own_texts(), formats(), this_request().args
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask("policies.list_suppression_policies", paged)
    versions = listed["items"]
    shown = _chosen(versions, given.get("version")) or in_effect(versions) or versions[0]
    beside = _chosen(versions, given.get("beside")) or _before(versions, shown)
    return show(
        "policy",
        versions=[_row(one, shown, t, f) for one in versions],
        shown=shown["version"],
        beside=beside["version"] if beside else None,
        settings=_compared(shown, beside, t),
        may_adopt=may(ADOPT),
        next_page=f"{HERE}?cursor={listed['next_cursor']}" if listed["next_cursor"] else None,
    )


def in_effect(versions: Sequence[Version]) -> Version | None:
    """Returns the version that holds now, if it is among these."""
    return next((one for one in versions if one["state"] == VersionState.IN_EFFECT), None)


def _chosen(versions: Sequence[Version], number: str | None) -> Version | None:
    return next((one for one in versions if str(one["version"]) == number), None)


def _before(versions: Sequence[Version], shown: Version) -> Version | None:
    """Returns the version that held until this one took effect: never a withdrawn one."""
    held = [one for one in versions if one["state"] != VersionState.WITHDRAWN and one is not shown]
    earlier = [one for one in held if _begins(one) < _begins(shown)]
    return max(earlier, key=_begins, default=None)


def _begins(version: Version) -> tuple[bool, Any, int]:
    """What orders versions by the instant from which they hold: that of the first has no beginning."""
    at = version["takes_effect_at"]
    return (at is not None, at, version["version"]) if at is not None else (False, 0, version["version"])


def _compared(shown: Version, beside: Version | None, t: Texts) -> list[dict[str, Any]]:
    others = dict(settings_of(beside, t)) if beside else {}
    return [
        {"name": name, "text": text, "beside": others.get(name), "differs": others.get(name, text) != text}
        for name, text in settings_of(shown, t)
    ]


def _row(one: Version, shown: Version, t: Texts, f: Formats) -> dict[str, Any]:
    state = VersionState(one["state"])
    return {
        "number": one["version"],
        "href": f"{HERE}?version={one['version']}",
        "current": one is shown,
        "state": _STATES[state],
        "state_text": t.word("policy_state", state),
        "holds": _holds(one, t, f),
        "said": " · ".join(filter(None, _said(one, t, f))),
        "position": int(one["position"]) if one["position"] is not None else None,
        "withdraw": f"{HERE}/{one['version']}/withdraw"
        if state is VersionState.PLANNED and may(WITHDRAW)
        else None,
    }


def _holds(one: Version, t: Texts, f: Formats) -> str:
    at = one["takes_effect_at"]
    return t("policy.holds_from", at=f.instant(at)) if at is not None else t("policy.came_with_farley")


def _said(one: Mapping[str, Any], t: Texts, f: Formats) -> list[str | None]:
    adopted, withdrawn = one["adopted_at"], one["withdrawn_at"]
    return [
        t("policy.adopted", who=name_of(one["adopted_by"]), at=f.instant(adopted)) if adopted else None,
        one["note"],
        t("policy.withdrawn", who=name_of(one["withdrawn_by"]), at=f.instant(withdrawn))
        if withdrawn
        else None,
        one["withdrawal_reason"],
    ]
