"""Files that are uploaded reach the disk while they arrive; other bodies keep their limit."""

import time
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from application.imports.service import LARGEST_FILE
from infrastructure.web_server import uploads
from interfaces.http.requests_in import LARGEST_BATCH
from tests.interfaces.conftest import Api
from tests.interfaces.served import answers, everything, served

LINE = b"person,Ana Example,es\n"
FILE = b"kind,name,language\n" + LINE * 500_000


def head(path: str, size: int, key: str, method: str = "PUT") -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1",
        f"Host: farley\r\nAuthorization: Bearer {key}",
        f"Content-Length: {size}\r\nConnection: close\r\n\r\n",
    )
    return "\r\n".join(lines).encode()


def new_path() -> str:
    return f"/api/imports/{uuid4()}/file?file_name=people.csv"


def folder(api: Api) -> Path:
    return api.world.located.settings.home / "imports"


def test_a_file_larger_than_any_body_is_uploaded(api: Api) -> None:
    assert len(FILE) > LARGEST_BATCH
    path = new_path()
    with served(api.app) as server:
        began = time.monotonic()
        (answer,) = server.ask(head(path, len(FILE), api.key) + FILE)
        seconds = time.monotonic() - began
    assert answer.status == 201, answer.body
    assert seconds < 8  # were the server not woken, it would take a second for each MiB
    kept = folder(api) / path.split("/")[3] / "file"
    assert kept.read_bytes() == FILE


def test_only_a_bounded_part_of_an_upload_waits_in_memory(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    received = uploads.Upload.received

    def noting(self: uploads.Upload, data: bytes) -> int:
        nonlocal most
        taken = received(self, data)
        most = max(most, self._bytes_waiting)
        return taken

    monkeypatch.setattr(uploads.Upload, "received", noting)
    with served(api.app) as server:
        (answer,) = server.ask(head(new_path(), len(FILE), api.key) + FILE)
    assert answer.status == 201
    assert most < 2 * 1024 * 1024


def test_until_somebody_reads_an_upload_little_of_it_is_received() -> None:
    upload, woken = uploads.Upload(len(FILE)), []
    upload.wake = lambda: woken.append(upload.has_room)
    assert upload.has_room
    upload.received(LINE)
    assert not upload.has_room
    assert upload.read() == LINE
    assert woken == [True]
    upload.received(FILE[len(LINE) : 100_000])
    assert upload.has_room


def test_who_may_not_upload_is_refused_before_the_file_is_sent(api: Api) -> None:
    reader = api.key_for("imports:read")
    with served(api.app) as server:
        for key, status in (("nonsense", 401), (reader, 403)):
            assert server.refused(head(new_path(), LARGEST_FILE, key) + LINE).status == status
    assert not folder(api).exists()


def test_a_file_over_the_limit_is_refused_by_its_length(api: Api) -> None:
    with served(api.app) as server:
        for size in (LARGEST_FILE + 1, 2 * LARGEST_FILE):
            answer = server.refused(head(new_path(), size, api.key) + LINE)
            assert answer.status == 413, answer
    assert list(folder(api).glob("*")) == []


def test_other_paths_keep_their_limit(api: Api) -> None:
    with served(api.app) as server:
        for method, path in (
            ("POST", "/api/touchpoints/batch"),
            ("PUT", "/api/imports"),
            ("POST", new_path()),
        ):
            assert server.refused(head(path, LARGEST_BATCH + 2, api.key, method)).status == 413, path


def test_an_upload_that_is_cut_off_leaves_nothing_behind(api: Api) -> None:
    with served(api.app) as server:
        (answer,) = server.ask(head(new_path(), len(FILE), api.key) + FILE[:100_000])
    assert answer.status == 422
    assert answer.problem["type"] == "/problems/file-cut-off"
    assert list(folder(api).glob("*")) == []


def test_an_upload_that_stops_sending_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_SECONDS", 0.2)
    with served(api.app) as server:
        answer = server.refused(head(new_path(), len(FILE), api.key) + LINE)
    assert (answer.status, answer.problem["type"]) == (422, "/problems/file-cut-off")


def test_a_third_upload_beside_two_is_told_to_wait_and_other_requests_are_answered(api: Api) -> None:
    with served(api.app) as server:
        slow = [server.connection() for _ in range(2)]
        for connection in slow:
            connection.sendall(head(new_path(), len(FILE), api.key) + FILE[:1000])
        deadline = time.monotonic() + 10
        while len(list(folder(api).glob("*/*.part"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        refused = server.refused(head(new_path(), len(FILE), api.key) + LINE)
        assert (refused.status, refused.problem["type"]) == (503, "/problems/too-many-uploads")
        assert server.ask(b"GET /health/live HTTP/1.1\r\nHost: farley\r\n\r\n")[0].status == 200
        threads = [Thread(target=connection.sendall, args=[FILE[1000:]]) for connection in slow]
        for thread in threads:
            thread.start()
        for connection, thread in zip(slow, threads, strict=True):
            thread.join()
            (answer,) = answers(everything(connection))
            assert answer.status == 201
            connection.close()


def test_a_connection_goes_on_after_an_upload(api: Api) -> None:
    small = FILE[:100]
    sent = head(new_path(), len(small), api.key).replace(b"Connection: close\r\n", b"") + small
    with served(api.app) as server:
        statuses = [answer.status for answer in server.ask(sent, sent.replace(b"/file", b"/file"))]
    assert statuses == [201, 200]
