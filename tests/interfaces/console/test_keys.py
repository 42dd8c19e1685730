"""Keys and people in the console: a secret is shown once, whoever is revoked is out with the next click."""

import re
from datetime import UTC, datetime

from application.access.keys import KeyQuestion
from tests.interfaces.console.conftest import Console, Person

KEYS = "/console/keys"
SECRET = re.compile(r'<output class="secret">([^<]+)</output>')


def keys_of(console: Console, name: str) -> list[str]:
    return [str(key.key_id) for key in console.world.services.access.some(KeyQuestion(limit=9, name=name))]


def makes(admin: Person, kind: str = "person", **given: object) -> str:
    """Sends the form for a new key, and returns the page that answers."""
    fields = {"name": "maria", "roles": ["agent", "analyst"], "life": "", **given}
    return admin.sends(f"{KEYS}/new/{kind}", fields).text


def test_a_person_gets_roles_and_a_key_that_is_shown_once(console: Console) -> None:
    admin = console.person("ana", "administrator")
    token = admin.token()
    fields = {"name": "maria", "roles": ["agent", "analyst"], "life": ""}
    first = admin.sends(f"{KEYS}/new/person", fields, token=token)
    (key,) = SECRET.findall(first.text)
    again = admin.sends(f"{KEYS}/new/person", fields, token=token)
    assert "shown only once" in again.text
    assert SECRET.findall(again.text) == []
    assert len(keys_of(console, "maria")) == 1
    maria = console.world.services.access.subject_of(key)
    assert maria is not None
    assert maria.actor == "person:maria"
    listed = admin.sees(KEYS).text
    assert "maria" in listed
    assert "Agent, Analyst" in listed
    assert key not in listed


def test_a_client_application_gets_scopes_and_an_end(console: Console) -> None:
    console.world.clock.instant = datetime.now(UTC)
    admin = console.person("ana", "administrator")
    page = makes(admin, "client", name="shop", roles=[], scopes=["orders:write"], life="30")
    (key,) = SECRET.findall(page)
    assert console.world.services.access.subject_of(key) is not None
    (key_id,) = keys_of(console, "shop")
    assert "orders:write" in admin.sees(f"{KEYS}/{key_id}").text


def test_a_refused_form_keeps_what_was_typed(console: Console) -> None:
    admin = console.person("ana", "administrator")
    refused = admin.sends(f"{KEYS}/new/person", {"name": "", "roles": ["auditor"]})
    assert refused.status_code == 422
    assert 'value="auditor" checked' in refused.text
    unknown = admin.sends(f"{KEYS}/new/person", {"name": "x", "roles": ["king"]})
    assert unknown.status_code == 422
    assert "Choose one of the list" in unknown.text


def test_a_rotation_shows_a_second_key_and_the_third_is_refused(console: Console) -> None:
    admin = console.person("ana", "administrator")
    makes(admin)
    (key_id,) = keys_of(console, "maria")
    assert SECRET.findall(admin.sends(f"{KEYS}/{key_id}/rotate", {"life": ""}).text)
    third = admin.sends(f"{KEYS}/{key_id}/rotate", {"life": ""})
    assert third.status_code == 409
    assert "Revoke one first" in third.text


def test_whoever_is_revoked_is_out_with_the_next_click(console: Console) -> None:
    admin, maria = console.person("ana", "administrator"), console.person("maria", "agent")
    assert maria.get("/console").status_code == 200
    assert "out with the next click" in admin.sees(f"{KEYS}/{maria.key_id}/revoke").text
    sent = admin.sends(f"{KEYS}/{maria.key_id}/revoke")
    assert "The key is revoked" in admin.sees(sent.location).text
    assert maria.get("/console").location.startswith("/console/sign-in")


def test_a_session_of_somebody_is_ended(console: Console) -> None:
    admin, maria = console.person("ana", "administrator"), console.person("maria", "agent")
    assert "maria" in admin.sees(KEYS).text
    (session,) = console.world.services.sessions.of_person("maria")
    sent = admin.sends(f"{KEYS}/sessions/{session.session_id}/end")
    assert "The session has ended" in admin.sees(sent.location).text
    assert maria.get("/console").status_code == 303
    assert admin.sends(f"{KEYS}/sessions/{session.session_id}/end").status_code == 404


def test_a_link_is_shown_once_and_signs_in(console: Console) -> None:
    admin, maria = console.person("ana", "administrator"), console.visitor("maria", "agent")
    (link,) = SECRET.findall(admin.sends(f"{KEYS}/{maria.key_id}/link").text)
    path = link.removeprefix(console.world.services.public_url)
    assert maria.sends(path, {}, token=maria.sees(path).form_token).status_code == 303
    assert maria.get("/console").status_code == 200


def test_what_was_done_says_who_did_it(console: Console) -> None:
    admin = console.person("ana", "administrator")
    makes(admin)
    (key_id,) = keys_of(console, "maria")
    page = admin.sees(f"{KEYS}/{key_id}").text
    assert "A key of maria was made" in page
    assert "person:ana" in page


def test_the_filters_stand_in_the_address(console: Console) -> None:
    admin = console.person("ana", "administrator")
    makes(admin, "client", name="shop", roles=[], scopes=["read"])
    assert ">shop<" not in admin.get(f"{KEYS}?kind=person").text
    assert ">shop<" in admin.get(f"{KEYS}?kind=client&state=live").text
    assert "No key is like this" in admin.sees(f"{KEYS}?kind=client&state=revoked").text


def test_revoking_ones_own_key_says_so(console: Console) -> None:
    admin = console.person("ana", "administrator")
    assert "You are signed in with this key" in admin.sees(f"{KEYS}/{admin.key_id}/revoke").text


def test_an_agent_sees_nothing_of_it(console: Console) -> None:
    agent = console.person("maria", "agent")
    assert KEYS not in agent.sees("/console").text
    agent.sees(KEYS, 403)


def test_a_name_with_script_is_printed_literally(console: Console) -> None:
    admin = console.person("ana", "administrator")
    name = '"><script>alert(1)</script>'
    assert "<script>alert" not in makes(admin, name=name)
    for path in (KEYS, f"{KEYS}/{keys_of(console, name)[0]}"):
        assert "<script>alert" not in admin.get(path).text


def test_an_expiry_is_so_many_days_ahead(console: Console) -> None:
    admin = console.person("ana", "administrator")
    console.world.clock.instant = datetime.now(UTC)
    makes(admin, life="90")
    (key,) = console.world.services.access.some(KeyQuestion(limit=9, name="maria"))
    assert key.expires_at is not None
    assert (key.expires_at - console.world.clock.now()).days == 90
