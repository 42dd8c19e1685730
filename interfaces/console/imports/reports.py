"""An import as pages show it: its file, how far it is, and what came of its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.jobs import JobState
from interfaces.console.actors import name_of
from interfaces.console.formats import Formats
from interfaces.console.jobs.pages import HERE as JOBS
from interfaces.console.jobs.pages import MOVING, STATES, progress_of
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_import

COUNTS = ("rows", "accepted", "duplicates", "refused")
REFUSED_SHOWN = 20
Answer = Mapping[str, Any]


def report_shown(known: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns the fields of one import for the list and for its page."""
    state = known["state"]
    here = path_of_import(known["import_id"])
    shown = {
        "name": known["file_name"],
        "href": here,
        "size": _size(known["file_bytes"], t, f),
        "state": t.word("job_state", state),
        "badge": STATES["uploaded" if state == "uploaded" else JobState(state)],
        "owner": name_of(known["owner"]),
        "uploaded": f.moment(known["uploaded_at"]),
        "moving": state in MOVING,
        "kind": None,
    }
    return shown if "job_id" not in known else {**shown, **_of_job(known, here, t, f)}


def _size(length: int, t: Texts, f: Formats) -> str:
    if length < 10 * 1024**2:
        return t("imports.kilobytes", size=f.number(-(-length // 1024)))
    return t("imports.megabytes", size=f.number(round(length / 1024**2)))


def _of_job(known: Answer, here: str, t: Texts, f: Formats) -> dict[str, Any]:
    report = known["report"]
    return {
        "kind": t.word("import_kind", known["kind"]),
        "source": known["source"],
        "dry_run": known["dry_run"],
        "progress": progress_of(known, f),
        "counts": [
            (
                t(f"imports.{'fit' if name == 'accepted' and known['dry_run'] else name}"),
                f.number(report[name]),
            )
            for name in COUNTS
        ],
        "speed": f.number(report["rows_per_second"]) if "rows_per_second" in report else None,
        "begun_again": max(known["attempts"] - 1, 0),
        "error": known["error"]["detail"] if "error" in known else None,
        "refused": [_refused(row, t) for row in report.get("first_refused", ())[:REFUSED_SHOWN]],
        "more_refused": max(report["refused"] - REFUSED_SHOWN, 0),
        "refused_count": report["refused"],
        "download": f"{here}/refused",
        "undeclared": [one["path"] for one in report.get("undeclared", ())],
        "cancel": f"{JOBS}/{known['job_id']}/cancel" if known["state"] in MOVING else None,
    }


def _refused(row: Answer, t: Texts) -> dict[str, str]:
    line, last = row["line"], row["last_line"]
    return {
        "line": str(line) if line == last else t("imports.lines", first=line, last=last),
        "reasons": "; ".join(_reasons(row["errors"])),
    }


def _reasons(errors: Sequence[Answer]) -> list[str]:
    places = [error.get("column") or error["path"] for error in errors]
    return [
        f"{place}: {error['message']}" if place else error["message"]
        for place, error in zip(places, errors, strict=True)
    ]
