"""A long run is decided again by a job."""

from pathlib import Path
from typing import Any

import pytest

from interfaces.http.contexts.runs import replays_routes
from tests.interfaces.console.running import running
from tests.interfaces.working import work_on_jobs


def test_a_long_run_is_decided_again_by_a_job_with_the_same_result(
    database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(database, tmp_path, "Ann", "Bob", "Cem") as run:
        run.complain("Ann")
        run.finish()
        at_once = run.api.post(f"{run.api_path}/replays", {})
        assert at_once.status_code == 200
        monkeypatch.setattr(replays_routes, "LARGEST_AT_ONCE", 2)
        later = run.api.post(f"{run.api_path}/replays", {}, Idempotency_Key="once")
        assert later.status_code == 202
        job = later.json
        assert (job["kind"], job["state"], job["run_id"]) == ("replay", "waiting", str(run.run_id))
        assert later.headers["Location"] == f"/api/jobs/{job['job_id']}"
        again = run.api.post(f"{run.api_path}/replays", {}, Idempotency_Key="once")
        assert again.json["job_id"] == job["job_id"]
        work_on_jobs(run.world)
        done = run.api.get(later.headers["Location"])
        assert done["state"] == "finished"
        assert done["replay"] == {name: value for name, value in at_once.json.items() if name != "position"}
        assert (done["replay"]["decisions"], done["replay"]["different"]) == (3, 0)


def test_a_replay_of_a_run_that_there_is_not_is_refused_at_once(database: Any, tmp_path: Path) -> None:
    with running(database, tmp_path, "Ann") as run:
        path = run.api_path.replace(str(run.campaign_id), "00000000-0000-4000-8000-000000000001")
        assert run.api.post(f"{path}/replays", {}).status_code == 404
