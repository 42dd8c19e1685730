"""A room of the console: the pages and forms of one subject, with who may see and send them."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response

from interfaces.console.files_in_forms import file_in_form
from interfaces.console.forms import check_form
from interfaces.console.past import SHOWS_PAST
from interfaces.console.session import by_session
from interfaces.http.auth import ANYBODY_KNOWN, PROOF, PUBLIC, action
from interfaces.http.current import this_request
from interfaces.http.forms import FORM
from interfaces.http.requests_in import STREAMED

ROOT = "/console"
STANDS_FOR = "farley_stands_for"
"""The name under which a form keeps the endpoint of the HTTP route that does the same. None: no route does."""

View = Callable[..., Response]
UploadView = Callable[..., Response]


class Room(Blueprint):
    """Pages answer GET, forms answer POST; both are for people who are signed in, unless they are public."""

    def __init__(self, name: str) -> None:
        super().__init__(f"console_{name}", f"{__package__}.rooms")

    def page(
        self, rule: str, action_name: str = ANYBODY_KNOWN, *, shows_past: bool = False
    ) -> Callable[[View], View]:
        """Declares a page, and the action that whoever sees it must be allowed.

        `shows_past`: its questions are asked of the past that its address names.
        """

        def declare(view: View) -> View:
            view.__dict__[SHOWS_PAST] = shows_past
            return self._routed(rule, "GET", view, action_name)

        return declare

    def form(
        self, rule: str, action_name: str = ANYBODY_KNOWN, *, stands_for: str | None = None
    ) -> Callable[[View], View]:
        """Declares what a form sends. It is refused without a token of the session, and from another site."""

        def declare(view: View) -> View:
            @wraps(view)
            def checked(**path: str) -> Response:
                check_form(this_request())
                return view(**path)

            checked.__dict__.update({FORM: True, STANDS_FOR: stands_for})
            return self._routed(rule, "POST", checked, action_name)

        return declare

    def upload(self, rule: str, action_name: str, *, stands_for: str) -> Callable[[UploadView], View]:
        """Declares what a form with a file sends. The token comes first, and is checked before the file is read."""

        def declare(view: UploadView) -> View:
            @wraps(view)
            def checked(**path: str) -> Response:
                file = file_in_form(this_request())
                check_form(this_request())
                return view(file, **path)

            checked.__dict__.update({STREAMED: True, STANDS_FOR: stands_for})
            return self._routed(rule, "POST", checked, action_name)

        return declare

    def _routed(self, rule: str, method: str, view: View, action_name: str) -> View:
        declared = action(action_name)(view)
        if action_name != PUBLIC:
            declared.__dict__[PROOF] = by_session
        endpoint = f"{method.lower()}_{view.__name__}"
        return self.route(ROOT + rule, methods=[method], endpoint=endpoint)(declared)
