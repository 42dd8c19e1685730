"""What an operator does to a projection: each is a form for one route."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from interfaces.console.commands import CommandForm, carry_out, show_form
from interfaces.console.notices import done
from interfaces.console.paths import path_of_projection
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import own_texts

room = Room("health_steps")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: the name that texts and paths have for it, and the endpoint of its route."""

    name: str
    danger: bool = False

    @property
    def endpoint(self) -> str:
        return f"interventions.{self.name}_projection"


PAUSE, RETRY, REBUILD = Step(name="pause"), Step(name="retry"), Step(name="rebuild")
SKIP = Step(name="skip", danger=True)


def possible_steps(projection: Mapping[str, Any]) -> tuple[Step, ...]:
    """Returns the steps that are possible as the projection stands, the most usual first."""
    if projection["state"] != "paused":
        return (PAUSE, REBUILD)
    return (RETRY, REBUILD, SKIP) if "error_at" in projection else (RETRY, REBUILD)


def _declare(step: Step) -> None:
    """Declares the page and the form of a step."""

    def page(projection: str) -> Response:
        return show_form(_form(step, projection), **_around(step, projection))

    def take(projection: str) -> Response:
        return carry_out(
            step.endpoint,
            _form(step, projection),
            lambda answer: done(path_of_projection(projection), "intervention_asked", answer),
            around=lambda: _around(step, projection),
            projection=projection,
        )

    page.__name__, take.__name__ = f"{step.name}_page", f"{step.name}_projection"
    rule = f"/health/projections/<projection>/{step.name}"
    room.page(rule, "projections:write")(page)
    room.form(rule, "projections:write", stands_for=step.endpoint)(take)


def _form(step: Step, projection: str) -> CommandForm:
    here = path_of_projection(projection)
    name = f"intervention.{step.name}"
    return CommandForm(
        title=name, button=name, action=f"{here}/{step.name}", cancel=here, fields=(), danger=step.danger
    )


def _around(step: Step, projection: str) -> dict[str, Any]:
    t = own_texts()
    way = [
        (t("health.title"), f"{ROOT}/health"),
        (projection, path_of_projection(projection)),
        (t(f"intervention.{step.name}"), None),
    ]
    return {"way_here": way, "about": t(f"intervention_means.{step.name}", name=projection)}


for _step in (PAUSE, RETRY, REBUILD, SKIP):
    _declare(_step)
