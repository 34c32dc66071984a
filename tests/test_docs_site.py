"""The documentation as pages: complete, strict, and without a network."""

import re
from pathlib import Path

import pytest
from conftest import ROOT
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page; a broken link, an unknown anchor or a page outside the navigation ends it."""
    directory = tmp_path_factory.mktemp("site")
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(directory), strict=True))
    return directory


def test_every_page_of_docs_and_readme_is_there(site: Path) -> None:
    pages = {path.stem for path in site.glob("*.html")}
    own = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert own | {"index", "tasks", "configuration", "changelog", "licence"} <= pages
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = (site / "index.html").read_text("utf-8") + (site / "tasks.html").read_text("utf-8")
    headings = re.findall(r"^##+ (.+)$", readme, re.MULTILINE)
    assert headings
    assert [heading for heading in headings if heading not in shown] == []


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    fetched = {
        match
        for path in [*site.glob("*.html"), *site.rglob("*.css")]
        for match in re.findall(
            r"""(?:src=|<link[^>]*href=|url\()["']?(https?://[^"')]+)""", path.read_text("utf-8")
        )
    }
    assert fetched == set()


def test_tables_and_equations_are_read_whole_on_a_laptop(site: Path, browser: Browser) -> None:
    """At 1280 pixels nothing is cut off or has to be scrolled sideways."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for path in sorted(site.glob("*.html")):
        page.goto(path.as_uri())
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".md-typeset__scrollwrap, .equation")]
                .filter((one) => one.scrollWidth > one.clientWidth + 1)
                .map((one) => one.innerText.slice(0, 60))"""
        )
        assert cut == [], path.name
    page.close()


def test_equations_are_drawn_and_none_is_left_as_source(site: Path) -> None:
    for path in (ROOT / "docs").glob("*.md"):
        text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
        equations = len(re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", text, re.DOTALL))
        page = (site / path.with_suffix(".html").name).read_text(encoding="utf-8")
        assert page.count("<math") == equations, path.name
        assert "arithmatex" not in page, path.name
