"""What tests do on the page of a customer: its forms, and what the API knows afterwards."""

from typing import Any
from uuid import UUID

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.public.conftest import Page


def path_of(customer: UUID) -> str:
    return f"/console/people/{customer}"


def hidden(page: Page) -> dict[str, str]:
    """Returns the hidden fields of a form, without its token."""
    return {
        str(given["name"]): str(given["value"])
        for tag, given in page.tags
        if tag == "input" and given.get("type") == "hidden" and given["name"] != "form_token"
    }


def after(console: Console, agent: Person, path: str, fields: dict[str, str]) -> str:
    """Opens the page of a form, sends it with these fields, and returns the page that follows."""
    page = agent.sees(path)
    response = agent.sends(path, {**hidden(page), **fields}, token=page.form_token)
    assert response.status_code == 303, response.text
    console.world.fold()
    return agent.sees(str(response.location)).text


def known(console: Console, customer: UUID) -> dict[str, Any]:
    """Returns the 360 as a client application reads it."""
    key = console.world.services.access.create(f"reader {console.log_length()}", ["admin"])[1]
    path = f"/api/customers/{customer}"
    response = console.app.test_client().get(path, headers={"Authorization": f"Bearer {key}"})
    answer: dict[str, Any] = response.json
    return answer
