"""Forms that carry out a command of the API: its fields, what was typed, and what was refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from application.requests import Answer
from domain.errors import Conflict, FarleyError, InvalidInput, PreconditionFailed, RuleBroken
from interfaces.console.asking import command
from interfaces.console.forms import fields as typed_fields
from interfaces.console.languages import Texts
from interfaces.console.showing import go_to, own_texts, show
from interfaces.http.problems import errors_in, kebab
from interfaces.http.refusals import InvalidFields

Options = Sequence[tuple[str, str]]
VERSION = "version"
"""The hidden field with the version of what the person saw."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form. `name` is that of the API's field; `label` and `hint` are names of texts.

    `kind`: text, area, or select, which has `options`: pairs of a value and its text. `stated_as`: the field of the API
    that holds what is typed, if that has another name.
    """

    name: str
    label: str
    kind: str = "text"
    stated_as: str | None = None
    hint: str | None = None
    options: Options = ()
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class CommandForm:
    """A form as a page shows it. `title` and `button` are names of texts. `action` and `cancel` are paths.

    `version`: of what the person sees, for routes that take If-Match.
    """

    title: str
    button: str
    action: str
    cancel: str
    fields: Sequence[Field]
    version: str | None = None
    danger: bool = False


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed into a form, by field, and what was refused: pairs of a field's name and its error.

    `problem`: what stopped the command as a whole.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[tuple[str, str]] = ()
    problem: str | None = None


def words(t: Texts, kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the options of a select for words of the API: pairs of a word and its text."""
    return [(str(value), t.word(kind, value)) for value in values]


def show_form(form: CommandForm, typed: Typed | None = None, *, status: int = 200, **more: Any) -> Response:
    """Returns the page with the form. `more`: further values of the template."""
    return show("command", status=status, form_shown=form, typed=typed or Typed(), **more)


def carry_out(
    endpoint: str,
    form: CommandForm,
    done: Callable[[Answer], str],
    *,
    around: Callable[[], Mapping[str, Any]],
    body: Mapping[str, Any] | None = None,
    **path: Any,
) -> Response:
    """Carries out the command of a route with what was typed, and leads to the path that `done` returns.

    `body`: what the form states beside its own fields, or instead of one: None leaves a field out. A refusal shows the
    form again, with what was typed, the version that it was sent with, and what `around` returns for the template.
    """
    given, beside = typed_fields(), body or {}
    version = given.get(VERSION)
    form = replace(form, version=version)
    typed = {one.name: given[one.name] for one in form.fields if given.get(one.name, "").strip()}
    stated = {name: value for name, value in {**typed, **beside}.items() if value is not None}
    missing = [one for one in form.fields if not one.optional and not given.get(one.name, "").strip()]
    if missing:
        errors = [(one.name, own_texts()("form.missing", field=own_texts()(one.label))) for one in missing]
        return show_form(form, Typed(values=given.to_dict(), errors=errors), status=422, **around())
    try:
        answer = command(endpoint, stated, version=version, **path)
    except (InvalidFields, InvalidInput, RuleBroken, Conflict, PreconditionFailed) as refused:
        shown = _refused(refused, form, given, own_texts())
        return show_form(form, shown, status=_status_of(refused), **around())
    return go_to(done(answer))


def refused_fields(error: FarleyError, t: Texts) -> list[tuple[str, str]]:
    """Returns what was refused: pairs of a field of the API and the error, in the person's language if it has one."""
    return [(one["path"], _said(one, t)) for one in errors_in(error)]


def _said(refused: Mapping[str, str], t: Texts) -> str:
    text = f"error.{refused['code']}"
    return t(text) if text in t else refused["message"]


def _refused(error: FarleyError, form: CommandForm, given: MultiDict[str, str], t: Texts) -> Typed:
    """Returns what was typed with an error at each field that was refused, and the rest as the form's problem."""
    values = given.to_dict()
    known = {one.stated_as or one.name: one.name for one in form.fields}
    of_fields, others = [], []
    for refused in errors_in(error):
        name = refused["path"].partition(".")[0]
        said = _said(refused, t)
        if name in known:
            of_fields.append((known[name], said))
        else:
            others.append(f"{refused['path']}: {said}" if refused["path"] else said)
    problem = " ".join(others) or (None if of_fields else _problem(error, t))
    return Typed(values=values, errors=of_fields, problem=problem)


def _problem(error: FarleyError, t: Texts) -> str:
    name = f"problem.{kebab(type(error).__name__)}"
    return t(name) if name in t else error.message


def _status_of(error: FarleyError) -> int:
    return 422 if isinstance(error, InvalidFields | InvalidInput) else 409
