"""Imports at the console: a file is uploaded by a form, its columns are mapped, and its refused rows are named."""

import io
from typing import Any

import pytest

from application.jobs import MOST_ATTEMPTS
from interfaces.console.files_in_forms import AT_ONCE
from interfaces.http.forms import LARGEST_FORM
from tests.interfaces.console.conftest import BASE, Console, Person
from tests.interfaces.public.conftest import Page
from tests.interfaces.working import work_on_jobs

LIST = "/console/imports"
FILE = "Art;Name\nperson;Ana\n;Bob\nperson;Cem\n;=1+1\n"
MAPPED = {
    "kind": "customers",
    "delimiter": ";",
    "column-0": "Art",
    "field-0": "kind",
    "column-1": "Name",
    "field-1": "name",
}


@pytest.fixture
def admin(console: Console) -> Person:
    return console.person("eva", "administrator")


def uploads(person: Person, content: str | bytes = FILE, name: str = "people.csv", **more: Any) -> Any:
    token = more.pop("token", None) or person.token()
    data = content.encode() if isinstance(content, str) else content
    return person.client.post(
        f"{LIST}/upload",
        base_url=BASE,
        data={"form_token": token, "file": (io.BytesIO(data), name)},
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def path_in(response: Any) -> str:
    assert response.status_code == 303, response.text
    return str(response.location).partition("?")[0]


def test_a_file_is_uploaded_mapped_checked_and_imported_and_both_bad_rows_are_named(
    console: Console, admin: Person
) -> None:
    path = path_in(uploads(admin))
    page = admin.sees(path)
    assert {"Art", "Name"} <= set(page.text.split())
    before = console.log_length()
    assert admin.sends(f"{path}/run", {**MAPPED, "do": "check"}).status_code == 303
    work_on_jobs(console.world)
    page = admin.sees(path)
    assert "Would be accepted 2" in " ".join(page.text.split())
    fields = {given.get("name"): given.get("value") for tag, given in page.tags if tag == "input"}
    assert (fields["field-0"], fields["field-1"], fields["delimiter"]) == ("kind", "name", ";")
    assert console.log_length() == before
    assert admin.sends(f"{path}/run", {**MAPPED, "do": "import"}).status_code == 303
    work_on_jobs(console.world)
    text = " ".join(admin.sees(path).text.split())
    assert "Accepted 2" in text
    assert "3 Art: " in text and "5 Art: " in text
    lines = admin.get(f"{path}/refused").data.decode("utf-8-sig").splitlines()
    assert lines[-1].endswith("'=1+1,")


@pytest.mark.parametrize("size", [AT_ONCE - 1, AT_ONCE, 7 * AT_ONCE + 7])
def test_a_file_of_any_size_arrives_whole(console: Console, admin: Person, size: int) -> None:
    content = (b"person;Ana\n" * size)[:size]
    path = path_in(uploads(admin, content))
    kept = console.world.located.settings.home / "imports" / path.rpartition("/")[2] / "file"
    assert kept.read_bytes() == content


def test_the_form_sent_twice_is_one_import(admin: Person) -> None:
    token = admin.token()
    first, again = (path_in(uploads(admin, token=token)) for _ in range(2))
    assert first == again


def test_fields_before_the_file_that_are_larger_than_a_form_are_refused(admin: Person) -> None:
    fields = {"note": "x" * (LARGEST_FORM // 2), "form_token": admin.token(), "more": "x" * LARGEST_FORM}
    refused = admin.client.post(
        f"{LIST}/upload",
        base_url=BASE,
        data={**fields, "file": (io.BytesIO(FILE.encode()), "people.csv")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert refused.status_code == 400


def test_without_a_file_and_with_an_empty_one_the_form_says_so(admin: Person) -> None:
    assert "Choose a file first." in admin.sends(f"{LIST}/upload").text
    refused = uploads(admin, b"")
    assert (refused.status_code, "The file is empty." in refused.text) == (422, True)


def test_an_upload_without_the_sessions_token_is_refused_and_nothing_is_written(
    console: Console, admin: Person
) -> None:
    other = console.person("berta", "administrator")
    for token in ("nonsense", other.token()):
        assert uploads(admin, token=token).status_code == 403
    assert not list((console.world.located.settings.home / "imports").glob("*"))


def test_what_was_typed_stays_when_the_api_refuses_it(admin: Person) -> None:
    path = path_in(uploads(admin))
    refused = admin.sends(f"{path}/run", {**MAPPED, "field-1": "nonsense", "zone": "Moon/Base"})
    assert refused.status_code == 422
    assert "Moon/Base" in refused.text
    values = [given.get("value") for tag, given in Page(refused.text).tags if tag == "input"]
    assert {"nonsense", "Moon/Base"} <= set(values)


def test_a_file_in_another_encoding_and_one_that_is_no_text_are_shown(admin: Person) -> None:
    western = path_in(uploads(admin, "kind;name\nperson;José\n".encode("cp1252")))
    assert "José" in admin.sees(western).text
    packed = path_in(uploads(admin, b"PK\x03\x04..."))
    assert "export its rows as CSV" in admin.sees(packed).text


def test_names_of_files_and_cells_print_literally(admin: Person) -> None:
    script = "<script>alert(1)</script>"
    path = path_in(uploads(admin, f"{script};name\n{script};Ana\n", f"{script.replace('/', '')}.csv"))
    for where in (LIST, path):
        html = admin.get(where).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


def test_a_job_is_listed_and_cancelled(console: Console, admin: Person) -> None:
    path = path_in(uploads(admin))
    assert admin.sends(f"{path}/run", {**MAPPED, "do": "import"}).status_code == 303
    page = admin.sees("/console/jobs")
    assert "waits" in page.text
    (cancel,) = [given["action"] for tag, given in page.tags if given.get("action", "").endswith("/cancel")]
    assert admin.sends(cancel).status_code == 303
    assert "cancelled" in admin.sees("/console/jobs").text
    assert admin.sends(cancel).status_code == 303
    work_on_jobs(console.world)
    assert "cancelled" in admin.sees(path).text


def test_a_poll_gets_nothing_while_nothing_moves_and_the_end_without_a_next_poll(
    console: Console, admin: Person
) -> None:
    path = path_in(uploads(admin))
    admin.sends(f"{path}/run", {**MAPPED, "do": "import"})
    page = admin.sees(path)
    (asks,) = [given["hx-get"] for _, given in page.tags if "hx-get" in given]
    assert admin.get(asks, HX_Request="true").status_code == 204
    work_on_jobs(console.world)
    part = admin.get(asks, HX_Request="true")
    assert part.status_code == 200
    assert "hx-get" not in part.text
    assert "<html" not in part.text


def test_after_a_check_a_poll_brings_the_form_that_imports(console: Console, admin: Person) -> None:
    path = path_in(uploads(admin))
    admin.sends(f"{path}/run", {**MAPPED, "do": "check"})
    page = admin.sees(path)
    (asks,) = [given["hx-get"] for _, given in page.tags if "hx-get" in given]
    assert "import" not in [given.get("value") for _, given in page.tags]
    work_on_jobs(console.world)
    assert 'value="import"' in admin.get(asks, HX_Request="true").text


def test_an_import_whose_process_ended_says_so(console: Console, admin: Person) -> None:
    path = path_in(uploads(admin))
    admin.sends(f"{path}/run", {**MAPPED, "do": "import"})
    assert MOST_ATTEMPTS > 1
    assert console.world.scheduling.jobs().begin() is not None
    console.world.database.execute(
        "update operation.jobs set held_until = clock_timestamp() - interval '1 second'"
    )
    work_on_jobs(console.world)
    assert "Its process ended 1 time" in admin.sees(path).text


def test_empty_lists_say_what_they_are_for(console: Console, admin: Person) -> None:
    assert "Nothing was imported yet" in admin.sees(LIST).text
    assert "No job was asked" in admin.sees("/console/jobs").text
    assert console.person("ana", "agent").get(LIST).status_code == 403
