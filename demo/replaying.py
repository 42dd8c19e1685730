"""The part of the story in which Farley decides the run again from the log alone."""

from demo.installation import Installation
from demo.screen import Screen
from demo.telling import Named, require


def replay(farley: Installation, screen: Screen, run: Named) -> None:
    """Replays the run: Farley folds the facts again and reads no existing read model."""
    comparison = farley.api.tell(f"{run.path}/replays", {})
    screen.say(
        f"{comparison['decisions']} decisions and {comparison['handovers']} handovers decided again from the log alone,"
        f" {comparison['different']} differences",
        style="bold green" if not comparison["different"] else "bold red",
    )
    require(
        comparison["different"] == 0 == len(comparison["differences"]), "the log alone decides the same again"
    )
