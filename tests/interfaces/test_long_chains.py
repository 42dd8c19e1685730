"""What a person costs does not grow with the number of profiles that links join."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.eligibility.service import AskEligibility
from application.requests import Answer
from domain.customers.customer import Customer
from domain.customers.profile import Profile
from tests.interfaces.conftest import Api
from tests.statements import statements

pytestmark = pytest.mark.speaks_sql

SHORT, LONG = 2, 200
REMEMBERED = 3
"""Statements that a process may be spared by what it remembers, such as keys."""


def chain(api: Api, length: int) -> list[UUID]:
    """So many registered customers, each stated to be the one before; the first and the last have an address."""
    ids = [uuid4() for _ in range(length)]
    circumstances = api.world.request().circumstances()
    customers = [
        Customer.register(
            one,
            circumstances,
            kind="person",
            details={"name": "Ann"},
            attributes={},
            personal_attributes=None,
        )
        for one in ids
    ]
    profiles = [Profile.before_first_fact(one) for one in ids[1:]]
    for profile, before in zip(profiles, ids, strict=False):
        profile.link(before, circumstances)
    api.world.web.store.save(*customers, *profiles, request=api.world.request(), answer=Answer())
    for number, one in ((1, ids[0]), (2, ids[-1])):
        point = {"channel": "email", "value": f"ann{number}@{length}.example.com"}
        api.stored(f"/api/customers/{one}/contact-points", point)
    api.fold()
    return ids


def costs(api: Api, length: int) -> dict[str, int]:
    """The statements that each of these takes."""
    ids = chain(api, length)
    newcomer = api.customer(contact_points=[{"channel": "email", "value": f"new@{length}.example.com"}])
    api.fold()
    at = api.world.clock.now()
    api.world.clock.move(timedelta(days=1))
    counted = {
        "link": _counted(
            lambda: api.stored(f"/api/customers/{ids[-1]}/links", {"profile_id": str(newcomer)})
        ),
        "fold": _counted(api.fold),
        "look-up": _counted(lambda: _asked(api, f"/api/customers?email=ann2@{length}.example.com")),
        "360": _counted(lambda: _asked(api, f"/api/customers/{ids[-1]}")),
        "correction": _counted(lambda: _correct(api, ids[-1])),
        "decision": _counted(lambda: _explain(api, ids[-1])),
        "past decision": _counted(lambda: _explain(api, ids[-1], at=at)),
        "unlink": _counted(lambda: api.ask("DELETE", f"/api/customers/{ids[-1]}/links/{newcomer}")),
    }
    api.fold()
    shown = _asked(api, f"/api/customers/{ids[-1]}")
    assert (shown["customer_id"], len(shown["profiles"])) == (str(ids[0]), length + 2)
    return counted


def _counted(happens: Callable[[], object]) -> int:
    with statements() as executed:
        happens()
    return len(executed)


def _asked(api: Api, path: str) -> Any:
    response = api.ask("GET", path)
    assert response.status_code == 200, response.data
    return response.json


def _correct(api: Api, customer: UUID) -> None:
    shown = api.ask("GET", f"/api/customers/{customer}")
    answered = api.ask(
        "PATCH", f"/api/customers/{customer}", {"name": "Anne"}, If_Match=shown.headers["ETag"]
    )
    assert answered.status_code == 200, answered.data


def _explain(api: Api, customer: UUID, **when: Any) -> None:
    ask = AskEligibility(
        customer_id=customer, channel="email", purpose="marketing", message_class="promotional", **when
    )
    assert api.world.services.eligibility.explain(ask).decision.contact_point is not None


def test_a_link_a_look_up_and_a_decision_cost_as_many_statements_for_two_hundred_profiles_as_for_two(
    api: Api,
) -> None:
    short = costs(api, SHORT)
    long = costs(api, LONG)
    assert {what: n for what, n in long.items() if n > short[what] + REMEMBERED} == {}
