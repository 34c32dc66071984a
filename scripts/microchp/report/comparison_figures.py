"""Figures and tables of the comparison of units, after De Paepe et al. 2006."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from microchp.account.unit_comparison import REFERENCE_KIND, read_comparison, read_economics
from microchp.config.scenarios import ComparisonInputs
from microchp.files import whole, whole_folder
from microchp.report import style
from microchp.tables import words
from microchp.telling import RESULT, counted

MWH = 1000.0

LEAST_DIFFERENCE = 0.001
"""Houses whose references differ by less, as a share, would be drawn on each other."""

METERING = {
    "backwards_to_annual_demand": "Runs backwards, to the annual demand",
    "backwards": "Runs backwards without limit",
    "separate_meters": "Import and export by themselves",
    "half_hourly": "Net of each half-hour",
}
"""Metering rules in words."""

log = logging.getLogger(__name__)


def _names(rows: pd.DataFrame, what: str) -> dict[str, str]:
    """Words for the houses or units of a table, by name, in its order."""
    unique = rows.drop_duplicates(what)
    return dict(zip(unique[what], unique[f"{what}_label"], strict=True))


def _series(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """A colour and a marker for each name; both come again after seven, not in step."""
    return {
        name: (style.SERIES[k % 7], style.MARKERS[(k + k // 7) % 7]) for k, name in enumerate(names)
    }


def primary_energy(
    *, comparison: pd.DataFrame, plants: Mapping[str, str], svg_path: Path, pdf_path: Path
) -> None:
    """Primary energy of a year by unit, a panel for each central plant (Fig 2).

    Fuel of the unit, fuel of the boiler and the electricity bought, less (below zero) what the
    central plant is spared; the mark is their sum, the line that of the reference.

    Parameters
    ----------
    comparison
        Rows of ``comparison.csv`` of one house.
    plants
        Words for the central plants by name.
    svg_path, pdf_path
        Files to write.
    """
    first = comparison[comparison["central_plant"] == next(iter(plants))]
    units = first.sort_values("primary_kwh", ascending=False)["unit"]
    labels = _names(comparison, "unit")
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=24 + 6.5 * len(units),
    ) as fig:
        axes = fig.subplots(1, len(plants), sharex=True, sharey=True, squeeze=False)[0]
        at = np.arange(len(units))
        for ax, (plant, title) in zip(axes, plants.items(), strict=True):
            rows = comparison[comparison["central_plant"] == plant].set_index("unit").loc[units]
            unit, boiler = rows["chp_fuel_kwh"] / MWH, rows["boiler_fuel_kwh"] / MWH
            total = rows["primary_kwh"] / MWH
            grid = total - unit - boiler
            ax.barh(at, unit, color=style.CHP)
            ax.barh(at, boiler, left=unit, color=style.BOILER)
            ax.barh(at, grid.clip(lower=0), left=unit + boiler, color=style.IMPORT)
            ax.barh(at, grid.clip(upper=0), color=style.EXPORT)
            ax.plot(total, at, "D", color=style.DEMAND, markersize=3.5)
            reference = rows["reference_primary_kwh"].iloc[0] / MWH
            ax.axvline(reference, color=style.DEMAND, linewidth=0.7, linestyle=(0, (4, 2)))
            ax.axvline(0, color=style.DEMAND, linewidth=0.6)
            ax.set_title(title)
            ax.set_xlabel("Primary energy (MWh a year)")
            ax.grid(axis="y", visible=False)
        axes[0].set_yticks(at, [labels[name] for name in units])
        axes[0].set_ylim(len(units) - 0.5, -0.5)
        bars = {
            "Fuel of the unit": style.CHP,
            "Fuel of the boiler": style.BOILER,
            "Net import": style.IMPORT,
            "Net export, spared at the plant": style.EXPORT,
        }
        handles: list[Patch | Line2D] = [Patch(color=c, label=text) for text, c in bars.items()]
        handles += [
            Line2D(
                [], [], marker="D", linestyle="", color=style.DEMAND, markersize=3.5, label="Sum"
            )
        ]
        fig.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def savings(
    *,
    comparison: pd.DataFrame,
    column: str,
    title: str,
    plants: Mapping[str, str],
    svg_path: Path,
    pdf_path: Path,
) -> None:
    """Relative saving by unit and central plant (Table 3 for primary energy, Fig 3 for CO2).

    Parameters
    ----------
    comparison
        Rows of ``comparison.csv`` of one house.
    column
        ``primary_saving_share`` or ``co2_saving_share``.
    title
        What the axis says.
    plants
        Words for the central plants by name.
    svg_path, pdf_path
        Files to write.
    """
    rows = comparison[comparison["kind"] != REFERENCE_KIND]
    units = list(_names(rows, "unit").items())
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM * 0.8,
        height_mm=24 + 5.5 * len(units),
    ) as fig:
        ax = fig.subplots()
        looks = _series(plants)
        for plant, (colour, marker) in looks.items():
            share = rows[rows["central_plant"] == plant].set_index("unit")[column]
            ax.plot(
                [share[name] for name, _ in units],
                range(len(units)),
                linestyle="",
                marker=marker,
                color=colour,
                label=plants[plant],
            )
        ax.set_yticks(range(len(units)), [text for _, text in units])
        ax.set_ylim(len(units) - 0.5, -0.5)
        ax.set_xlim(left=min(0, ax.get_xlim()[0]))
        ax.axvline(0, color=style.DEMAND, linewidth=0.6)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(title)
        fig.legend(loc="outside lower center", ncols=2)


def saving_by_house(
    *, comparison: pd.DataFrame, plants: Mapping[str, str], svg_path: Path, pdf_path: Path
) -> None:
    """Relative primary energy saving of each unit in several houses (Figs 4 and 6).

    Parameters
    ----------
    comparison
        Rows of ``comparison.csv`` of these houses, of units that run in all of them.
    plants
        Words for the central plants by name.
    svg_path, pdf_path
        Files to write.
    """
    units, houses = _names(comparison, "unit"), _names(comparison, "house")
    columns = min(3, len(units))
    lines = -(-len(units) // columns)
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=24 + 42 * lines,
    ) as fig:
        axes = fig.subplots(lines, columns, sharey=True, squeeze=False).ravel()
        looks = _series(houses)
        width = 0.8 / len(houses)
        for ax, (unit, text) in zip(axes, units.items(), strict=False):
            for k, (house, (colour, _)) in enumerate(looks.items()):
                rows = comparison[(comparison["unit"] == unit) & (comparison["house"] == house)]
                share = rows.set_index("central_plant")["primary_saving_share"]
                at = np.arange(len(plants)) + (k - (len(houses) - 1) / 2) * width
                ax.bar(at, [share[plant] for plant in plants], width * 0.92, color=colour)
            ax.set_title(text)
            ax.set_xticks(range(len(plants)), [_folded(name) for name in plants.values()])
            ax.axhline(0, color=style.DEMAND, linewidth=0.6)
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            ax.grid(axis="x", visible=False)
        for ax in axes[len(units) :]:
            ax.set_axis_off()
        fig.supylabel("Primary energy saved", fontsize=8)
        handles = [Patch(color=looks[name][0], label=text) for name, text in houses.items()]
        fig.legend(handles=handles, loc="outside lower center", ncols=min(3, len(handles)))


def _folded(text: str) -> str:
    """Words below each other, for a narrow axis."""
    return text.replace(" ", "\n")


def saving_by_use(
    *, comparison: pd.DataFrame, plants: Mapping[str, str], svg_path: Path, pdf_path: Path
) -> None:
    """Relative saving against the primary energy of the reference, a line for each unit (Fig 5).

    Parameters
    ----------
    comparison
        Rows of ``comparison.csv`` of several houses, of units that run in all of them.
    plants
        Words for the central plants by name.
    svg_path, pdf_path
        Files to write.
    """
    units, houses = _names(comparison, "unit"), _names(comparison, "house")
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=84
    ) as fig:
        axes = fig.subplots(1, len(plants), sharey=True, squeeze=False)[0]
        looks = _series(units)
        for ax, (plant, title) in zip(axes, plants.items(), strict=True):
            of_plant = comparison[comparison["central_plant"] == plant]
            for unit, (colour, marker) in looks.items():
                rows = of_plant[of_plant["unit"] == unit].sort_values("reference_primary_kwh")
                ax.plot(
                    rows["reference_primary_kwh"] / MWH,
                    rows["primary_saving_share"],
                    color=colour,
                    marker=marker,
                    markersize=4,
                )
            _name_houses(ax, of_plant, houses)
            ax.set_title(title)
            ax.set_xlabel("Reference (MWh a year)")
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        low, high = axes[0].get_ylim()
        axes[0].set_ylim(min(0, low), 1.5 * high)  # room for the houses' names
        axes[0].set_ylabel("Primary energy saved")
        handles = [
            Line2D([], [], color=colour, marker=marker, markersize=4, label=units[unit])
            for unit, (colour, marker) in looks.items()
        ]
        fig.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))


def _name_houses(ax: Axes, rows: pd.DataFrame, houses: Mapping[str, str]) -> None:
    """Write each house at its reference, below the top."""
    at = rows.drop_duplicates("house").set_index("house")["reference_primary_kwh"] / MWH
    for house, x in at.items():
        ax.annotate(
            houses[str(house)],
            (x, 0.99),
            xycoords=("data", "axes fraction"),
            rotation=90,
            fontsize=6.5,
            ha="center",
            va="top",
            color=style.TOTAL,
        )


def annual_profit(*, economics: pd.DataFrame, svg_path: Path, pdf_path: Path) -> None:
    """Profit of a year by unit and metering rule (Fig 7).

    Parameters
    ----------
    economics
        Rows of ``comparison_economics.csv`` of one house.
    svg_path, pdf_path
        Files to write.
    """
    units = _names(economics, "unit")
    rules = list(dict.fromkeys(economics["metering"]))
    looks = _series(rules)
    thick = 0.8 / len(rules)
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM * 0.85,
        height_mm=28 + (2 + 2.4 * len(rules)) * len(units),
    ) as fig:
        ax = fig.subplots()
        extent = [0.0, *economics["annual_profit_eur"]]
        room = 0.012 * (max(extent) - min(extent))
        for k, rule in enumerate(rules):
            profit = economics[economics["metering"] == rule].set_index("unit")["annual_profit_eur"]
            at = np.arange(len(units)) + (k - (len(rules) - 1) / 2) * thick
            values = [float(profit[unit]) for unit in units]
            ax.barh(at, values, thick * 0.9, color=looks[rule][0])
            for y, value in zip(at, values, strict=True):
                ax.text(
                    value + (room if value >= 0 else -room),
                    y,
                    words.number(value),
                    va="center",
                    ha="left" if value >= 0 else "right",
                    fontsize=6.5,
                )
        low, high = min(extent), max(extent)
        ax.set_xlim(low - (8 * room if low < 0 else 0), high + 8 * room)
        ax.axvline(0, color=style.DEMAND, linewidth=0.6)
        ax.set_yticks(range(len(units)), list(units.values()))
        ax.set_ylim(len(units) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.set_xlabel("Profit of a year before capital (€)")
        handles = [Patch(color=looks[rule][0], label=METERING[rule]) for rule in rules]
        fig.legend(handles=handles, loc="outside lower center", ncols=min(2, len(handles)))


# ------------------------------------------------------------------------------------ tables


def saving_table(comparison: pd.DataFrame, plants: Mapping[str, str]) -> pd.DataFrame:
    """Relative primary energy saving (%), a row per unit, a column per central plant (Table 3)."""
    rows = comparison[comparison["kind"] != REFERENCE_KIND]
    wide = rows.pivot_table(
        index="unit",
        columns="central_plant",
        values="primary_saving_share",
        sort=False,
        dropna=False,  # a house without demand has nothing to save
    )
    percent = 100 * wide[list(plants)].rename(index=_names(rows, "unit"), columns=plants)
    return percent.rename_axis(index="Primary energy saved (%)", columns=None)


def cost_table(inputs: ComparisonInputs) -> pd.DataFrame:
    """Investment and maintenance of units and condensing boiler (Table 4)."""
    return pd.DataFrame(
        [
            {"unit": name, "unit_label": inputs.label(name)} | cost.model_dump()
            for name, cost in inputs.costs.items()
        ]
    )


def price_table(inputs: ComparisonInputs) -> pd.DataFrame:
    """What is paid and received for energy (Table 5)."""
    prices = inputs.comparison.prices
    rows = [("gas", "bought", prices.gas_eur_per_kwh)]
    rows += [(f"electricity, {n}", "bought", r.price_eur_per_kwh) for n, r in prices.rates.items()]
    rows += [("electricity", "sold", prices.sale_eur_per_kwh)]
    return pd.DataFrame(rows, columns=["energy", "direction", "price_eur_per_kwh"])


# ------------------------------------------------------------------------------- all of a run


def plot_comparison(
    *,
    comparison_path: str | Path,
    economics_path: str | Path,
    figures_dir: str | Path,
    inputs: ComparisonInputs,
) -> None:
    """Draw all figures of a comparison, as SVG and PDF, and write its tables.

    For each house ``primary_energy_<house>``, ``primary_saving_<house>`` (and as CSV),
    ``co2_reduction_<house>`` and ``annual_profit_<house>``; for each of
    ``comparison.house_series`` ``saving_by_house_<series>`` and, where its houses use different
    amounts, ``saving_by_use_<series>``; and ``costs.csv`` and ``prices.csv``.

    Parameters
    ----------
    comparison_path, economics_path
        What ``compare_units`` wrote.
    figures_dir
        Directory to write to.
    inputs
        What the comparison needs of the configuration.
    """
    comparison, economics = read_comparison(comparison_path), read_economics(economics_path)
    plants = {name: inputs.label(name) for name in dict.fromkeys(comparison["central_plant"])}
    single = {name: text for name, text in plants.items() if name in inputs.comparison.plants}
    with whole_folder(figures_dir) as folder:

        def files(name: str) -> dict[str, Path]:
            return {"svg_path": folder / f"{name}.svg", "pdf_path": folder / f"{name}.pdf"}

        for house, rows in comparison.groupby("house", sort=False):
            primary_energy(comparison=rows, plants=single, **files(f"primary_energy_{house}"))
            savings(
                comparison=rows,
                column="primary_saving_share",
                title="Primary energy saved, of the reference",
                plants=plants,
                **files(f"primary_saving_{house}"),
            )
            savings(
                comparison=rows,
                column="co2_saving_share",
                title="CO₂ avoided, of the reference",
                plants=plants,
                **files(f"co2_reduction_{house}"),
            )
            annual_profit(
                economics=economics[economics["house"] == house], **files(f"annual_profit_{house}")
            )
            _write(saving_table(rows, plants).reset_index(), folder / f"primary_saving_{house}.csv")
        for name, houses in inputs.comparison.house_series.items():
            rows = in_all_houses(comparison, houses)
            if rows.empty:
                log.warning("comparison.house_series.%s: no unit runs in all its houses", name)
                continue
            saving_by_house(comparison=rows, plants=single, **files(f"saving_by_house_{name}"))
            if references_differ(rows):
                saving_by_use(comparison=rows, plants=single, **files(f"saving_by_use_{name}"))
        _write(cost_table(inputs), folder / "costs.csv")
        _write(price_table(inputs), folder / "prices.csv")
        log.log(RESULT, "%s drawn", counted(len(list(folder.glob("*.svg"))), "figure"))


def references_differ(comparison: pd.DataFrame) -> bool:
    """Whether all houses stand apart by their reference, as a figure against it needs."""
    for _, rows in comparison.groupby("central_plant"):
        use = np.sort(rows.drop_duplicates("house")["reference_primary_kwh"])
        if (np.diff(use) < LEAST_DIFFERENCE * use[:-1]).any():
            return False
    return True


def in_all_houses(comparison: pd.DataFrame, houses: Sequence[str]) -> pd.DataFrame:
    """Rows of some houses, of the units that run in each of them; the reference left out."""
    rows = comparison[comparison["house"].isin(houses) & (comparison["kind"] != REFERENCE_KIND)]
    counts = rows.groupby("unit")["house"].nunique()
    everywhere = counts.index[counts == rows["house"].nunique()]
    order = {house: number for number, house in enumerate(houses)}
    return rows[rows["unit"].isin(everywhere)].sort_values(
        "house", key=lambda names: names.map(order), kind="stable"
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    with whole(path) as partial:
        table.to_csv(partial, index=False)
