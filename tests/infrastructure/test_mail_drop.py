"""The folder of .eml files that stands in for a next hop."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.mail import Delivery, OutgoingMail, SendResult
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail.drop import DropFolder
from infrastructure.mail.mime import mime_bytes

MAIL = OutgoingMail(
    rfc_message_id="<0199.a@farley.example>",
    sender="Farley <news@farley.example>",
    recipient="ann@customer.example",
    subject="Your order",
    body="Hello Ann",
    date=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
)


def drop(path: Path, mail: OutgoingMail = MAIL, *, begin_before: float = 1.0) -> Delivery:
    return DropFolder(path, clock=lambda: 0.0).send(mail, begin_before=begin_before)


def files(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def test_a_mail_becomes_one_file_named_after_its_message_id_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"
    assert drop(folder) == Delivery(result=SendResult.ACCEPTED)
    assert files(folder) == ["0199.a@farley.example.eml"]
    file = folder / "0199.a@farley.example.eml"
    assert file.read_bytes() == mime_bytes(MAIL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_message_id_again_is_accepted_and_changes_nothing(tmp_path: Path) -> None:
    drop(tmp_path)
    assert drop(tmp_path, replace(MAIL, body="other")).result is SendResult.ACCEPTED
    assert (tmp_path / "0199.a@farley.example.eml").read_bytes() == mime_bytes(MAIL)
    assert len(files(tmp_path)) == 1


def test_a_half_written_file_of_a_killed_process_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / ".0199.a@farley.example.eml.123").write_bytes(b"From: half")
    assert drop(tmp_path).result is SendResult.ACCEPTED
    assert (tmp_path / "0199.a@farley.example.eml").read_bytes() == mime_bytes(MAIL)


def test_message_ids_that_no_file_can_be_named_after_still_get_a_file_each(tmp_path: Path) -> None:
    ids = ["<a/b@x.example>", "<a?b@x.example>", "<a_b@x.example>", f"<{'c' * 180}@x.example>"]
    for message_id in ids:
        assert drop(tmp_path, replace(MAIL, rfc_message_id=message_id)).result is SendResult.ACCEPTED
    assert len(files(tmp_path)) == len(ids)
    assert all(name.endswith(".eml") and len(name) < 255 for name in files(tmp_path))


@pytest.mark.parametrize(
    "message_id", ["<../x@y.example>", "</etc/passwd>", "<.@x.example>", "a@x.example", "<>"]
)
def test_what_is_no_message_id_writes_nothing(tmp_path: Path, message_id: str) -> None:
    with pytest.raises(InvalidMailHeader):
        drop(tmp_path, replace(MAIL, rfc_message_id=message_id))
    assert files(tmp_path) == []


def test_after_the_deadline_nothing_is_written(tmp_path: Path) -> None:
    assert drop(tmp_path, begin_before=0.0) == Delivery(result=SendResult.NOT_BEGUN)
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_written_refuses_for_now_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    delivery = drop(tmp_path / "file")
    assert delivery.result is SendResult.REFUSED_FOR_NOW
    assert delivery.reply == "drop folder: File exists"
    (tmp_path / "0199.a@farley.example.eml").mkdir()
    assert files(tmp_path) == ["0199.a@farley.example.eml", "file"]
