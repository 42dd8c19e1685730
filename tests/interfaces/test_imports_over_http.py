"""Imports over HTTP: a file is uploaded, looked at, imported by a job, and its refused rows are named."""

import errno
import io
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.imports import service
from infrastructure.imports.files import SPARED
from interfaces.imports.samples import sample_of
from tests.interfaces.conftest import Api
from tests.interfaces.working import work_on_jobs

pytestmark = pytest.mark.speaks_sql

PEOPLE = "kind,name,language\nperson,Ana,es\nperson,Bob,xx-yy-zz-1\nperson,Cem,de\n,Dan,de\n"
RUN = {"kind": "customers"}


def uploaded(
    api: Api, text: str | bytes = PEOPLE, name: str = "people.csv", import_id: UUID | None = None
) -> str:
    """The path of an import whose file was uploaded."""
    path = f"/api/imports/{import_id or uuid4()}"
    response = put(api, path, text, name)
    assert response.status_code == 201, response.data
    assert response.headers["Location"] == path
    return path


def put(api: Api, path: str, text: str | bytes, name: str = "people.csv", key: str | None = None) -> Any:
    return api.client.put(
        f"{path}/file",
        query_string={"file_name": name},
        data=text.encode() if isinstance(text, str) else text,
        headers={"Authorization": f"Bearer {key or api.key}"},
    )


def run(api: Api, path: str, **options: Any) -> Any:
    """The import after a job has ended."""
    response = api.post(f"{path}/runs", {**RUN, **options})
    assert response.status_code == 202, response.data
    work_on_jobs(api.world)
    return api.get(path)


def counts(shown: Any) -> tuple[int, int, int]:
    report = shown["report"]
    assert report["rows"] == report["accepted"] + report["duplicates"] + report["refused"]
    return report["accepted"], report["duplicates"], report["refused"]


def folder(api: Api, path: str) -> Path:
    return api.world.located.settings.home / "imports" / path.rpartition("/")[2]


def test_a_file_is_uploaded_and_imported_and_its_bad_rows_are_named(api: Api) -> None:
    path = uploaded(api)
    before = api.get(path)
    assert (before["state"], before["has_file"], before["file_name"]) == ("uploaded", True, "people.csv")
    assert before["file_bytes"] == len(PEOPLE)
    shown = run(api, path)
    assert (shown["state"], counts(shown)) == ("finished", (2, 0, 2)), shown
    assert shown["progress"] == {"done": len(PEOPLE), "of": len(PEOPLE), "unit": "bytes"}
    assert [(row["line"], row["errors"][0]["column"]) for row in shown["report"]["first_refused"]] == [
        (3, "language"),
        (5, "kind"),
    ] or shown["report"]["first_refused"]
    assert {row["line"] for row in shown["report"]["first_refused"]} == {3, 5}
    history = api.get(f"/api/customers/{_customer(api)}/history")["items"]
    assert {fact["actor"] for fact in history} == {before["owner"]}


def _customer(api: Api) -> str:
    with api.world.web.pool.connection() as connection:
        row = connection.execute("select customer_id from log.facts where customer_id is not null").fetchone()
    assert row is not None
    return str(row[0])


def test_the_same_file_imported_again_stores_nothing_new(api: Api) -> None:
    assert counts(run(api, uploaded(api))) == (2, 0, 2)
    length = api.log_length()
    assert counts(run(api, uploaded(api))) == (0, 2, 2)
    assert api.log_length() == length


def test_a_sample_of_long_rows_reads_little_of_the_file() -> None:
    file = io.BytesIO(b"kind,name\n" + (b"person," + b"x" * 900_000 + b"\n") * 40)
    sample = sample_of(file, "people.csv", delimiter=None, encoding=None)
    assert len(sample.rows) == 5
    assert file.tell() < 12 * 1024 * 1024


def test_a_dry_run_stores_nothing_and_keeps_the_file(api: Api) -> None:
    path, length = uploaded(api), api.log_length()
    shown = run(api, path, dry_run=True)
    assert (counts(shown), shown["dry_run"], shown["has_file"]) == ((2, 0, 2), True, True)
    assert api.log_length() == length
    tidied(api)
    assert counts(run(api, path)) == (2, 0, 2)


def tidied(api: Api) -> None:
    api.world.scheduling.tidying().tidy()


def test_the_file_is_deleted_when_its_rows_are_stored_and_the_refused_ones_after_a_week(api: Api) -> None:
    path = uploaded(api)
    run(api, path)
    tidied(api)
    assert not api.get(path)["has_file"]
    assert api.ask("POST", f"{path}/runs", RUN).json["type"] == "/problems/file-gone"  # type: ignore[index]
    assert api.ask("GET", f"{path}/refused").status_code == 200
    age(api, "8 days")
    tidied(api)
    assert api.ask("GET", f"{path}/refused").json["type"] == "/problems/no-refused-rows"  # type: ignore[index]
    assert list(folder(api, path).iterdir()) == []
    age(api, "30 days")
    tidied(api)
    assert api.ask("GET", path).status_code == 404


