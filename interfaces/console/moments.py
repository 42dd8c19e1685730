"""The moment that a page shows, and what leads to another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.past import LEAVES, PAST_FIELDS, named_past, shows_past
from interfaces.http.current import this_request


@dataclass(frozen=True, kw_only=True)
class ShownMoment:
    """The moment of a page. `can_change`: the page can show another one. `text`: which past it shows, or that it shows
    the present all the same; None for a page of the present. `typed`: the fields of the form. `page`: its own address
    without the past; `now` leads there."""

    can_change: bool
    text: str | None
    typed: Mapping[str, str]
    page: str

    @property
    def now(self) -> str:
        return f"{LEAVES}?{urlencode({'page': self.page})}"


def shown_moment(f: Formats, t: Texts) -> ShownMoment:
    """Returns the moment of the page that is asked for."""
    request, named = this_request(), named_past()
    query = urlencode(
        [(name, value) for name, value in request.args.items(multi=True) if name not in PAST_FIELDS]
    )
    return ShownMoment(
        can_change=shows_past(),
        text=_text(named, f, t) if named else None,
        typed={name: _field(named.get(name, ""), f) for name in PAST_FIELDS},
        page=f"{request.path}?{query}" if query else request.path,
    )


def _text(named: Mapping[str, str], f: Formats, t: Texts) -> str:
    if not shows_past():
        return t("moment.present_only")
    return " ".join(t(f"moment.{name}", at=_shown(at, f)) for name, at in named.items())


def _field(instant: str, f: Formats) -> str:
    try:
        return f.field(f.typed(instant))
    except ValueError:
        return ""


def _shown(instant: str, f: Formats) -> str:
    try:
        return f.instant(f.typed(instant))
    except ValueError:
        return instant
