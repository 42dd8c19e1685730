"""Forms that carry out a command of the API: its fields, what was typed, and what was refused."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from operator import eq
from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from application.requests import Answer
from domain.campaigns.errors import TooManyCampaignTests
from domain.errors import Conflict, FarleyError, InvalidInput, PreconditionFailed, RuleBroken, Unavailable
from interfaces.console.asking import command
from interfaces.console.forms import fields as typed_fields
from interfaces.console.languages import Texts
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.console.typed_values import put, value_of
from interfaces.http.current import services, subject
from interfaces.http.preconditions import etag
from interfaces.http.problems import errors_in, kebab
from interfaces.http.refusals import InvalidFields

Options = Sequence[tuple[str, str]]
VERSION = "version"
"""The hidden field with the version of what the person saw."""
SEEN = "seen."
"""What the names of the hidden fields begin with that hold what the person saw in each field."""
LONGEST_WAIT = 1.0
"""The seconds for which a refused form waits until the read models know what somebody else did."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form. `name` is that of the API's field; `label` and `hint` are names of texts.

    `kind`: text, area, select, which has `options`: pairs of a value and its text, several, which has `choices`:
    triples of a value, its text and a hint or None, money, number, date, yes_or_no (a select, too), lines, or until: a
    day, at whose end something ends. `stated_as`: the path of the API's field that holds what is typed, if that has
    another name. `title`: the label itself, for a field that somebody declared.
    """

    name: str
    label: str = ""
    kind: str = "text"
    stated_as: str | None = None
    hint: str | None = None
    options: Options = ()
    choices: Sequence[tuple[str, str, str | None]] = ()
    optional: bool = False
    title: str | None = None

    @property
    def path(self) -> Sequence[str]:
        return (self.stated_as or self.name).split(".")


@dataclass(frozen=True, kw_only=True)
class CommandForm:
    """A form as a page shows it. `title` and `button` are names of texts. `action` and `cancel` are paths.

    `version`: of what the person sees, for routes that take If-Match. `seen`: what the fields held, for a form that
    corrects them: it states those that the person changed, and null for those that are emptied.
    """

    title: str
    button: str
    action: str
    cancel: str
    fields: Sequence[Field]
    version: str | None = None
    danger: bool = False
    seen: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What happened since somebody opened a form: the form as it is made now, and in sentences what others did."""

    form: CommandForm
    changes: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed into a form, by field, and what was refused: pairs of a field's name and its error.

    `problem`: what stopped the command as a whole. `is_stale`: others were faster; `changes`: what they did.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[tuple[str, str]] = ()
    problem: str | None = None
    is_stale: bool = False
    changes: Sequence[str] = ()


