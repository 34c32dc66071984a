"""The rooms of the package: imports go one way, so that a stranger knows where a thing may be."""

import ast
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "scripts/microchp"

ROOMS = (
    "config",
    "series",
    "demand",
    "system",
    "design",
    "operation",
    "control",
    "account",
    "tables",
    "sweep",
    "export",
    "reproduction",
    "report",
)
"""A room may import those before it, and what every room needs (modules of the package itself)."""

MODULES = [path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]


def rooms_imported(path: Path) -> set[str]:
    """Rooms that a module imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "microchp" and part[1] in ROOMS}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_before_it(path: Path) -> None:
    own = ROOMS.index(path.relative_to(PACKAGE).parts[0])
    later = {room for room in rooms_imported(path) if ROOMS.index(room) > own}
    assert not later, f"{path.name} imports {later}"


def test_every_folder_of_the_package_is_a_room() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(ROOMS)
