"""docs/console.md says what the code does."""

import re
from pathlib import Path

from application.access.roles import ACTIONS_OF

PAGE = (Path(__file__).parents[3] / "docs" / "console.md").read_text(encoding="utf-8")


def test_the_page_has_the_actions_of_each_role() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert {role: set(re.findall(r"`([^`]+)`", actions)) for role, actions in rows} == {
        role.value: set(actions) for role, actions in ACTIONS_OF.items()
    }
