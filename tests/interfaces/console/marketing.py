"""What the tests of a marketer's day need: campaigns, and forms that are opened and sent."""

from uuid import UUID

from tests.interfaces.console.conftest import Console, Person

BOARD = "/console/campaigns"
FORM = {
    "name": "Winter offers",
    "message_class": "promotional",
    "purpose": "marketing",
    "criteria": '{"field": "kind", "op": "eq", "value": "person"}',
    "subject": "Hello {{ name }}",
    "body": "Winter is here.\r\n{{ unsubscribe_url }}",
}


def shown(person: Person, path: str) -> dict[str, str]:
    """Opens the page of a form and returns what a browser would send if nothing was changed there."""
    given = values(person, path)
    return {**given, **{name[5:]: value for name, value in given.items() if name.startswith("seen.")}}


def values(person: Person, path: str) -> dict[str, str]:
    """Opens a page and returns what its inputs hold; the token of its form is among them."""
    return {
        str(given["name"]): str(given.get("value") or "")
        for tag, given in person.sees(path).tags
        if tag == "input" and given.get("name")
    }


def sent(console: Console, person: Person, path: str, **typed: str) -> str:
    """Opens the page of a form, sends it with what is typed, and returns the page that follows."""
    given = {**shown(person, path), **typed}
    response = person.sends(path, given, token=given.pop("form_token"))
    assert response.status_code == 303, response.text
    console.world.fold()
    return person.sees(str(response.location)).text


def drafted(console: Console, marketer: Person, **typed: str) -> str:
    """Drafts a campaign in the console, and returns the path of its page."""
    response = marketer.sends(f"{BOARD}/new", {**FORM, **typed})
    assert response.status_code == 303, response.text
    console.world.fold()
    return str(response.location).partition("?")[0]


def campaign_at(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def links(person: Person, path: str) -> set[str]:
    return {str(given.get("href")) for tag, given in person.sees(path).tags if tag == "a"}
