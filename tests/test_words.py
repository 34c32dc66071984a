"""Plain words: phrases that readers have stumbled over stand in nothing that they read."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

STUMBLED = (
    r"shelf of units",
    r"\bhold(s|ing)? \w* ?against|\bheld against",
    r"counted anew|chosen anew",
    r"spared what is exported",
    r"\bin kind\b",
    r"\bis nil\b",
    r"pays by itself",
    r"the same in variant",
    r"undecided slices",
    r"time limit in",
    r"power flows back from",
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


@pytest.mark.parametrize("room", ["report", "tables", "config"])
def test_what_the_page_says_has_none_of_it(room: str) -> None:
    """Texts of the page, the terminal and messages: quoted, so code may be called as it is."""
    for path in sorted((ROOT / "scripts/microchp" / room).rglob("*.py")):
        for text in re.findall(r'f?"([^"\n]{12,})"', path.read_text(encoding="utf-8")):
            for phrase in STUMBLED:
                assert not re.search(phrase, text, re.IGNORECASE), f"{path.name}: {text}"