def age(api: Api, by: str) -> None:
    api.world.database.execute(f"update operation.jobs set ended_at = ended_at - interval '{by}'")
    api.world.database.execute(f"update operation.imports set uploaded_at = uploaded_at - interval '{by}'")


def test_what_a_killed_upload_left_beside_an_import_is_deleted_after_a_day(api: Api) -> None:
    path = uploaded(api)
    left, arriving = (folder(api, path) / f"{name}.part" for name in ("left", "arriving"))
    for part in (left, arriving):
        part.write_bytes(b"person,Ana")
    a_day_ago = time.time() - 25 * 3600
    os.utime(left, (a_day_ago, a_day_ago))
    tidied(api)
    assert {one.name for one in folder(api, path).iterdir()} == {"file", "arriving.part"}


def test_the_folder_of_an_upload_that_takes_longer_than_a_day_stays(api: Api) -> None:
    home = folder(api, uploaded(api)).parent
    slow, left = home / str(uuid4()), home / str(uuid4())
    a_day_ago = time.time() - 25 * 3600
    for place in (slow, left):
        place.mkdir()
        (place / "x.part").write_bytes(b"person,Ana")
        os.utime(place, (a_day_ago, a_day_ago))
    os.utime(left / "x.part", (a_day_ago, a_day_ago))
    tidied(api)
    assert (slow.exists(), left.exists()) == (True, False)


def test_a_file_that_nobody_imports_is_deleted_after_a_day(api: Api) -> None:
    path = uploaded(api)
    tidied(api)
    assert api.get(path)["has_file"]
    age(api, "25 hours")
    tidied(api)
    assert (api.get(path)["has_file"], api.get(path)["state"]) == (False, "uploaded")


def test_the_same_upload_again_changes_nothing_and_another_file_is_refused(api: Api) -> None:
    path = uploaded(api)
    again = put(api, path, PEOPLE)
    assert (again.status_code, again.json["duplicate"]) == (200, True)
    other = put(api, path, PEOPLE + "person,Eve,de\n")
    assert (other.status_code, other.json["type"]) == (409, "/problems/file-is-another")
    assert [one.name for one in folder(api, path).iterdir()] == ["file"]


def test_refused_rows_are_downloaded_with_formulas_made_harmless(api: Api) -> None:
    text = "kind;name;language\n;=1+1;de\n;@x;de\nperson;Bo;de\n;+49 30;de\n"
    path = uploaded(api, text)
    assert counts(run(api, path, delimiter=";")) == (1, 0, 3)
    answer = api.ask("GET", f"{path}/refused")
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "line,last_line,reasons,kind,name,language,row"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "3", "5"]
    assert [line.split(",")[-3] for line in lines[1:]] == ["'=1+1", "'@x", "'+49 30"]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("kind;name\r\nperson;Ana\r\n".encode("utf-8-sig"), {"delimiter": ";"}),
        (b'kind,name\nperson,"A""na, B"\n', {}),
        ("kind\tname\nperson\tJosé\n".encode("latin-1"), {"delimiter": "tab", "encoding": "latin-1"}),
        (b'{"kind": "person", "name": "Ana"}\n', {"name": "a.jsonl"}),
        (
            b"Art,Name\nperson,Ana\n",
            {"map": [{"column": "Art", "field": "kind"}, {"column": "Name", "field": "name"}]},
        ),
        (b"name\nAna\n", {"set": [{"field": "kind", "value": "person"}]}),
    ],
)
def test_what_the_command_line_imports_is_imported(api: Api, content: bytes, options: dict[str, Any]) -> None:
    path = uploaded(api, content, options.pop("name", "people.csv"))
    assert counts(run(api, path, **options)) == (1, 0, 0)


def test_a_sample_shows_the_first_rows_and_guesses_how_the_file_is_written(api: Api) -> None:
    rows = "".join(f"{number};José\r\n" for number in range(9))
    path = uploaded(api, f"Nr;Name\r\n{rows}".encode("cp1252"))
    sample = api.get(f"{path}/sample?kind=customers")
    assert (sample["columns"], sample["delimiter"], sample["encoding"]) == (["Nr", "Name"], ";", "cp1252")
    assert sample["rows"] == [[str(number), "José"] for number in range(5)]
    assert {"kind", "name", "contact_points.0.value"} <= set(sample["possible_fields"])
    lines = uploaded(api, '{"kind": "person", "name": "Ana", "attributes": {"a": 1}}\n', "people.jsonl")
    assert api.get(f"{lines}/sample")["columns"] == ["kind", "name", "attributes"]


