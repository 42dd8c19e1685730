"""The pages of segments: the list, one segment, and the builder without a script."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from application.previews import counting
from interfaces.console.segments.conditions import Words
from interfaces.console.segments.writing import criteria_written, drafted
from tests.interfaces.console.building import LIST, NEW, Builder
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import ordered, registered, told
from tests.interfaces.working import work_on_jobs

SPAIN = {"field": "country", "op": "eq", "value": "ES"}


def defined(console: Console, criteria: Mapping[str, Any], name: str = "Spaniards") -> str:
    body = {"name": name, "criteria": dict(criteria)}
    return f"{LIST}/{told(console, '/api/segments', body)['segment_id']}"


def previewed(console: Console, question: Mapping[str, Any]) -> Any:
    return told(console, "/api/audiences/preview", dict(question))


def people(console: Console) -> list[Any]:
    """Five customers: two with an address and a consent, one of them with an order."""
    ids = [registered(console, f"Person {n}", email=f"p{n}@example.org") for n in range(3)]
    ids += [registered(console, f"Person {n}") for n in (3, 4)]
    for one in ids[:2]:
        body = {"channel": "email", "purpose": "marketing", "evidence": {"source": "shop"}}
        told(console, f"/api/customers/{one}/consents", body)
    ordered(console, ids[0])
    return ids


def test_without_segments_the_list_says_what_they_are_for(console: Console) -> None:
    page = console.person("ana", "marketer").sees(LIST)
    assert "No segment yet" in page.text
    assert NEW in {given.get("href") for tag, given in page.tags if tag == "a"}


def test_the_list_says_where_a_segment_is_used_and_asks_for_no_size_by_itself(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(console)
    path = defined(console, {"did": {"kind": "order"}}, "Buyers")
    defined(console, {"not": {"segment": path.rpartition("/")[2]}}, "Others")
    ana = console.person("ana", "marketer")
    with monkeypatch.context() as patch:
        patch.setattr(console.world.services.previews, "preview_audience", None)
        text = ana.sees(LIST).text
    assert text.index("Others") < text.index("Buyers")
    assert "1 segment" in text
    assert "not used" in text
    assert "1 in it, 1 can be reached" in ana.sees(f"{path}/size").text


def test_one_segment_is_shown_in_words_with_figures_users_and_versions(console: Console) -> None:
    people(console)
    path = defined(console, {"did": {"kind": "order", "within_days": 36500}}, "Buyers")
    defined(console, {"not": {"segment": path.rpartition("/")[2]}}, "Others")
    text = console.person("ana", "marketer").sees(path).text
    assert "at least 1 order in the last 36500 days" in text
    assert "1 in it" in text
    assert "Others" in text
    other = [line for line in console.person("eva", "analyst").sees(LIST).tags if line[0] == "a"]
    assert any(given.get("href") == path for _, given in other)
    assert "Edit" not in console.person("carl", "analyst").sees(path).text


def test_a_segment_is_built_by_forms_alone_and_says_what_the_api_says(console: Console) -> None:
    people(console)
    builder = Builder(console.person("ana", "marketer"))
    assert "5 in it" in builder.text
    builder.add(what="field:kind", op="eq", value="person")
    builder.press("group-1")
    builder.type("kind-3", "any")
    builder.add(3, what="did", kind="order", at_least="1", within_days="36500")
    builder.add(3, what="field:touchpoint_count", op="ge", value="7")
    builder.press("group-1")
    builder.type("kind-6", "none")
    builder.add(6, what="spent", op="gt", value="1000.00", currency="EUR")
    builder.add(1, what="field:registered_at", op="ge", value="2020-01-31T10:00")
    criteria = {
        "all": [
            {"field": "kind", "op": "eq", "value": "person"},
            {
                "any": [
                    {"did": {"kind": "order", "at_least": 1, "within_days": 36500}},
                    {"field": "touchpoint_count", "op": "ge", "value": 7},
                ]
            },
            {"not": {"any": [{"spent": {"op": "gt", "value": "1000.00", "currency": "EUR"}}]}},
            {"field": "registered_at", "op": "ge", "value": "2020-01-31T10:00:00+00:00"},
        ]
    }
    mail = {"channel": "email", "purpose": "marketing"}
    counted = previewed(console, {"audience": criteria, **mail})
    assert f"{counted['size']} in it" in builder.text
    assert f"{counted['reachable']} can be reached" in builder.text
    assert "kind of customer is person and (at least 1 order in the last 36500 days or" in builder.text
    builder.type("name", "Good customers")
    path = builder.save().partition("?")[0]
    stored = console.person("eva", "administrator")
    console.world.fold()
    assert "Good customers" in stored.sees(path).text
    key = console.world.services.access.create("reader", ["segments:read"])[1]
    shown = console.app.test_client().get(
        path.replace("/console", "/api"), headers={"Authorization": f"Bearer {key}"}
    )
    assert shown.json["criteria"] == criteria  # type: ignore[index]
    assert shown.json["versions"][0]["actor"] == "person:ana"  # type: ignore[index]


def test_the_loss_adds_up_and_each_part_says_its_size(console: Console) -> None:
    people(console)
    builder = Builder(console.person("ana", "marketer"))
    builder.add(what="did", kind="order")
    counted = previewed(console, {"audience": {"all": []}, "channel": "email", "purpose": "marketing"})
    assert counted["reachable"] + sum(counted["stopped_by"].values()) == counted["size"] == 5
    assert builder.text.count("met by 1") == 2
    builder.press("remove-2")
    assert "no consent 1" in builder.text
    assert "no address on this channel 2" in builder.text


def test_parts_are_moved_within_into_and_out_of_groups(console: Console) -> None:
    builder = Builder(console.person("ana", "marketer"))
    first = builder.add(value="ES")
    builder.press("group-1")
    second = builder.add(3, value="PT")
    builder.press(f"up-{second}")
    builder.press(f"up-{second}")
    assert "country is Portugal and country is Spain" in builder.text
    builder.press(f"down-{second}")
    assert "country is Spain and country is Portugal" in builder.text
    builder.press(f"down-{second}")
    builder.press(f"down-{first}")
    assert "country is Spain or country is Portugal" in builder.text
    builder.press("remove-3")
    assert "everybody" in builder.text


def test_what_is_not_complete_is_left_out_of_the_figures_and_refused_when_saved(console: Console) -> None:
    people(console)
    builder = Builder(console.person("ana", "marketer"))
    builder.add()
    assert "5 in it" in builder.text
    assert "not complete" in builder.text
    builder.type("name", "Incomplete <b>")
    before = console.log_length()
    page = builder.save(status=422)
    assert "Incomplete &lt;b&gt;" in page
    assert "1 condition is not complete" in page
    assert console.log_length() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "field:order_count", "op": "ge", "value": "many"}, "This value is of another kind"),
        ({"what": "spent", "value": "12,50"}, "Write an amount such as 20.00"),
        ({"what": "field:year_of_birth", "op": "ge", "value": "9000"}, "in the future"),
        ({"value": "Spain"}, "Choose one of the list"),
    ],
)
def test_what_nobody_can_meet_is_refused_at_its_condition(
    console: Console, typed: dict[str, str], said: str
) -> None:
    builder = Builder(console.person("ana", "marketer"))
    builder.add(**typed)
    assert said in builder.text
    assert "not known" in builder.text
    builder.type("name", "X")
    assert said in builder.save(status=422)


def test_a_segment_without_a_name_is_refused_at_the_field(console: Console) -> None:
    builder = Builder(console.person("ana", "marketer"))
    page = builder.save(status=422)
    assert 'id="name-error"' in page


def test_a_segment_is_edited_and_a_stale_form_is_told(console: Console) -> None:
    path = defined(console, {"all": [SPAIN]})
    ana, eva = console.person("ana", "marketer"), console.person("eva", "marketer")
    first, second = Builder(ana, f"{path}/edit"), Builder(eva, f"{path}/edit")
    assert "country is Spain" in first.text
    first.type("name", "Iberians")
    first.add(what="field:language", value="es")
    assert first.save(path).startswith(f"{path}?done=segment_saved")
    console.world.fold()
    text = ana.sees(path).text
    assert "Iberians" in text
    assert "country is Spain and language is Spanish" in text
    assert text.count("Spaniards") == 1
    second.type("name", "Mine")
    stale = second.save(path, status=409)
    assert "Somebody changed it" in stale
    assert "“Iberians”: country is Spain and language is Spanish" in stale
    assert 'value="Mine"' in stale
    second.show(stale)
    assert second.save(path).startswith(f"{path}?done=segment_saved")


def test_a_segment_is_copied(console: Console) -> None:
    path = defined(console, {"any": [SPAIN, {"not": SPAIN}]})
    builder = Builder(console.person("ana", "marketer"), f"{NEW}?from={path.rpartition('/')[2]}")
    assert builder.given["name"] == "Copy of Spaniards"
    assert "country is Spain or not (country is Spain)" in builder.text


def test_a_segment_that_would_contain_itself_is_refused_at_its_condition(console: Console) -> None:
    path = defined(console, {"all": [SPAIN]})
    other = defined(console, {"segment": path.rpartition("/")[2]}, "Others")
    builder = Builder(console.person("ana", "marketer"), f"{path}/edit")
    builder.add(what="segment", value=other.rpartition("/")[2])
    assert "The segment would contain itself." in builder.save(path, status=422)


def test_one_customer_is_explained_and_twenty_are_shown(console: Console) -> None:
    ids = people(console)
    builder = Builder(console.person("ana", "marketer"))
    builder.add(what="did", kind="order")
    builder.given["people"] = "1"
    builder.type("person", "p1@example.org")
    assert "is not in it" in builder.text
    assert "not met at least 1 order" in builder.text
    assert f"/console/people/{ids[0]}" in builder.source
    builder.type("person", str(ids[0]))
    assert "is in it" in builder.text
    builder.type("person", "nobody@example.org")
    assert "Nobody was found" in builder.text


def test_who_finds_no_place_for_the_figures_keeps_the_builder_and_is_told(console: Console) -> None:
    people(console)
    builder = Builder(console.person("ana", "marketer"))
    places = console.world.web._places
    with places.taken(), places.taken():
        builder.add(what="did", kind="order")
        assert "Others are counting at the moment" in builder.text
        assert "not known" in builder.text
        assert "at least 1 order" in builder.text
    builder.press("refresh-0")
    assert "1 in it" in builder.text


def test_an_analyst_looks_into_a_segment_and_cannot_save_it(console: Console) -> None:
    path = defined(console, {"all": [SPAIN]})
    builder = Builder(console.person("eva", "analyst"), f"{path}/edit")
    builder.add(what="field:language", value="es")
    assert "country is Spain and language is Spanish" in builder.text
    assert "formaction" not in builder.source
    builder.save(path, status=403)


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "[]",
        "{",
        '{"last": 1}',
        '{"last": 1, "root": {"n": 1, "kind": "some", "items": []}}',
        '{"last": 1, "root": {"n": 2, "kind": "all", "items": []}}',
        '{"last": 9, "root": {"n": 1, "kind": "all", "items": [{"n": 1, "typed": {}}]}}',
        '{"last": 9, "root": {"n": 1, "kind": "all", "items": [{"n": 2, "typed": []}]}}',
        '{"last": 1e999, "root": {"n": 1, "kind": "all", "items": []}}',
        '{"root":' * 500,
    ],
)
def test_a_draft_that_no_page_has_written_is_no_fault(console: Console, draft: str) -> None:
    ana = console.person("ana", "marketer")
    assert ana.sends(NEW, {"draft": draft}).status_code == 422


def test_a_step_about_nothing_is_no_fault(console: Console) -> None:
    builder = Builder(console.person("ana", "marketer"))
    for step in ("up-1", "down-1", "remove-1", "x", "up", "up-x", "condition-"):
        builder.press(step)
    sent = {**builder.given, "do": "up-99"}
    assert builder.person.sends(NEW, sent, token=builder.token).status_code == 422


WORDS = Words(attributes={"tier": "text", "vip": "boolean"}, segments={}, time_zone="Europe/Madrid")


@pytest.mark.parametrize(
    "criteria",
    [
        {"all": []},
        {"all": [SPAIN, {"any": [SPAIN, {"all": [SPAIN]}]}, {"not": {"any": [SPAIN, SPAIN]}}]},
        {"all": [{"field": "country", "op": "in", "value": ["ES", "PT"]}]},
        {"all": [{"field": "attributes.vip", "op": "eq", "value": False}]},
        {"all": [{"field": "attributes.tier", "op": "exists", "value": False}]},
        {"all": [{"field": "last_order_at", "op": "lt", "value": "2026-07-01T00:00:00+02:00"}]},
        {"all": [{"field": "last_order_at", "op": "lt", "value": "2026-07-01T00:00:00.123Z"}]},
        {"all": [{"field": "order_count", "op": "ge", "value": 1.5}]},
        {"all": [{"did_not": {"kind": "call", "channel": "phone", "at_least": 2, "within_days": 3}}]},
        {"all": [{"spent": {"op": "lt", "value": "12.50"}}]},
        {"all": [{"segment": str(uuid4())}]},
    ],
)
def test_criteria_are_the_same_after_they_were_drafted(criteria: dict[str, Any]) -> None:
    assert criteria_written(drafted(criteria, WORDS), WORDS).criteria == criteria


def test_exact_figures_of_an_estimate_are_counted_by_a_job_whose_page_looks_by_itself(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(console)
    ana = console.person("ana", "marketer")
    monkeypatch.setattr(counting, "EXACT_UP_TO", 2)
    builder = Builder(ana)
    assert "Estimated from 20,000 people" in builder.text
    builder.press("exact-0")
    path = builder.source.partition('hx-get="')[2].partition("?")[0]
    assert path.startswith("/console/segments/exact/")
    assert "Exact figures waits" in ana.sees(path).text
    assert 'hx-trigger="every 2s"' in ana.get(path).text
    builder.type("name", "The same criteria")
    assert path in builder.source
    work_on_jobs(console.world)
    shown = ana.get(f"{path}?shown=-1", HX_Request="true").text
    assert "hx-trigger" not in shown
    assert "<strong>2</strong> <span>can be reached" in shown
    builder.add(what="did", kind="order")
    assert path not in builder.source
