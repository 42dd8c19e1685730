"""Every template with values: its name, and what it is rendered with in a language."""

from collections.abc import Callable
from types import SimpleNamespace as Thing
from typing import Any

from tests.interfaces.console import samples
from tests.interfaces.console.rendering import rendered

Values = Callable[[str], dict[str, Any]]


def _framed(current: str = "Look-up", of: Callable[[samples.Say], dict[str, Any]] = lambda say: {}) -> Values:
    return lambda language: {**samples.framed(language, current), **of(samples.saying(language))}


def _bare(**values: Any) -> Values:
    return lambda language: samples.bare(**values)


def _refused(language: str) -> dict[str, Any]:
    return {**samples.framed(language), **samples.refusal(samples.saying(language))}


def _refused_bare(language: str) -> dict[str, Any]:
    return samples.bare(menu=None, **samples.refusal(samples.saying(language), link=None, state="stop"))


PAGES: dict[str, tuple[str, Values]] = {
    "account": ("account.html", _framed(of=samples.account)),
    "account-refused": (
        "account.html",
        _framed(
            of=lambda say: {
                **samples.account(say),
                "errors": [("zone", say("Unknown zone.", "Zona desconocida."))],
            }
        ),
    ),
    "form": ("sample_form.html", _framed("Complaints")),
    "help": ("help_page.html", _framed()),
    "help-off": ("help_page.html", lambda language: samples.framed(language, shortcuts=False)),
    "home": (
        "home.html",
        lambda language: {
            **samples.framed(
                language, notice=samples.saying(language)("You are signed in.", "Ha iniciado sesión.")
            ),
            "waiting": samples.waiting(samples.saying(language)),
        },
    ),
    "home-empty": (
        "home.html",
        lambda language: {
            **samples.framed(language, reached=Thing(position=84113002, behind_seconds=42.0)),
            "waiting": [],
        },
    ),
    "not-secure": ("not_secure.html", _bare(host="farley.example.org")),
    "person": ("sample_person.html", _framed(of=samples.person_charts)),
    "refusal": ("refusal.html", _refused),
    "refusal-bare": ("refusal.html", _refused_bare),
    "run": ("sample_run.html", _framed("Campaigns", samples.run_charts)),
    "sign-in": ("sign_in.html", _bare(error=None, kept=[("next", "/console")])),
    "sign-in-refused": ("sign_in.html", _bare(error="This key is not known, or is revoked.", kept=[])),
    "sign-in-link": ("sign_in_link.html", _bare(person_name="Lucía Martín", action="/console/sign-in/link")),
}
"""The pages by a name of their own. Those of the folder `pages` show that the macros carry a page of the console."""


def page(name: str, language: str) -> str:
    """Returns a page as HTML."""
    template, values = PAGES[name]
    return rendered(template, language, **values(language))
