"""The run is decided again from the log alone."""

from demo.installation import Installation
from demo.screen import Screen
from demo.telling import Named, require


def replay(farley: Installation, screen: Screen, run: Named) -> None:
    """No read model that is there is asked: what decisions need is folded anew from the facts."""
    again = farley.api.tell(f"{run.path}/replays", {})
    screen.say(
        f"{again['decisions']} decisions decided again from the log alone, {again['different']} differences",
        style="bold green" if not again["different"] else "bold red",
    )
    require(again["different"] == 0 == len(again["differences"]), "the log alone decides the same again")
