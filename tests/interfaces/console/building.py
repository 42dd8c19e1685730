"""A marketer who builds a segment without a script: each button sends the whole form, and the page is shown again."""

from html.parser import HTMLParser
from typing import Any

from tests.interfaces.console.conftest import Person

LIST, NEW = "/console/segments", "/console/segments/new"


class Builder:
    """The form as the browser has it. `given`: the values of its fields by name."""

    def __init__(self, person: Person, path: str = NEW) -> None:
        self.person, self.path = person, path
        response = person.get(path)
        assert response.status_code == 200
        self.show(response.text)

    def press(self, step: str, status: int = 200) -> "Builder":
        """Presses the button of a step."""
        self.show(self._sent(self.path, {"do": step}, status))
        return self

    def add(self, group: int = 1, **typed: str) -> int:
        """Adds a condition to a group, chooses what it is about, and fills it in. Returns its number."""
        self.press(f"condition-{group}")
        number = max(int(name.partition("-")[2]) for name in self.given if name.startswith("what-"))
        return self.fill_in(number, **typed)

    def fill_in(self, number: int, **typed: str) -> int:
        """Each field is there once what comes before it was sent."""
        for name, value in typed.items():
            assert f"{name}-{number}" in self.given, (name, self.given)
            self.type(f"{name}-{number}", value)
        return number

    def type(self, name: str, value: str) -> None:
        self.given[name] = value
        self.press("refresh-0")

    def save(self, path: str = LIST, status: int = 303) -> str:
        """Sends the form to where saving leads. Returns the path of the page that follows, or the page."""
        response = self.person.sends(path, {**self.given}, token=self.token)
        assert response.status_code == status
        return str(response.location) if status == 303 else response.text

    def _sent(self, path: str, more: dict[str, Any], status: int) -> str:
        response = self.person.sends(path, {**self.given, **more}, token=self.token)
        assert response.status_code == status
        return response.text

    def show(self, source: str) -> None:
        """Takes a page that was answered."""
        form = _Form()
        form.feed(source)
        self.source, self.given = source, form.given
        self.token = self.given.pop("form_token")
        self.text = " ".join(" ".join(form.texts).split())


class _Form(HTMLParser):
    """The fields of the form `builder`, and the texts of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, str] = {}
        self.texts: list[str] = []
        self._inside = False
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == "builder"
        if not self._inside:
            return
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.given[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and self._select and ("selected" in given or self._select not in self.given):
            self.given[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
