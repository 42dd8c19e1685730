"""An administrator imports a file, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from application.jobs import JobKind, JobStopped
from infrastructure.machine.clock import Interruptible
from infrastructure.processes.jobs import JobFollower
from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import work_on_jobs

ROWS = 1_800
BAD = {700: ";Berta", 1_500: "robot;Carla"}


def people() -> bytes:
    rows = (BAD.get(number, f"person;Ana {number}") for number in range(1, ROWS + 1))
    return ("Art;Name\r\n" + "\r\n".join(rows) + "\r\n").encode()


class EndedInTheMiddle(JobFollower):
    """Follows a job of a process that ends after so many batches, and says nothing of it."""

    batches = 2

    def keep(self, checkpoint: Any) -> None:
        super().keep(checkpoint)
        self.batches -= 1
        if self.batches < 0:
            raise JobStopped


def killed_in_the_middle(console: Console) -> None:
    scheduling = console.world.scheduling
    jobs = scheduling.jobs()
    job = jobs.begin()
    assert job is not None and job.kind is JobKind.IMPORT
    with pytest.raises(JobStopped), EndedInTheMiddle(jobs, job, Interruptible()) as follower:
        scheduling.works()[job.kind](job, follower)
    console.world.database.execute(
        "update operation.jobs set held_until = clock_timestamp() - interval '1 second'"
    )


@contextmanager
def signed_in(console: Console, pages: Pages, **settings: Any) -> Iterator[Page]:
    page = pages.open("/console/imports", **settings)
    sign_in(page, console.visitor("eva", "administrator").key)
    page.goto("/console/imports")
    yield page


def uploaded(page: Page, folder: Path, words: dict[str, str]) -> None:
    file = folder / "people <b>.csv"
    file.write_bytes(people())
    page.get_by_label(words["file"], exact=True).set_input_files(file)
    page.get_by_role("button", name=words["upload"]).click()
    page.wait_for_url("**/console/imports/*done=*")


EN = {
    "file": "File",
    "upload": "Upload",
    "art": "Art",
    "name": "Name",
    "import": "Import",
    "check": "Check only",
}
ES = {**EN, "file": "Archivo", "upload": "Subir", "import": "Importar", "check": "Solo comprobar"}


@pytest.mark.parametrize("script", [True, False])
def test_a_file_with_two_bad_rows_is_imported_killed_in_the_middle_and_finished(
    console: Console, pages: Pages, tmp_path: Path, script: bool
) -> None:
    with signed_in(console, pages, script=script) as page:
        uploaded(page, tmp_path, EN)
        expect(page.get_by_role("heading", name="people <b>.csv")).to_be_visible()
        page.get_by_label("Art", exact=True).fill("kind")
        page.get_by_label("Name", exact=True).fill("name")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("The import is on its way.")).to_be_visible()
        killed_in_the_middle(console)
        if not script:
            page.reload()
        expect(page.locator("progress")).not_to_have_attribute("value", "0")
        work_on_jobs(console.world)
        if not script:
            page.reload()
        expect(page.get_by_text("finished").first).to_be_visible()
        for line in ("701", "1501"):
            expect(page.get_by_role("rowheader", name=line, exact=True)).to_be_visible()
        expect(page.locator("progress")).to_have_count(0)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the refused rows").click()
        assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 3
    stored = [type(one.fact).__name__ for one in console.world.facts(0)]
    assert stored.count("CustomerRegistered") == ROWS - len(BAD)


@pytest.mark.parametrize(("language", "words"), [("en", EN), ("es", ES)])
def test_the_pages_of_imports_and_jobs_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, tmp_path: Path, language: str, words: dict[str, str]
) -> None:
    with signed_in(console, pages, locale=language) as page:
        looked_at(page, "imports-empty", language)
        page.goto("/console/jobs")
        looked_at(page, "jobs-empty", language)
        page.goto("/console/imports")
        uploaded(page, tmp_path, words)
        looked_at(page, "import-uploaded", language)
        here = page.url.partition("?")[0]
        page.get_by_label(words["art"], exact=True).fill("kind")
        page.get_by_label(words["name"], exact=True).fill("name")
        page.get_by_role("button", name=words["import"], exact=True).click()
        page.wait_for_url("**done=import_runs*")
        killed_in_the_middle(console)
        page.goto(here)
        looked_at(page, "import-running", language)
        page.goto("/console/jobs")
        looked_at(page, "jobs", language)
        work_on_jobs(console.world)
        for name, path in {"import-finished": here, "imports": "/console/imports"}.items():
            page.goto(path)
            looked_at(page, name, language)


def looked_at(page: Page, name: str, language: str) -> None:
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, f"{name}-{language}")
