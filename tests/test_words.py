"""Plain words: phrases that readers have stumbled over stand in nothing that they read."""

import ast
import re
from pathlib import Path

import pytest
from conftest import ROOT

STUMBLED = (
    r"shelf of units",
    r"\b(hold(s|ing)?|held)\b[^.:;|]{0,60}\bagainst\b",
    r"\banew\b",
    r"\bnought\b",
    r"spared what is exported",
    r"\bin kind\b",
    r"\bnil\b",
    r"pays by itself",
    r"the same in variant",
    r"undecided slices",
    r"time limit in",
    r"power flows back from",
    r"\bone's own\b",
)
READ = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "config/README.md", "Makefile")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "scripts/microchp/report").rglob("*.j2")),
    *sorted((ROOT / "resources").rglob("*.yaml")),
]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_what_stumbled_is_gone(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    found = [match[0] for phrase in STUMBLED for match in re.finditer(phrase, text, re.IGNORECASE)]
    assert found == []


def texts_of(path: Path) -> list[str]:
    """Texts that a module may show: strings of some words that are no docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in alone
        and len(node.value) >= 12
    ]


def test_what_the_page_says_has_none_of_it() -> None:
    """Texts of the page, the terminal and messages; code may be called as it is."""
    found = [
        f"{path.name}: {text}"
        for path in sorted((ROOT / "scripts/microchp").rglob("*.py"))
        for text in texts_of(path)
        if any(re.search(phrase, text, re.IGNORECASE) for phrase in STUMBLED)
    ]
    assert found == []
