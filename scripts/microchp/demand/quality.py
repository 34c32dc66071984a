"""How well demand is what was asked for: totals and peaks, asked and reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from microchp.demand.builtin import DwellingDemand
from microchp.files import whole
from microchp.series.timeseries import QUANTITIES, resample_mean

ANNUAL_TOLERANCE_SHARE = 0.01
PEAK_TOLERANCE_SHARE = 0.05


def quality_rows(dwelling: int, built: DwellingDemand) -> list[dict[str, Any]]:
    """Asked and reached annual total and 5-min peak of each quantity of a dwelling."""
    rows = []
    for quantity in QUANTITIES:
        power = built.power_kw[quantity]
        annual, asked = float(power.sum()) / 60, built.annual_asked_kwh[quantity]
        peak, peak_asked = float(resample_mean(power, 1, 5).max()), built.peak_asked_kw[quantity]
        rows.append(
            {
                "dwelling": dwelling,
                "quantity": quantity,
                "source": built.sources[quantity],
                "annual_asked_kwh": asked,
                "annual_reached_kwh": annual,
                "annual_deviation_share": _deviation(annual, asked),
                "peak_5min_asked_kw": peak_asked,
                "peak_5min_reached_kw": peak,
                "peak_5min_deviation_share": _deviation(peak, peak_asked),
                "peak_1min_kw": float(power.max()),
            }
        )
    return rows


def _deviation(reached: float, asked: float | None) -> float | None:
    return None if not asked else reached / asked - 1


def quality_report(
    rows: list[dict[str, Any]],
    facts: list[dict[str, Any]],
    *,
    year: int,
    house: str,
    source: str,
    seed: int,
    first_dwelling: int = 0,
) -> dict[str, Any]:
    """Everything that the quality file of a house type holds, measured files' findings apart.

    Parameters
    ----------
    rows
        :func:`quality_rows` of all dwellings.
    facts
        Of each dwelling.
    year, house, source, seed
        What the demand was made for, and how.
    first_dwelling
        Number of the first of the dwellings.
    """
    warnings = []
    for row in rows:
        where = f"dwelling {row['dwelling']}, {row['quantity']}"
        for what, key, unit, tolerance in (
            ("annual total", "annual", "kwh", ANNUAL_TOLERANCE_SHARE),
            ("5-min peak", "peak_5min", "kw", PEAK_TOLERANCE_SHARE),
        ):
            deviation = row[f"{key}_deviation_share"]
            if deviation is not None and abs(deviation) > tolerance:
                warnings.append(
                    f"{where}: {what} {row[f'{key}_reached_{unit}']:,.2f} instead of "
                    f"{row[f'{key}_asked_{unit}']:,.2f} {'kWh' if unit == 'kwh' else 'kW'} "
                    f"({deviation:+.1%})"
                )
    return {
        "house": house,
        "source": source,
        "year": year,
        "seed": seed,
        "step_minutes": 1,
        "dwellings": len(facts),
        "annual_tolerance_share": ANNUAL_TOLERANCE_SHARE,
        "peak_tolerance_share": PEAK_TOLERANCE_SHARE,
        "quantities": rows,
        "facts": [{"dwelling": k, **of_one} for k, of_one in enumerate(facts, first_dwelling)],
        "warnings": warnings,
    }


def join_quality(*, quality_paths: Sequence[str | Path], joined_path: str | Path) -> None:
    """Write the quality of a house type whose dwellings were made in parts, as if in one.

    Parameters
    ----------
    quality_paths
        JSON files that ``build_demand`` wrote, in the order of their dwellings.
    joined_path
        JSON to write.
    """
    reports = [json.loads(Path(path).read_text(encoding="utf-8")) for path in quality_paths]
    joined = dict(reports[0])
    for key in ("quantities", "facts", "warnings"):
        joined[key] = [item for report in reports for item in report[key]]
    joined["dwellings"] = sum(report["dwellings"] for report in reports)
    with whole(joined_path) as partial:
        partial.write_text(json.dumps(joined, indent=2) + "\n", encoding="utf-8")
