"""A person's page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from interfaces.console.asking import ask, may
from interfaces.console.complaints.pages import OPEN, queued_people
from interfaces.console.formats import Formats
from interfaces.console.history.decision_pages import EXPLAIN
from interfaces.console.languages import Texts
from interfaces.console.orders.pages import shown_order
from interfaces.console.past import past
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON
from interfaces.console.people.consents import GRANT
from interfaces.console.people.contacts import OPEN_COMPLAINT, RECORD_TOUCHPOINT
from interfaces.console.people.details import CORRECT
from interfaces.console.people.links import PROFILES, shown_links
from interfaces.console.people.months import shown_months
from interfaces.console.people.person import Person
from interfaces.console.people.suppressions import IMPOSE, shown_suppressions, suppressions_of
from interfaces.console.people.timeline import days
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.console.walks import kept, walk
from interfaces.http.current import this_request
from projections.timeline.reading import About

room = Room("people")
COMPLAINTS, CONSENTS = "complaint-reading.list_complaints", "person-parts.list_consents"
MOST_COMPLAINTS = 20
MOST_ORDERS = 5
MOST_STATEMENTS = "200"


@room.page(A_PERSON, "customers:read", shows_past=True)
def person_page(customer_id: UUID) -> Response:
    """Shows what is known of a person. `about` and `cursor` in the query choose the entries of the timeline."""
    given = this_request().args
    about = given.get("about", "")
    query = {name: given[name] for name in ("about", "cursor") if given.get(name)}
    known = ask("customer-reading.show_customer", customer_id=customer_id)
    timeline = ask("customer-reading.show_timeline", query, customer_id=customer_id)
    suppressions = suppressions_of(customer_id)
    t, f = own_texts(), formats()
    return show(
        "person",
        who=Person(
            known=known,
            complaints=_complaints(customer_id),
            t=t,
            f=f,
            statements=ask(CONSENTS, {"limit": MOST_STATEMENTS}, customer_id=customer_id)["items"],
            suppressions=[one for one in suppressions or () if one["in_force"]],
        ),
        days=days(timeline["items"], t, f, sees_decisions=may("runs.list_decisions")),
        filters=_filters(customer_id, about, t),
        earlier=_earlier(customer_id, about, timeline["next_cursor"]),
        actions=_next_actions(customer_id, t),
        orders=_orders(customer_id, t, f),
        suppressions=shown_suppressions(suppressions, t, f),
        months=shown_months(ask("person-parts.list_months", customer_id=customer_id)["items"], t, f),
        links=shown_links(ask(PROFILES, customer_id=customer_id), t),
        neighbours=_neighbours(known["customer_id"], t),
        **_may(),
    )


def _may() -> dict[str, Any]:
    """Returns what the reader may do for a person."""
    return {
        "may_log": may(RECORD_TOUCHPOINT),
        "may_complain": may(OPEN_COMPLAINT),
        "may_consent": may(GRANT),
        "may_correct": may(CORRECT),
        "may_suppress": may(IMPOSE),
        "may_explain": may(EXPLAIN),
        "may_see_history": may("customer-reading.show_history"),
    }


def _complaints(customer_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Returns the newest open complaints, or none for somebody who may not read complaints."""
    if not may(COMPLAINTS):
        return ()
    query = {"customer_id": str(customer_id), "status": OPEN, "limit": str(MOST_COMPLAINTS)}
    items: Sequence[Mapping[str, Any]] = ask(COMPLAINTS, query)["items"]
    return items


def _next_actions(customer_id: UUID, t: Texts) -> list[dict[str, str]]:
    """Returns what to do next, the most urgent first: in words, with the urgency and why."""
    proposed = ask("next-actions.show_next_actions", customer_id=customer_id)["actions"]
    return [
        {
            "text": t.word("action", one["code"]),
            "urgency": t.word("urgency", one["urgency"]),
            "state": {"now": "stop", "soon": "warn"}.get(one["urgency"], "neutral"),
        }
        for one in proposed
    ]


def _orders(customer_id: UUID, t: Texts, f: Formats) -> list[dict[str, Any]]:
    """Returns the newest orders, or none for somebody who may not read orders."""
    if not may("orders.list_orders"):
        return []
    query = {"customer_id": str(customer_id), "limit": str(MOST_ORDERS)}
    return [shown_order(one, t, f) for one in ask("orders.list_orders", query)["items"]]


def _filters(customer_id: UUID, chosen: str, t: Texts) -> list[dict[str, Any]]:
    names = ["", *(about for about in About if about != About.DECISION or not past())]
    return [
        {
            "text": t(f"timeline.{name or 'all'}"),
            "href": _here(customer_id, about=name),
            "current": name == chosen,
            "count": None,
        }
        for name in names
    ]


def _earlier(customer_id: UUID, about: str, cursor: str | None) -> str | None:
    return _here(customer_id, about=about, cursor=cursor) if cursor is not None else None


def _here(customer_id: UUID, **query: str) -> str:
    """Returns the path of this page with a query, and with the list that somebody came from."""
    named = {**kept(this_request().args), **{name: text for name, text in query.items() if text}}
    return path_of_person(customer_id) + (f"?{urlencode(named)}" if named else "")


def _neighbours(customer_id: UUID, t: Texts) -> dict[str, str | None] | None:
    """Returns the place in the list that somebody came from, and the paths to the one before and the next one."""
    given = this_request().args
    at = walk(customer_id, given, queued_people if may(COMPLAINTS) else lambda _: ())
    if at is None:
        return None
    query = urlencode(kept(given))
    previous, following = (
        f"{path_of_person(one)}?{query}" if one else None for one in (at.previous, at.next)
    )
    return {
        "text": t("person.place", place=at.place, n=at.length),
        "previous": previous,
        "next": following,
    }
