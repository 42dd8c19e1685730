"""The console's static files as they are served."""

import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from interfaces.console.assets import FILES, FOLDER, PATH, asset, console_assets
from interfaces.http.auth import ACTION, PUBLIC
from tests.interfaces.console.gallery import PAGES, page
from tests.interfaces.console.read_pages import Read

FIRST_VISIT = 250_000
LINES_OF_SCRIPT = 150


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("assets", static_folder=None)
    app.register_blueprint(console_assets)
    return app.test_client()


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("console.css", "text/css; charset=utf-8"),
        ("console.js", "text/javascript; charset=utf-8"),
        ("farley.svg", "image/svg+xml"),
        ("htmx.min.js", "text/javascript; charset=utf-8"),
        ("inter-latin.woff2", "font/woff2"),
        ("inter-latin-ext.woff2", "font/woff2"),
    ],
)
def test_a_file_is_kept_for_a_year_under_a_name_with_its_hash(
    client: FlaskClient, name: str, media_type: str
) -> None:
    answer = client.get(asset(name))
    stem, suffix = name.rsplit(".", 1)
    assert asset(name) == f"{PATH}/{stem}.{hashlib.sha256(answer.data).hexdigest()[:16]}.{suffix}"
    assert answer.content_type == media_type
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_any_other_name_or_hash_is_not_there(client: FlaskClient) -> None:
    hashed = asset("console.css").removeprefix(f"{PATH}/")
    others = (
        *FILES,
        *FILES.values(),
        "README.md",
        "inter/LICENSE",
        "../assets.py",
        "..%2fassets.py",
        hashed.upper(),
        f"inter/{hashed}",
        hashed.replace("console", "consoles"),
        re.sub(r"[0-9a-f]{16}", "0" * 16, hashed),
    )
    for name in others:
        assert client.get(f"{PATH}/{name}").status_code == 404, name
    with pytest.raises(KeyError):
        asset("README.md")


def test_the_route_is_public(client: FlaskClient) -> None:
    view = client.application.view_functions["console_assets.show_asset"]
    assert getattr(view, ACTION) == PUBLIC


def test_the_style_sheet_names_files_that_are_there(client: FlaskClient) -> None:
    sheet = client.get(asset("console.css")).text
    named = re.findall(r"url\(([^)]*)\)", sheet)
    assert named == [
        f'"{asset(font).removeprefix(f"{PATH}/")}"' for font in ("inter-latin.woff2", "inter-latin-ext.woff2")
    ]
    assert "@import" not in sheet


def test_vendored_files_are_those_that_the_readme_names() -> None:
    named = dict(
        re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    )
    vendored = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and path.parent != FOLDER
    }
    assert named.keys() == vendored
    for name, digest in named.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_the_script_is_short_and_evaluates_nothing() -> None:
    script = (FOLDER / "console.js").read_text()
    assert len(script.splitlines()) < LINES_OF_SCRIPT
    assert not re.search(r"\beval\b|\bFunction\b|innerHTML|\.style\b|localStorage|sessionStorage", script)


@pytest.mark.parametrize("name", PAGES)
def test_the_first_visit_is_small(client: FlaskClient, name: str) -> None:
    html = page(name, "en")
    read = Read(html)
    loaded = {path for path in [*read.values("src"), *read.values("href")] if path.startswith(PATH)}
    assert len(html.encode()) + sum(len(client.get(path).data) for path in loaded) < FIRST_VISIT
