"""What the published conclusions come to, in sentences whose numbers are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from microchp.config import OPTIMAL
from microchp.reproduction.computed import AS_PRINTED, PUBLISHED_DESIGN
from microchp.reproduction.published import looked_up
from microchp.tables.words import label

_CELL = ["house", "incentive"]
_PAID = ("none", "fit")
_METRICS = {"eai_as_printed_gbp": "income", "co2_kg": "CO2", "tde_kwh": "delivered energy"}
"""What a store changes, in words."""
_RULED_OUT = "inconsistent in print"
_NO_UNIT = ("", "0")
"""Which unit, and how many, in a group without any."""


def agreement(comparison: pd.DataFrame, sensitivity: pd.DataFrame) -> list[str]:
    """How far what is computed agrees with print, paper by paper.

    Parameters
    ----------
    comparison
        Published numbers beside those computed.
    sensitivity
        Numbers of the design study under other assumptions.
    """
    return [
        *_incomes(comparison),
        *_order(comparison),
        *_effects(comparison, sensitivity),
        *_dwelling(comparison),
        *_groups(comparison),
        *_units(comparison),
    ]


def changes(designs: pd.DataFrame, audit: pd.DataFrame) -> list[str]:
    """What becomes of the conclusions with the corrected factor and at the certified optimum.

    Parameters
    ----------
    designs
        ``designs.csv`` of the design study, its variant ``as_printed`` included.
    audit
        What the papers' numbers say of each other.
    """
    return [*_print(audit), *_factor(designs), *_store(designs), *_optimum(designs)]


def _chosen(designs: pd.DataFrame, design: str, tes: str, variant: str = "") -> pd.DataFrame:
    """Designs without and with the feed-in tariff, by house and incentive."""
    chosen = (
        (designs["design"] == design)
        & (designs["tes"] == tes)
        & (designs["variant"] == variant)
        & designs["incentive"].isin(_PAID)
    )
    return designs[chosen].set_index(_CELL)


def _names(cells: pd.Index) -> str:
    words = {"none": "no incentive", "fit": "feed-in tariff"}
    names = [f"{label(house).lower()} ({words[incentive]})" for house, incentive in cells]
    return ", ".join(names) or "none"


def _range(amounts: pd.Series) -> str:
    """Least and most, to the pound; one number where they are the same."""
    return " to ".join(dict.fromkeys(f"{end:.0f}" for end in (amounts.min(), amounts.max())))


def _factor(designs: pd.DataFrame) -> Iterator[str]:
    for tes in ("with", "without"):
        cells = _chosen(designs, PUBLISHED_DESIGN, tes)
        if cells.empty:
            continue
        printed = cells.index[cells["eai_as_printed_gbp"] > 0]
        true = cells.index[cells["eai_crf_gbp"] > 0]
        taken = cells["eai_as_printed_gbp"] - cells["eai_crf_gbp"]
        yield (
            f"Published sizes {tes} a store: {len(printed)} of {len(cells)} systems earn with "
            f"Eq. 6 as printed, {len(true)} with the capital recovery factor ({_names(true)}); the "
            f"factor alone takes £{_range(taken)} a year."
        )


def _store(designs: pd.DataFrame) -> Iterator[str]:
    with_store = _chosen(designs, PUBLISHED_DESIGN, "with")
    without = _chosen(designs, PUBLISHED_DESIGN, "without").reindex(with_store.index)
    if with_store.empty:
        return
    gains = {
        factor: with_store[f"eai_{factor}_gbp"] - without[f"eai_{factor}_gbp"]
        for factor in ("as_printed", "crf")
    }
    still = gains["crf"].index[gains["crf"] > 0]
    yield (
        f"The published store raises the yearly income in {(gains['as_printed'] > 0).sum()} of "
        f"{len(with_store)} cases with Eq. 6 as printed and in {len(still)} with the capital "
        f"recovery factor ({_names(still)})."
    )


def _optimum(designs: pd.DataFrame) -> Iterator[str]:
    published = _chosen(designs, PUBLISHED_DESIGN, "with")
    for variant, words in ((AS_PRINTED, "Eq. 6 as printed"), ("", "the capital recovery factor")):
        best = _chosen(designs, OPTIMAL, "with", variant).reindex(published.index).dropna(how="all")
        if best.empty:
            continue
        sizes = best["tes_kwh"]
        none = best.index[best["chp_kw"] == 0]
        smaller = (sizes < published.loc[best.index, "tes_kwh"]).sum()
        income = "eai_as_printed_gbp" if variant else "eai_crf_gbp"
        gain = best[income] - published.loc[best.index, income]
        unit = f"no unit at all for {_names(none)}" if len(none) else "a unit everywhere"
        yield (
            f"Certified optimum with {words}: {unit}; stores of {sizes.min():.1f} to "
            f"{sizes.max():.1f} kWh, smaller than published in {smaller} of {len(best)} cases; "
            f"£{_range(gain)} a year more than the published sizes earn; no "
            f"other size can be cheaper by more than {100 * best['relative_gap'].max():.2f} %."
        )


def _incomes(comparison: pd.DataFrame) -> Iterator[str]:
    incomes = _cells(comparison, "eai_as_printed_gbp")
    if incomes.empty:
        return
    off = {
        tes: (cells["computed"] - cells["published"]).abs()
        for tes, cells in incomes.groupby("tes", sort=False)
    }
    payback = _cells(comparison, "system_payback_years")
    parts = {
        "system payback under the feed-in tariff": payback[payback["incentive"] == "fit"],
        "CO2": _cells(comparison, "co2_kg"),
        "delivered energy": _cells(comparison, "tde_kwh"),
    }
    shares = "; ".join(
        f"{words} within {100 * (part['computed'] / part['published'] - 1).abs().max():.1f} %"
        for words, part in parts.items()
    )
    yield (
        "Oluleye et al., published sizes, Eq. 6 as printed: yearly incomes without a store follow "
        f"within £{off['without'].max():.0f}, with a store within £{off['with'].max():.0f} "
        f"({(off['with'] <= 40).sum()} of {len(off['with'])} within £40); {shares}."
    )


def _order(comparison: pd.DataFrame) -> Iterator[str]:
    incomes = _cells(comparison, "eai_as_printed_gbp")
    if incomes.empty:
        return
    ruled_out = incomes["verdict"] == _RULED_OUT
    said = f"The order of the houses by income is as published in {_ordered(incomes[~ruled_out])}"
    if ruled_out.any():
        cells = [
            f"{row['item']}, {row['published']:g} ({row['reason']})"
            for _, row in incomes[ruled_out].iterrows()
        ]
        said += (
            f" over the {(~ruled_out).sum()} cells that print does not rule out; over all "
            f"{len(incomes)} in {_ordered(incomes)}. Ruled out: {'; '.join(cells)}"
        )
    yield f"{said}."


def _ordered(incomes: pd.DataFrame) -> str:
    """In how many columns the houses come in the order of print, and in which they do not."""
    columns = {
        f"{label(str(incentive)).lower()} {tes} store": _is_ordered_as_published(cells, "house")
        for (incentive, tes), cells in incomes.groupby(["incentive", "tes"], sort=False)
    }
    other = [column for column, is_ordered in columns.items() if not is_ordered]
    return f"{len(columns) - len(other)} of {len(columns)} columns" + (
        f" (not: {', '.join(other)})" if other else ""
    )


def _is_ordered_as_published(cells: pd.DataFrame, name: str) -> bool:
    """Whether what is computed puts the names of a column in the order of print."""
    orders = [list(cells.sort_values(value)[name]) for value in ("published", "computed")]
    return orders[0] == orders[1]


def _cells(comparison: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Cells of the journal paper's Tables 2 and 3 for one metric, with what their keys ask for."""
    return _of_metric(
        comparison[
            (comparison["paper"] == "oluleye2018")
            & comparison["table"].isin(["Table 2", "Table 3"])
            & comparison["computed"].notna()
        ],
        metric,
    )


