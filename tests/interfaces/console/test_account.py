"""A person's settings and sessions."""

from tests.interfaces.console.conftest import CHROME, Console

ACCOUNT = "/console/account"


def test_the_language_is_the_browsers_until_somebody_chooses_one(console: Console) -> None:
    ana = console.person("ana")
    assert ana.get(ACCOUNT, Accept_Language="es-MX,es;q=0.9").text.count('lang="es"') == 1
    assert 'lang="en"' in ana.get(ACCOUNT, Accept_Language="fr").text
    ana.sends(ACCOUNT, {"language": "es", "shortcuts": "1"})
    assert '<html lang="es">' in ana.get(ACCOUNT, Accept_Language="en").text
    berta = console.person("berta")
    assert '<html lang="en">' in berta.get(ACCOUNT).text


def test_the_time_zone_decides_how_instants_are_shown(console: Console) -> None:
    ana = console.person("ana")
    assert "UTC" in ana.get(ACCOUNT).text
    ana.sends(ACCOUNT, {"zone": "Asia/Kolkata"})
    assert "IST" in ana.get(ACCOUNT).text


def test_shortcuts_are_switched_off_and_on(console: Console) -> None:
    ana = console.person("ana")
    assert 'data-shortcuts="on"' in ana.get(ACCOUNT).text
    ana.sends(ACCOUNT, {"language": ""})
    assert 'data-shortcuts="off"' in ana.get(ACCOUNT).text
    ana.sends(ACCOUNT, {"shortcuts": "1"})
    assert 'data-shortcuts="on"' in ana.get(ACCOUNT).text


def test_what_nobody_can_choose_is_refused_with_an_error_at_each_field_and_changes_nothing(
    console: Console,
) -> None:
    ana = console.person("ana")
    ana.sends(ACCOUNT, {"language": "es", "zone": "Asia/Kolkata", "shortcuts": "1"})
    refused = ana.sends(ACCOUNT, {"language": "xx", "zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert refused.text.count('aria-invalid="true"') == 2
    page = ana.get(ACCOUNT).text
    assert '<html lang="es">' in page
    assert "IST" in page


def test_each_session_is_listed_with_its_browser_and_can_be_ended(console: Console) -> None:
    ana = console.person("ana")
    there, here = ana.secret, None
    elsewhere = console.app.test_client()
    elsewhere.set_cookie("__Host-farley", there, domain="127.0.0.1")
    ana.client.delete_cookie("__Host-farley", domain="127.0.0.1")
    ana.signs_in()
    here = ana.secret
    page = ana.sees(ACCOUNT)
    assert page.text.count("Chrome 142, Linux") >= 2
    assert page.text.count("this one") == 1
    sessions = console.world.services.sessions
    (other,) = [
        one.session_id
        for one in sessions.of_person("ana")
        if (mine := sessions.signed_in(here)) and one.session_id != mine.session_id
    ]
    assert ana.sends("/console/account/sessions/end", {"session_id": str(other)}).location == ACCOUNT
    assert sessions.signed_in(there) is None
    assert (
        elsewhere.get(
            "/console", base_url="http://127.0.0.1:8000", headers={"User-Agent": CHROME}
        ).status_code
        == 303
    )
    assert len(sessions.of_person("ana")) == 1


def test_nobody_ends_the_session_of_somebody_else(console: Console) -> None:
    ana, berta = console.person("ana"), console.person("berta", "administrator")
    mine = console.world.services.sessions.signed_in(ana.secret)
    assert mine is not None
    for session_id in (str(mine.session_id), "no id", ""):
        berta.sends("/console/account/sessions/end", {"session_id": session_id})
    assert ana.get("/console").status_code == 200