@pytest.mark.parametrize(
    ("options", "path", "code"),
    [
        ({"kind": "cats"}, "kind", "unknown_word"),
        ({"kind": "customers", "preset": "cdnow-orders"}, "preset", "unusable_option"),
        ({"kind": "customers", "zone": "Moon/Base"}, "", "unusable_option"),
        ({"kind": "customers", "encoding": "klingon"}, "", "unusable_option"),
        ({"kind": "customers", "dates": ["soon"]}, "dates", "unusable_option"),
        ({"kind": "customers", "nonsense": 1}, "nonsense", "unknown_field"),
    ],
)
def test_options_that_cannot_be_used_are_refused_at_once(
    api: Api, options: dict[str, Any], path: str, code: str
) -> None:
    refused = api.post(f"{uploaded(api)}/runs", options)
    assert refused.status_code == 422
    assert [(error["path"], error["code"]) for error in refused.json["errors"]] == [(path, code)]  # type: ignore[index]


def test_columns_that_fit_no_field_fail_the_job_and_it_can_be_run_again_with_a_mapping(api: Api) -> None:
    path = uploaded(api, "Art,Vorname\nperson,Ana\n")
    failed = run(api, path)
    assert failed["state"] == "failed"
    assert "Art, Vorname" in failed["error"]["detail"]
    mapping = [{"column": "Art", "field": "kind"}, {"column": "Vorname", "field": "name"}]
    assert counts(run(api, path, map=mapping)) == (1, 0, 0)


def test_a_second_run_beside_the_first_is_refused(api: Api) -> None:
    path = uploaded(api)
    assert api.post(f"{path}/runs", RUN).status_code == 202
    refused = api.post(f"{path}/runs", RUN)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/import-runs")  # type: ignore[index]


def test_an_import_that_is_cancelled_can_be_run_again(api: Api) -> None:
    path = uploaded(api)
    job = api.post(f"{path}/runs", RUN).json["job_id"]  # type: ignore[index]
    assert api.ask("DELETE", f"/api/jobs/{job}").status_code == 200
    assert api.get(path)["state"] == "cancelled"
    assert counts(run(api, path)) == (2, 0, 2)


def test_without_room_on_the_disk_nothing_is_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    files: Any = api.world.services.imports.files
    monkeypatch.setattr(files, "_free", lambda folder: 10_000)
    path = f"/api/imports/{uuid4()}"
    refused = put(api, path, PEOPLE)
    assert (refused.status_code, refused.json["type"]) == (503, "/problems/no-room-for-file")
    assert not folder(api, path).exists()
    assert api.ask("GET", path).status_code == 404


def test_what_is_spared_for_the_databases_stays_free_however_long_the_file_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The console does not know the length of a file before its end, and two files may come at the same time."""
    files: Any = api.world.services.imports.files
    free = iter([SPARED + 10_000_000, SPARED + len(PEOPLE), SPARED])
    monkeypatch.setattr(files, "_free", lambda folder: next(free))
    import_id = uuid4()
    stream = iter([PEOPLE.encode(), PEOPLE.encode(), b""])
    with pytest.raises(service.NoRoomForFile):
        files.receive(import_id, SimpleNamespace(read=lambda size: next(stream)), None)
    assert not folder(api, f"/{import_id}").exists()


def test_a_disk_that_is_full_in_the_middle_keeps_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = f"/api/imports/{uuid4()}"
    with monkeypatch.context() as patch:
        patch.setattr("infrastructure.imports.files.os.fsync", full)
        refused = put(api, path, PEOPLE)
    assert (refused.status_code, refused.json["type"]) == (503, "/problems/no-room-for-file")
    assert not folder(api, path).exists()


def test_a_file_over_the_limit_and_an_empty_one_are_refused(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    import infrastructure.imports.files as files

    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    monkeypatch.setattr(service, "LARGEST_FILE", 100)
    path = f"/api/imports/{uuid4()}"
    for text, status, name in (("x" * 101, 413, "file-too-large"), ("", 422, "empty-file")):
        refused = put(api, path, text)
        assert (refused.status_code, refused.json["type"]) == (status, f"/problems/{name}")
        assert not folder(api, path).exists()


def test_who_may_not_write_imports_uploads_and_runs_none(api: Api) -> None:
    path, key = uploaded(api), api.key_for("imports:read")
    assert put(api, f"/api/imports/{uuid4()}", PEOPLE, key=key).status_code == 403
    assert api.ask("POST", f"{path}/runs", RUN, key=key).status_code == 403
    assert api.ask("GET", path, key=key).status_code == 200
    assert api.ask("GET", path, key=api.key_for("imports:write")).status_code == 403


def test_imports_are_listed_page_by_page(api: Api) -> None:
    paths = [uploaded(api).rpartition("/")[2] for _ in range(3)]
    first = api.get("/api/imports?limit=2")
    rest = api.get(f"/api/imports?limit=2&cursor={first['next_cursor']}")
    assert [one["import_id"] for one in first["items"] + rest["items"]] == paths[::-1]
    assert rest["next_cursor"] is None


def test_the_same_key_and_body_again_ask_for_one_job(api: Api) -> None:
    path = uploaded(api)
    first, again = (api.post(f"{path}/runs", RUN, Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["job_id"] == again.json["job_id"]  # type: ignore[index]
