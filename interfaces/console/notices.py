"""What a page says after a form was carried out: a text by its name, with the position of the fact."""

from urllib.parse import urlencode

from application.requests import Answer
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.http.current import Incoming
from interfaces.http.waiting import LONGEST_POSITION

DONE, POSITION = "done", "position"


def done(path: str, name: str, answer: Answer) -> str:
    """Returns the path of a page that says what was done, by the text `done.<name>`. `path` may have a query."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode({DONE: name, POSITION: answer.position})}"


def notice_of(request: Incoming, t: Texts, f: Formats) -> str | None:
    """Returns what this page says was done, or None."""
    name, position = f"done.{request.args.get(DONE, '')}", request.args.get(POSITION, "")
    if name not in t or not (position.isascii() and position.isdecimal()) or len(position) > LONGEST_POSITION:
        return None
    return t(name, position=f.number(int(position)))