def words(t: Texts, kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the options of a select for words of the API: pairs of a word and its text."""
    return [(str(value), t.word(kind, value)) for value in values]


def show_form(
    form: CommandForm,
    typed: Typed | None = None,
    *,
    status: int = 200,
    template: str = "command",
    **more: Any,
) -> Response:
    """Returns the page with the form. `template`: command, or one that extends it; `more`: further values of it."""
    return show(template, status=status, form_shown=form, typed=typed or Typed(), **more)


def carry_out(
    endpoint: str,
    form: CommandForm,
    done: Callable[[Answer], str | Response],
    *,
    around: Callable[[], Mapping[str, Any]],
    body: Mapping[str, Any] | None = None,
    meanwhile: Callable[[str], Meanwhile] | None = None,
    **path: Any,
) -> Response:
    """Carries out the command of a route with what was typed, and shows the page, or leads to the path, of `done`.

    `body`: what the form states beside its own fields, or instead of one, by path: None leaves a field out. A refusal
    shows the form again, with what was typed, the version that it was sent with, and what `around` returns for the
    template. `meanwhile`: what happened since the version that a form was sent with. If others were faster, the form
    shows it, and has the new version, so that it can be sent again.
    """
    given = typed_fields()
    sent = _as_sent(form, given)
    missing = [one for one in form.fields if not one.optional and not given.get(one.name, "").strip()]
    if missing:
        errors = [(one.name, own_texts()("form.missing", field=label_of(one))) for one in missing]
        return show_form(sent, Typed(values=_values(sent, given), errors=errors), status=422, **around())
    try:
        answer = command(endpoint, _stated(sent, given, body or {}), version=sent.version, **path)
    except PreconditionFailed as stale:
        happened = _happened(stale, sent, meanwhile)
        return _show_stale(happened, given, around)
    except (InvalidFields, InvalidInput, RuleBroken, Conflict, TooManyCampaignTests) as refused:
        shown = _refused(refused, sent, given, own_texts())
        return show_form(sent, shown, status=_status_of(refused), **around())
    led = done(answer)
    return go_to(led) if isinstance(led, str) else led


def _values(form: CommandForm, given: MultiDict[str, str]) -> dict[str, Any]:
    """Returns what was typed into each field: a text, or of several choices a list."""
    several = {one.name: given.getlist(one.name) for one in form.fields if one.kind == "several"}
    return {**given.to_dict(), **several}


def label_of(one: Field) -> str:
    """Returns the label of a field in the person's language."""
    return one.title or own_texts()(one.label)


def _as_sent(form: CommandForm, given: MultiDict[str, str]) -> CommandForm:
    """Returns the form with the version and the values that its sender saw."""
    seen = None if form.seen is None else {one.name: given.get(SEEN + one.name, "") for one in form.fields}
    return replace(form, version=given.get(VERSION), seen=seen)


def _stated(form: CommandForm, given: MultiDict[str, str], beside: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of the API: what was typed, without margins where nothing else was, and what stands beside."""
    stated: dict[str, Any] = {}
    for one in form.fields:
        text, seen = given.get(one.name, ""), (form.seen or {}).get(one.name, "")
        if text.strip() and (form.seen is None or text != seen):
            several = one.kind == "several"
            put(stated, one.path, given.getlist(one.name) if several else value_of(one.kind, text, formats()))
        elif seen and not text.strip():
            put(stated, one.path, None)
    for path, value in beside.items():
        if value is None:
            stated.pop(path, None)
        else:
            put(stated, path.split("."), value)
    return stated


def _happened(
    stale: PreconditionFailed, sent: CommandForm, meanwhile: Callable[[str], Meanwhile] | None
) -> Meanwhile:
    """Returns what others did. Without `meanwhile` only the version is new, and the person is told where to look."""
    if meanwhile is None:
        return Meanwhile(form=replace(sent, version=etag(stale.details["version"])), changes=())
    reading = services().reading
    with suppress(Unavailable):
        head = reading.progress(subject().actor).head
        reading.wait_for(head, LONGEST_WAIT, without_place=LONGEST_WAIT / 4)
    return meanwhile(sent.version or "")


def _show_stale(
    happened: Meanwhile, given: MultiDict[str, str], around: Callable[[], Mapping[str, Any]]
) -> Response:
    """Shows the form as it is made now. A field that its sender did not touch has its new value, the others stay."""
    form = happened.form
    values = _values(form, given)
    if form.seen is not None:
        untouched = {name for name in form.seen if given.get(name) == given.get(SEEN + name)}
        values |= {name: form.seen[name] for name in untouched}
    typed = Typed(values=values, changes=happened.changes, is_stale=True)
    return show_form(form, typed, status=409, **around())


def refused_fields(error: FarleyError, t: Texts) -> list[tuple[str, str]]:
    """Returns what was refused: pairs of a field of the API and the error, in the person's language if it has one."""
    return [(one["path"], _said(one, t)) for one in errors_in(error)]


def _said(refused: Mapping[str, str], t: Texts) -> str:
    text = f"error.{refused['code']}"
    return t(text, said=refused["message"]) if text in t else refused["message"]


def _refused(error: FarleyError, form: CommandForm, given: MultiDict[str, str], t: Texts) -> Typed:
    """Returns what was typed with an error at each field that was refused, and the rest as the form's problem."""
    values = _values(form, given)
    of_fields, others = [], []
    for refused in errors_in(error):
        name = _field_at(refused["path"], form, given)
        said = _said(refused, t)
        if name is not None:
            of_fields.append((name, said))
        else:
            others.append(f"{refused['path']}: {said}" if refused["path"] else said)
    problem = " ".join(others) or (None if of_fields else _problem(error, t))
    return Typed(values=values, errors=of_fields, problem=problem)


def _field_at(path: str, form: CommandForm, given: MultiDict[str, str]) -> str | None:
    """Returns the name of the field that states this path of the API, or a part of it, or what it is a part of.

    Of several fields it is one into which something was typed, else the last.
    """
    parts = path.split(".")
    at = [one.name for one in form.fields if all(map(eq, one.path, parts))]
    return next((name for name in at if given.get(name)), at[-1] if at else None)


def _problem(error: FarleyError, t: Texts) -> str:
    name = f"problem.{kebab(type(error).__name__)}"
    return t(name) if name in t else error.message


def _status_of(error: FarleyError) -> int:
    if isinstance(error, TooManyCampaignTests):
        return 429
    return 422 if isinstance(error, InvalidFields | InvalidInput) else 409
