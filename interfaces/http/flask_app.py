"""Flask without the parts that Farley does not use. They take almost half of Flask's own time for each request."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from interfaces.http.current import Incoming, this_request

Enter = Callable[[Incoming], Response | None]
Leave = Callable[[Incoming, Response], Response]


class App(Flask):
    """Flask that calls two functions around each route, and no others.

    `enter` is called before each route, and may answer in its place. `leave` is called with each response. There are no
    coroutines and no sessions. `refuse_hooks` raises if somebody has registered a function that would not be called.
    """

    request_class = Incoming

    def __init__(self, name: str, *, enter: Enter, leave: Leave) -> None:
        super().__init__(name, static_folder=None, template_folder=None)
        self._enter = enter
        self._leave = leave

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the function. Flask would look whether it is a coroutine."""
        return func

    def preprocess_request(self) -> Response | None:
        return self._enter(this_request())

    def process_response(self, response: Response) -> Response:
        return self._leave(this_request(), response)

    def refuse_hooks(self) -> None:
        """Raises RuntimeError if functions before or after requests, or at the end of a context, are registered."""
        hooks = (
            self.before_request_funcs,
            self.after_request_funcs,
            self.teardown_request_funcs,
            self.teardown_appcontext_funcs,
        )
        if any(hooks):
            raise RuntimeError("Only `enter` and `leave` are called around a route: put the function there.")

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Does nothing, because no function is registered. Flask would look for some."""

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        """Does nothing, because no function is registered. Flask would look for some."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Binds the routes to the request. Raises BadHost.

        Routes depend on the method and the path only, so not all that Flask binds is needed.
        """
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        host = get_host(request.environ)
        return self.url_map.bind(
            host, url_scheme=request.scheme, default_method=request.method, path_info=request.path
        )
