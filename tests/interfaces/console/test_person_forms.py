"""What an agent records for a person: consents, corrections, addresses, numbers and suppressions."""

from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import registered, told
from tests.interfaces.console.person_page import after, hidden, known, path_of
from tests.interfaces.public.conftest import Page


def last_fact(console: Console) -> Any:
    return console.world.facts(console.log_length() - 1)[-1].fact


def test_a_consent_is_recorded_with_its_evidence(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    said = {
        "place": "email",
        "purpose": "marketing",
        "evidence_source": "phone call",
        "expires_at": "2027-03-31",
    }
    page = after(
        console, maria, f"{path_of(ana)}/consents/new", {**said, "evidence_text": "Yes,\nplease <b>"}
    )
    assert "The consent is recorded" in page
    assert "until 31 Mar 2027" in page
    fact = last_fact(console)
    assert (fact.channel, fact.purpose, fact.contact_point_id) == ("email", "marketing", None)
    assert fact.expires_at.isoformat() == "2027-04-01T00:00:00+00:00"
    assert fact.actor == "person:maria"


def test_a_consent_may_be_for_one_address_and_is_withdrawn_for_it(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    (point,) = known(console, ana)["contact_points"]
    place = {"place": point["contact_point_id"], "purpose": "marketing"}
    after(console, maria, f"{path_of(ana)}/consents/new", {**place, "evidence_source": "shop"})
    assert str(last_fact(console).contact_point_id) == point["contact_point_id"]
    page = after(console, maria, f"{path_of(ana)}/withdrawals/new", {**place, "reason": "Too many."})
    assert "The consent is withdrawn" in page
    fact = last_fact(console)
    assert (str(fact.contact_point_id), fact.purpose, fact.channel is None) == (*place.values(), False)


def test_leave_me_alone_says_what_it_stops_and_withdraws_everything(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    nothing_may = maria.sees(f"{path_of(ana)}/leave-alone").text
    assert "No promotional message may be sent now." in nothing_may
    consent = {"place": "email", "purpose": "marketing", "evidence_source": "shop"}
    after(console, maria, f"{path_of(ana)}/consents/new", consent)
    assert "Offers by e-mail" in maria.sees(f"{path_of(ana)}/leave-alone").text
    page = after(console, maria, f"{path_of(ana)}/leave-alone", {"reason": "Leave me alone."})
    assert "Everything is withdrawn" in page
    fact = last_fact(console)
    assert (fact.channel, fact.purpose, fact.topic, fact.contact_point_id) == (None, None, None, None)
    assert "consent withdrawn" in maria.sees(path_of(ana)).text


def test_only_what_was_changed_in_the_form_is_corrected(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    declared = {"name": "size", "scope": "customer", "type": "number", "personal": False}
    told(console, "/api/attributes", declared)
    fields = {"name": "Ana Ferrer", "country": "ES", "time_zone": "Europe/Madrid", "birth_date": "1980-12-31"}
    page = after(console, maria, f"{path_of(ana)}/correct", {**fields, "attribute-size": "38.5"})
    assert "31 Dec 1980" in page
    assert "38.5" in page
    corrected = {"name", "country", "time_zone", "birth_date", "year_of_birth", "attributes"}
    assert set(last_fact(console).corrected) == corrected
    shown = {"country": "ES", "name": "Ana Ferrer", "birth_date": "1980-12-31"}
    after(console, maria, f"{path_of(ana)}/correct", {**fields, "country": "", "attribute-size": "38.5"})
    assert set(last_fact(console).corrected) == {"country"}
    now = known(console, ana)
    assert {name: now[name] for name in shown} == {**shown, "country": None}
    assert now["attributes"] == {"size": 38.5}


def test_a_stale_correction_says_what_changed_and_is_carried_out_when_it_is_sent_again(
    console: Console,
) -> None:
    ana = registered(console, "Ana", email="ana@example.org")
    maria, jose = console.person("maria"), console.person("jose")
    old = jose.sees(f"{path_of(ana)}/correct")
    after(console, maria, f"{path_of(ana)}/correct", {"name": "Ana Ferrer"})
    typed = {**hidden(old), "name": "Ana", "time_zone": "Europe/Madrid"}
    before = console.log_length()
    refused = jose.sends(f"{path_of(ana)}/correct", typed, token=old.form_token)
    assert refused.status_code == 409
    assert "Somebody changed it" in refused.text
    again = Page(refused.text)
    assert "Name: from “Ana” to “Ana Ferrer”" in again.text
    assert console.log_length() == before
    values = {
        str(given["id"]): given.get("value") for tag, given in again.tags if tag == "input" and "id" in given
    }
    assert (values["name"], values["time_zone"]) == ("Ana Ferrer", "Europe/Madrid")
    sent = {**hidden(again), "name": "Ana Ferrer", "time_zone": "Europe/Madrid"}
    assert jose.sends(f"{path_of(ana)}/correct", sent, token=again.form_token).status_code == 303
    console.world.fold()
    assert (known(console, ana)["name"], known(console, ana)["time_zone"]) == ("Ana Ferrer", "Europe/Madrid")


def test_a_number_is_read_as_its_language_writes_it(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    told(
        console, "/api/attributes", {"name": "size", "scope": "customer", "type": "number", "personal": False}
    )
    maria.sends("/console/account", {"language": "es"})
    after(console, maria, f"{path_of(ana)}/correct", {"attribute-size": "38,5"})
    assert known(console, ana)["attributes"] == {"size": 38.5}
    refused = maria.sends(
        f"{path_of(ana)}/correct", {**hidden(maria.sees(f"{path_of(ana)}/correct")), "attribute-size": "x"}
    )
    assert refused.status_code == 422
    assert 'href="#attribute-size"' in refused.text


def test_addresses_and_numbers_are_added_and_removed(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    new = f"{path_of(ana)}/contact-points/new"
    page = after(console, maria, new, {"channel": "phone", "value": "961 555 014", "label": "work"})
    assert "961 555 014" in page
    postal = {"lines": "Calle Mayor 1\n2º izq.", "city": "València", "postal_code": "46001", "country": "ES"}
    page = after(console, maria, f"{new}-postal", postal)
    assert "Calle Mayor 1, 2º izq., 46001 València, ES" in page
    page = after(console, maria, f"{path_of(ana)}/external-ids/new", {"source": "shop", "number": "K-7"})
    assert "shop K-7" in page
    email = next(one for one in known(console, ana)["contact_points"] if one["channel"] == "email")
    removing = f"{path_of(ana)}/contact-points/{email['contact_point_id']}/remove"
    assert "Nothing is sent to ana@example.org" in maria.sees(removing).text
    assert (
        "ana@example.org"
        not in after(console, maria, removing, {}).partition("Timeline")[2].partition("How to")[2]
    )
    assert {one["channel"] for one in known(console, ana)["contact_points"]} == {"phone", "post"}
    assert maria.get(f"{path_of(ana)}/contact-points/{UUID(int=3)}/remove").status_code == 404


@pytest.mark.parametrize(
    ("form", "fields", "field"),
    [
        ("contact-points/new", {"channel": "phone", "value": "12"}, "value"),
        ("contact-points/new-postal", {"lines": "x" * 5000}, "lines"),
        ("correct", {"time_zone": "Mars"}, "time_zone"),
        ("correct", {"birth_date": "31.12.1980"}, "birth_date"),
        (
            "consents/new",
            {"place": "email", "purpose": "marketing", "evidence_source": "x" * 5000},
            "evidence_source",
        ),
        (
            "consents/new",
            {"place": "email", "purpose": "marketing", "evidence_source": "shop", "expires_at": "tomorrow"},
            "expires_at",
        ),
        ("suppressions/new", {"reason": "GLOBAL_DO_NOT_CONTACT", "until": "2027-01-01"}, "until"),
        ("suppressions/new", {"reason": "LEGAL_HOLD", "until": "2001-01-01"}, "until"),
    ],
)
def test_what_is_refused_is_said_at_its_field(
    console: Console, form: str, fields: dict[str, str], field: str
) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    page = maria.sees(f"{path_of(ana)}/{form}")
    before = console.log_length()
    refused = maria.sends(f"{path_of(ana)}/{form}", {**hidden(page), **fields}, token=page.form_token)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert console.log_length() == before


def test_a_suppression_is_imposed_shown_and_lifted_with_a_reason(console: Console) -> None:
    ana, maria = registered(console, "Ana", email="ana@example.org"), console.person("maria")
    berta = registered(console, "Berta", email="berta@example.org")
    assert "Nobody stopped messages" in maria.sees(path_of(ana)).text
    said = {"reason": "OPERATOR_EXCLUDED", "channel": "email", "until": "2027-03-31", "note": "She moves."}
    page = after(console, maria, f"{path_of(ana)}/suppressions/new", said)
    assert "excluded by an operator · e-mail" in page
    assert "by maria · until 31 Mar 2027 · She moves." in page
    assert "Nobody stopped messages" in maria.sees(path_of(berta)).text
    (link,) = [
        str(given["href"])
        for tag, given in maria.sees(path_of(ana)).tags
        if str(given.get("href")).endswith("/lift")
    ]
    assert "She moves." in maria.sees(link).text
    page = after(console, maria, link, {"reason": "She has moved."})
    assert "She has moved." in page
    assert not [1 for tag, given in maria.sees(path_of(ana)).tags if str(given.get("href")).endswith("/lift")]