def _of_metric(numbers: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Numbers for one metric, with what their keys ask for."""
    asked = _asked(numbers, ("metric", "house", "incentive", "tes"))
    is_metric = asked["metric"] == metric
    return numbers[is_metric].assign(**asked.loc[is_metric].drop(columns="metric"))


def _asked(numbers: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """What the keys of numbers ask for, a column for each name."""
    return pd.DataFrame(
        [looked_up(key)[1] for key in numbers["key"]], index=numbers.index, columns=[*names]
    )


def store_effects(comparison: pd.DataFrame) -> pd.DataFrame:
    """What a store changes in income, CO2 and TDE, published and computed, by house and incentive.

    Returns
    -------
    pandas.DataFrame
        ``metric``, ``house``, ``incentive``, ``published``, ``computed``: with store less without.
    """
    parts = []
    for metric in _METRICS:
        cells = _cells(comparison, metric).set_index(_CELL)
        if cells.empty:
            continue
        change = [
            cells.loc[cells["tes"] == "with", name] - cells.loc[cells["tes"] == "without", name]
            for name in ("published", "computed")
        ]
        part = pd.DataFrame({"published": change[0], "computed": change[1]}).dropna().reset_index()
        parts.append(part.assign(metric=metric))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _effects(comparison: pd.DataFrame, sensitivity: pd.DataFrame) -> Iterator[str]:
    effects = store_effects(comparison)
    if effects.empty:
        return
    agrees = effects["published"] * effects["computed"] > 0
    other: list[str] = []
    turned: dict[str, list[str]] = {}
    for agreeing, (_, row) in zip(agrees, effects.iterrows(), strict=True):
        case = f"{_METRICS[row['metric']]}, {_names(pd.Index([(row['house'], row['incentive'])]))}"
        turning = _turning(sensitivity, row)
        if not agreeing:
            other.append(f"{case}, yet so with {' or '.join(turning)}" if turning else case)
            continue
        for assumption in turning:
            turned.setdefault(assumption, []).append(case)
    yield (
        f"The store's effect on income, CO2 and delivered energy has the published sign in "
        f"{agrees.sum()} of {len(effects)} cases"
        + (f" (not: {'; '.join(other)})." if other else ".")
    )
    if turned:
        cases = [f"{assumption}: {'; '.join(found)}" for assumption, found in turned.items()]
        yield f"Some of these signs turn with another assumption. With {'. With '.join(cases)}."


def _turning(sensitivity: pd.DataFrame, effect: pd.Series) -> list[str]:
    """Assumptions under which the store's effect has the other sign."""
    rows = _of_metric(sensitivity, effect["metric"]).set_index("assumption")
    rows = rows[(rows[_CELL] == effect[_CELL]).all(axis="columns")]
    changed = {tes: rows.loc[rows["tes"] == tes, "changed"] for tes in ("with", "without")}
    change = (changed["with"] - changed["without"]).dropna()
    return list(change.index[change * effect["computed"] < 0])


def _rows(comparison: pd.DataFrame, paper: str, table: str) -> pd.DataFrame:
    """Rows of a table of a paper that were computed, those that print rules out left aside."""
    return comparison[
        (comparison["paper"] == paper)
        & (comparison["table"] == table)
        & ~comparison["verdict"].isin(["not computed", _RULED_OUT])
    ]


def _rms(rows: pd.DataFrame) -> float:
    return float((rows["deviation"] ** 2).mean() ** 0.5)


def _dwelling(comparison: pd.DataFrame) -> Iterator[str]:
    rows = _rows(comparison, "peacock2006", "Table 4")
    if rows.empty:
        return
    share, run = (_of_metric(rows, metric) for metric in ("import_share", "run_time_share"))
    yield (
        f"Peacock and Newborough 2006, Table 4: the share imported follows within "
        f"{_rms(share):.1f} points (rms of {len(share)}), the run time within {_rms(run):.1f}; "
        "both were fitted."
    )


def _units(comparison: pd.DataFrame) -> Iterator[str]:
    rows = _rows(comparison, "depaepe2006", "Table 3")
    if rows.empty:
        return
    plants = [plant for _, plant in rows.groupby("column", sort=False)]
    same = sum(_is_ordered_as_published(plant, "row") for plant in plants)
    yield (
        f"De Paepe et al. 2006, Table 3: all {len(rows)} savings follow within "
        f"{rows['deviation'].abs().max():.2f} points (rms {_rms(rows):.2f}); the order of the "
        f"units is as published for {same} of {len(plants)} plants."
    )


def _groups(comparison: pd.DataFrame) -> Iterator[str]:
    rows = comparison[(comparison["paper"] == "peacock2006") & (comparison["table"] == "Table 5")]
    if rows["computed"].isna().all():  # true of no rows too
        return
    asked = _asked(rows, ("period", "metric", "unit", "units"))
    # without a unit it is the same, whichever it would be
    asked["unit"] = asked["unit"].where(asked["units"] != "0", "")
    table = rows.set_index(pd.MultiIndex.from_frame(asked))
    days = list(dict.fromkeys(asked["period"]))
    levels = list(dict.fromkeys(zip(asked["unit"], asked["units"], strict=True)))
    levels.remove(_NO_UNIT)
    counts = {"published": [0, 0], "computed": [0, 0]}
    total = 0
    for day in days:
        for level in levels:
            total += 1
            for value, found in counts.items():
                admd, bought, factor = (
                    1
                    - table.loc[(day, metric, *level), value]
                    / table.loc[(day, metric, "", "0"), value]
                    for metric in ("admd_kw", "import_kwh", "load_factor_mean")
                )
                found[0] += bool(admd <= bought)
                found[1] += bool(factor > 0)
    yield (
        "Peacock and Newborough 2006, group of 13: ADMD falls by no more than the import in "
        f"{counts['computed'][0]} of {total} cells (published: {counts['published'][0]}), "
        f"the load factor falls in {counts['computed'][1]} (published: {counts['published'][1]})."
    )
    # in most dwellings, so that which of them is little
    most = max(int(units) for _, units in levels)
    off = []
    for day in days:
        for level in (level for level in levels if int(level[1]) == most):
            generated = {
                value: table.loc[(day, "import_kwh", *_NO_UNIT), value]
                - table.loc[(day, "import_kwh", *level), value]
                + table.loc[(day, "export_kwh", *level), value]
                for value in counts
            }
            off.append(abs(generated["computed"] / generated["published"] - 1))
    yield (
        f"With units in 77 % of the 13 dwellings, these generate within {100 * max(off):.0f} % of "
        f"demand - import + export in print ({len(off)} cells), and so run as long within that; "
        "this was fitted."
    )


def _print(audit: pd.DataFrame) -> Iterator[str]:
    checks = {
        factor: audit.loc[
            (audit["paper"] == "oluleye2018")
            & (audit["check"] == f"NPV from the income, {factor}"),
            "verdict",
        ]
        == "inconsistent"
        for factor in ("Eq. 6 as printed", "capital recovery factor")
    }
    true = checks["capital recovery factor"]
    yield (
        "From print alone: the net present values of Oluleye et al. contradict the incomes in "
        f"{true.sum()} of {len(true)} cells if the capital recovery factor was used, and in "
        f"{checks['Eq. 6 as printed'].sum()} if Eq. 6 was used as printed."
    )
