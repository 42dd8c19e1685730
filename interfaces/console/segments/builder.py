"""The builder: a form that is sent to the server with each step, and shown again. It needs no script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Response

from application.jobs import TooManyJobs
from application.requests import Answer
from domain.customers.details import Channel
from domain.errors import Conflict, InvalidInput, NotFound, PreconditionFailed, RuleBroken
from interfaces.console.asking import ask, command, may
from interfaces.console.commands import VERSION
from interfaces.console.finding.candidates import found_by
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_segment
from interfaces.console.rooms import ROOT, Room
from interfaces.console.segments.conditions import Words
from interfaces.console.segments.draft import Draft, empty, read
from interfaces.console.segments.exact import first_poll, job_of, path_of
from interfaces.console.segments.figures import MOST_PEOPLE, figures_of, shown_figures
from interfaces.console.segments.sentences import Sentences, sentences_about
from interfaces.console.segments.shown_parts import Shower
from interfaces.console.segments.steps import STEP, take_step
from interfaces.console.segments.words import Options, purposes, words_known
from interfaces.console.segments.writing import Written, criteria_written, drafted
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.current import services, this_request
from interfaces.http.preconditions import etag
from interfaces.http.problems import errors_in, kebab
from interfaces.http.refusals import InvalidFields

room = Room("segment_builder")
HERE = f"{ROOT}/segments"
SHOW, DEFINE, REVISE = "segments.show_segment", "segments.define_segment", "segments.revise_segment"
MOST_COUNTED = 100
"""With more parts than this, each one's size is not asked for."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the figures are asked for, beside the criteria. `person`: as it was typed."""

    channel: str = Channel.EMAIL
    purpose: str = ""
    person: str = ""
    people: bool = False


@dataclass(kw_only=True)
class Page:
    """What the builder shows. `tries`: where a step is sent; `saves`: where the button for saving leads.

    `errors`: refusals with the paths of the API. `focus`: the id of the field or button that gets the focus.
    `job`: that of the exact figures, as `job_of` returns it. `step`: that of the button that was pressed.
    """

    title: str
    tries: str
    saves: str | None
    cancel: str
    name: str
    draft: Draft
    asked: Asked
    segment_id: UUID | None = None
    version: str | None = None
    errors: Sequence[Mapping[str, str]] = ()
    problem: str | None = None
    focus: str | None = None
    job: str | None = None
    step: str = ""


@room.page("/segments/new", "segments:read")
def new_segment_page() -> Response:
    """Shows the builder: empty, or with a copy of another segment."""
    t, copied = own_texts(), this_request().args.get("from", "")
    words = words_known(formats())
    page = _new_page(empty())
    if _is_id(copied):
        known = ask(SHOW, segment_id=UUID(copied))
        page.name, page.draft = t("segments.copy_of", name=known["name"]), drafted(known["criteria"], words)
    return _shown(page, words)


@room.form("/segments/new", "segments:read", stands_for="segments.preview_audience")
def try_new_segment() -> Response:
    """Takes a step in the builder of a new segment."""
    return _tried(_new_page(empty()))


@room.form("/segments", "segments:write", stands_for=DEFINE)
def define_segment() -> Response:
    """Saves a new segment."""
    return _saved(_new_page(empty()), lambda body, version: command(DEFINE, body))


@room.page("/segments/<uuid:segment_id>/edit", "segments:read")
def edit_segment_page(segment_id: UUID) -> Response:
    """Shows the builder with a segment."""
    known = ask(SHOW, segment_id=segment_id)
    words = words_known(formats())
    page = _edit_page(segment_id, known["name"], drafted(known["criteria"], words))
    page.version = etag(known["version"])
    return _shown(page, words)


@room.form("/segments/<uuid:segment_id>/edit", "segments:read", stands_for="segments.preview_audience")
def try_segment(segment_id: UUID) -> Response:
    """Takes a step in the builder of a segment."""
    return _tried(_edit_page(segment_id, "", empty()))


@room.form("/segments/<uuid:segment_id>", "segments:write", stands_for=REVISE)
def revise_segment(segment_id: UUID) -> Response:
    """Saves a segment."""
    return _saved(
        _edit_page(segment_id, "", empty()),
        lambda body, version: command(REVISE, body, version=version, segment_id=segment_id),
    )


def _new_page(draft: Draft) -> Page:
    return Page(
        title="segments.new",
        tries=f"{HERE}/new",
        saves=HERE if may(DEFINE) else None,
        cancel=HERE,
        name="",
        draft=draft,
        asked=Asked(purpose=first_purpose()),
    )


def _edit_page(segment_id: UUID, name: str, draft: Draft) -> Page:
    path = path_of_segment(segment_id)
    return Page(
        title="segments.edit",
        tries=f"{path}/edit",
        saves=path if may(REVISE) else None,
        cancel=path,
        name=name,
        draft=draft,
        asked=Asked(purpose=first_purpose()),
        segment_id=segment_id,
    )


def _fill_in(page: Page) -> None:
    """Takes what was typed."""
    given = fields()
    page.draft = read(given.get("draft", ""))
    page.draft.fill_in(given)
    page.step, page.job = given.get(STEP, ""), given.get("job")
    page.name, page.version = given.get("name", ""), given.get(VERSION)
    page.asked = Asked(
        channel=given.get("channel", ""),
        purpose=given.get("purpose", ""),
        person=given.get("person", "").strip(),
        people="people" in given,
    )


