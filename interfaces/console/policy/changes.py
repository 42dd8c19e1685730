"""The forms that adopt a version of the suppression policy, and withdraw a planned one."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from domain.campaigns.events import MessageClass
from domain.complaints.events import Severity
from domain.deciding.policy import IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.errors import Conflict, FarleyError, InvalidInput, RuleBroken
from domain.policies.suppression import always_stopped
from interfaces.console.asking import ask, command
from interfaces.console.commands import CommandForm, Field, carry_out, show_form
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.policy.pages import ADOPT, HERE, WITHDRAW, in_effect
from interfaces.console.policy.wording import Version
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.problems import errors_in
from interfaces.http.refusals import InvalidFields

room = Room("policy_changes")
Typed = MultiDict[str, str]
TAKES_EFFECT, PURPOSES, NOTE = "takes_effect_at", "credit_purposes", "note"


@room.page("/policy/new", "policies:write")
def new_version_page() -> Response:
    """Shows the form for a new version, filled with what is in effect."""
    versions = ask("policies.list_suppression_policies")["items"]
    return _form(_typed_of(in_effect(versions) or versions[0]))


@room.form("/policy/new", "policies:write", stands_for=ADOPT)
def adopt() -> Response:
    """Adopts a version with all settings of the form."""
    given = fields()
    try:
        answer = command(ADOPT, _stated(given))
    except (InvalidFields, InvalidInput, RuleBroken, Conflict) as refused:
        return _form(given, refused)
    return go_to(done(f"{HERE}?version={answer.body['version']}", "policy_adopted", answer))


@room.page("/policy/<int:version>/withdraw", "policies:write")
def withdraw_page(version: int) -> Response:
    """Asks before a planned version is withdrawn."""
    return show_form(_withdrawal(version), **_around(version))


@room.form("/policy/<int:version>/withdraw", "policies:write", stands_for=WITHDRAW)
def withdraw(version: int) -> Response:
    """Withdraws a planned version: it never takes effect."""
    return carry_out(
        WITHDRAW,
        _withdrawal(version),
        lambda answer: done(HERE, "policy_withdrawn", answer),
        around=lambda: _around(version),
        body={"version": version},
    )


def _withdrawal(version: int) -> CommandForm:
    return CommandForm(
        title="policy.withdraw",
        button="policy.withdraw",
        action=f"{HERE}/{version}/withdraw",
        cancel=HERE,
        fields=(Field(name="reason", label="policy.withdrawal_reason", kind="area", optional=True),),
        danger=True,
    )


def _around(version: int) -> dict[str, Any]:
    t = own_texts()
    way = [(t("policy.title"), HERE), (t("policy.withdraw"), None)]
    return {"way_here": way, "about": t("policy.withdraw_about", number=version)}


def _typed_of(version: Version) -> Typed:
    """Returns the form's fields as they would be typed for this version."""
    given: Typed = MultiDict()
    for severity in Severity:
        given[f"cooling_off_days.{severity}"] = str(version["cooling_off_days"][severity])
    for reason in IMPOSABLE:
        held = version["reasons"][reason]
        given.setlist(f"reasons.{reason}.stops", list(held["stops"]))
        given[f"reasons.{reason}.expires_after_days"] = str(held["expires_after_days"] or "")
    given[PURPOSES] = ", ".join(version["credit_purposes"])
    return given


def _stated(given: Typed) -> dict[str, Any]:
    """Returns the body that the form states. What always stops is not asked for, and nothing turns it off."""
    at, note = given.get(TAKES_EFFECT, "").strip(), given.get(NOTE, "").strip()
    purposes = [purpose.strip() for purpose in given.get(PURPOSES, "").split(",")]
    return {
        "cooling_off_days": {one: _number(given.get(f"cooling_off_days.{one}", "")) for one in Severity},
        "reasons": {reason: _of_reason(reason, given) for reason in IMPOSABLE},
        "credit_purposes": [purpose for purpose in purposes if purpose],
        **({"takes_effect_at": _instant(at)} if at else {}),
        **({"note": note} if note else {}),
    }


def _of_reason(reason: str, given: Typed) -> dict[str, Any]:
    stops = {*always_stopped(reason), *given.getlist(f"reasons.{reason}.stops")}
    days = given.get(f"reasons.{reason}.expires_after_days", "").strip()
    return {
        "stops": [one for one in MessageClass if one in stops],
        "expires_after_days": _number(days) if days else None,
    }


def _number(typed: str) -> int | str:
    return int(typed) if typed.strip().isascii() and typed.strip().isdecimal() else typed


def _instant(typed: str) -> str:
    try:
        return formats().typed(typed).isoformat()
    except ValueError:
        return typed


def _form(given: Typed, refused: FarleyError | None = None) -> Response:
    t = own_texts()
    errors, problem = _errors(refused, t) if refused is not None else ([], None)
    return show(
        "policy_new",
        status=422 if errors else 409 if problem else 200,
        severities=[_severity(one, given, t) for one in Severity],
        reasons=[_reason(one, given, t) for one in IMPOSABLE],
        takes_effect=given.get(TAKES_EFFECT, ""),
        purposes=given.get(PURPOSES, ""),
        note_typed=given.get(NOTE, ""),
        errors=errors,
        problem=problem,
    )


def _errors(refused: FarleyError, t: Texts) -> tuple[list[tuple[str, str]], str | None]:
    """Returns pairs of a field and its error, and what else is wrong."""
    errors = [(_field_of(one["path"]), _said(one, t)) for one in errors_in(refused)]
    return [one for one in errors if one[0]], None if all(
        one[0] for one in errors
    ) and errors else refused.message


def _field_of(path: str) -> str:
    """Returns the form's field for a path of the API, which may lead into a list: `reasons.DELINQUENT.stops.0`."""
    parts = path.split(".")
    return ".".join(parts[: {"reasons": 3, "cooling_off_days": 2}.get(parts[0], 1)])


def _said(one: Mapping[str, str], t: Texts) -> str:
    text = f"error.{one['code']}"
    return t(text) if text in t else one["message"]


def _severity(severity: str, given: Typed, t: Texts) -> dict[str, str]:
    name = f"cooling_off_days.{severity}"
    return {
        "name": name,
        "label": t("policy.cooling_off", severity=t.word("severity", severity)),
        "value": given.get(name, ""),
    }


def _reason(reason: str, given: Typed, t: Texts) -> dict[str, Any]:
    always, stops = always_stopped(reason), given.getlist(f"reasons.{reason}.stops")
    days = f"reasons.{reason}.expires_after_days"
    return {
        "name": f"reasons.{reason}.stops",
        "label": t.word("reason", reason),
        "always": ", ".join(t.word("message_class", one) for one in MessageClass if one in always),
        "choices": [(one, t.word("message_class", one), None) for one in MessageClass if one not in always],
        "chosen": stops,
        "days_name": days if reason not in YIELD_TO_LIFTING_ONLY else None,
        "days": given.get(days, ""),
    }
