"""Beside the results: the scenario table and the resolved configuration they come from."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from microchp.config.scenarios import Scenario
from microchp.files import whole


def write_scenarios(*, rows: Sequence[Mapping[str, str]], scenarios_path: str | Path) -> None:
    """Write ``scenarios.csv``, a row for each scenario, with its penetrations and its demand."""
    columns = [*(field.name for field in fields(Scenario)), "penetration", "demand"]
    with whole(scenarios_path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_config(*, config: Mapping[str, Any], config_path: str | Path) -> None:
    """Write a configuration with all its defaults and catalogues, as YAML that can be rerun."""
    with whole(config_path) as partial:
        text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True, width=100)
        partial.write_text(f"# Everything that this run was made with.\n{text}", encoding="utf-8")