def _tried(page: Page) -> Response:
    _fill_in(page)
    page.focus = take_step(page.draft, page.step)
    return _shown(page, words_known(formats()))


def _saved(page: Page, save: Callable[[dict[str, Any], str | None], Answer]) -> Response:
    """Saves what was typed. What is not complete is an error here, though not for the figures."""
    _fill_in(page)
    words, t = words_known(formats()), own_texts()
    written = criteria_written(page.draft, words)
    if written.left_out:
        page.problem = t("segments.incomplete", n=len(written.left_out))
        return _shown(page, words, status=422)
    try:
        answer = save({"name": page.name, "criteria": written.criteria}, page.version)
    except (InvalidFields, InvalidInput) as refused:
        page.errors = errors_in(refused)
        return _shown(page, words, status=422)
    except PreconditionFailed:
        _say_what_happened(page, t)
        return _shown(page, words, status=409)
    except (RuleBroken, Conflict) as refused:
        name = f"problem.{kebab(type(refused).__name__)}"
        page.problem = t(name) if name in t else refused.message
        return _shown(page, words, status=409)
    return go_to(done(path_of_segment(answer.body["segment_id"]), "segment_saved", answer))


def _say_what_happened(page: Page, t: Texts) -> None:
    """Others were faster: says what the segment is now. Sent again, the form replaces what they did."""
    known = ask(SHOW, segment_id=page.segment_id)
    page.version = etag(known["version"])
    what = sentences_about(known["criteria"]).of(known["criteria"])
    page.problem = t("segments.stale", name=known["name"], what=what)


def _shown(page: Page, words: Words, *, status: int = 200) -> Response:
    t, f = own_texts(), formats()
    written = criteria_written(page.draft, words)
    person = _person(page.asked.person)
    question = _question(page.asked, written, person)
    figures = figures_of(question)
    _ask_exactly(page, question, t)
    errors = _errors([*page.errors, *(() if page.errors else figures.errors)], written, t)
    shower = Shower(
        words=words,
        t=t,
        f=f,
        sizes={written.numbers[path]: n for path, n in figures.sizes.items() if path in written.numbers},
        errors=errors.of_parts,
        left_out=written.left_out,
    )
    sentences = Sentences(t, f, services().currency, words.segments)
    root = shower.shown(page.draft)
    return show(
        "segment_builder",
        status=status,
        layout="fragment.html" if _is_part() else "frame.html",
        page=page,
        draft=page.draft.written(),
        root=root,
        lists=shower.lists,
        sentence=sentences.of(written.criteria) if not figures.errors else None,
        figures=shown_figures(figures, t, f, sentences),
        errors=errors,
        left_out=len(written.left_out),
        channels=[("", t("segments.no_message")), *((str(one), t.word("channel", one)) for one in Channel)],
        purposes=_purposes(t),
        job={"path": path_of(page.job), "asks": first_poll(page.job)} if page.job else None,
        nobody=bool(page.asked.person) and person is None,
    )


def _ask_exactly(page: Page, question: Mapping[str, Any], t: Texts) -> None:
    """Keeps the job of the exact figures while the question is the same. Begins one if that was asked for."""
    try:
        page.job = job_of(question, page.step, page.job or "")
    except TooManyJobs:
        page.problem = t("segments.busy")


def _question(asked: Asked, written: Written, person: str | None) -> dict[str, Any]:
    question: dict[str, Any] = {"audience": written.criteria}
    if len(written.numbers) <= MOST_COUNTED // 2:
        question["parts"] = True
    if asked.channel and asked.purpose:
        question |= {"channel": asked.channel, "purpose": asked.purpose}
    if asked.people:
        question["sample"] = MOST_PEOPLE
    return question | ({"explain": person} if person is not None else {})


@dataclass(kw_only=True)
class Errors:
    """Errors in words: of the name, of parts by their numbers, and others."""

    name: str | None = None
    of_parts: dict[int, list[str]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def _errors(refused: Sequence[Mapping[str, str]], written: Written, t: Texts) -> Errors:
    errors = Errors()
    for one in refused:
        text = f"error.{one['code']}"
        said = t(text) if text in t else one["message"]
        path = one["path"].replace("criteria", "audience", 1)
        number = written.number_at(path)
        if path == "name":
            errors.name = said
        elif number is not None:
            errors.of_parts.setdefault(number, []).append(said)
        else:
            errors.others.append(said)
    return errors


def _person(text: str) -> str | None:
    """Returns the id of the customer that the text means, or None."""
    if not text or not may("customer-reading.show_customer"):
        return None
    try:
        people = found_by(text).people
    except NotFound:
        return None
    return str(people[0]["customer_id"]) if people else None


def first_purpose() -> str:
    known = purposes()
    names = [name for name, _ in known]
    return "marketing" if "marketing" in names else (names[0] if names else "")


def _purposes(t: Texts) -> Options:
    return [(name, t.word("purpose", name)) for name, _ in purposes()]


def _is_part() -> bool:
    return this_request().headers.get("HX-Request") == "true"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
