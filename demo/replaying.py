"""The part of the story in which Farley decides the run again from the log alone."""

from demo.installation import Installation
from demo.screen import Screen
from demo.telling import Named, require


def replay(farley: Installation, screen: Screen, run: Named) -> None:
    """Replays the run: Farley folds the facts again and reads no existing read model."""
    again = farley.api.tell(f"{run.path}/replays", {})
    screen.say(
        f"{again['decisions']} decisions decided again from the log alone, {again['different']} differences",
        style="bold green" if not again["different"] else "bold red",
    )
    require(again["different"] == 0 == len(again["differences"]), "the log alone decides the same again")
