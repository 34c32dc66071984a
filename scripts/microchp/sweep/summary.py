"""What the samples of a sweep say together: chances, quantiles, what matters, and regret."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import linprog

from microchp.config import Config, Sweep
from microchp.files import whole
from microchp.sweep.chunk import LIMIT
from microchp.sweep.samples import sobol_problem
from microchp.system.plant import SIZES
from microchp.tables.words import pounds
from microchp.telling import RESULT, counted

FloatArray = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

PAIR = ["sample", "house", "incentive", "plant", "variant", "design"]
"""What a row with a store and its counterpart without have in common."""

NAMES = ("house", "incentive", "tes", "plant", "variant", "design")
"""What a scenario is; its id is not taken apart."""

QUANTITIES = (
    "eai_gbp",
    "system_npv_gbp",
    "tes_eai_gbp",
    "co2_saving_kg",
    "tes_co2_saving_kg",
    "eac_gbp",
    "co2_kg",
    "chp_kw",
    "tes_kwh",
)
"""What is summarised; all that begins with ``tes_`` is of rows with a store alone."""

PAYS = {
    "eai_gbp": ("eai_gbp", "eai_most_gbp"),
    "tes_eai_gbp": ("tes_eai_least_gbp", "tes_eai_most_gbp"),
}
"""Incomes that pay or do not, with what the bounds leave possible of each."""

NOTHING_GBP = 1e-6
"""An income is one above this (GBP/year)."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def with_pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what the store alone earns and saves, and what the bounds leave possible.

    Parameters
    ----------
    rows
        Rows of all scenarios and samples.

    Returns
    -------
    pandas.DataFrame
        With ``eai_most_gbp``, ``co2_saving_kg`` and, where there is a row without a store beside
        one with, ``tes_eai_gbp``, ``tes_eai_least_gbp``, ``tes_eai_most_gbp`` and
        ``tes_co2_saving_kg``.
    """
    rows = rows.copy()
    rows["eai_most_gbp"] = rows["bau_cost_gbp"] - rows["lower_bound_gbp"]
    rows["co2_saving_kg"] = rows["bau_co2_kg"] - rows["co2_kg"]
    columns = ["eac_gbp", "lower_bound_gbp", "co2_kg"]
    without = rows.loc[rows["tes"] == "without", [*PAIR, *columns]]
    paired = rows[PAIR].merge(without, how="left", on=PAIR, validate="many_to_one")
    base = paired[columns].set_axis(rows.index).where(rows["tes"] == "with")
    # a store that is not bought earns nothing, not what is left of a subtraction
    rows["tes_eai_gbp"] = (base["eac_gbp"] - rows["eac_gbp"]).round(9)
    rows["tes_eai_least_gbp"] = base["lower_bound_gbp"] - rows["eac_gbp"]
    rows["tes_eai_most_gbp"] = base["eac_gbp"] - rows["lower_bound_gbp"]
    rows["tes_co2_saving_kg"] = base["co2_kg"] - rows["co2_kg"]
    return rows


def summary_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean and quantiles of each quantity in each scenario, and the chance that it pays.

    Parameters
    ----------
    rows
        Rows of :func:`with_pairs`.

    Returns
    -------
    pandas.DataFrame
        A row per scenario and quantity: ``samples``, ``not_proven`` (counted in all that follows,
        with the best that was found), ``no_design`` (not counted), ``mean``, ``p05`` to ``p95``;
        for incomes ``chance`` that it is above zero, which the bounds leave between
        ``chance_least`` and ``chance_most``, and ``chance_standard_error`` of the sampling.
    """
    table = []
    for scenario, of_scenario in rows.groupby("scenario", sort=False):
        for quantity in QUANTITIES:
            values = of_scenario[quantity].dropna()
            if values.empty:
                continue
            row: dict[str, Any] = {
                "scenario": scenario,
                **{name: of_scenario[name].iloc[0] for name in NAMES},
                "quantity": quantity,
                "samples": len(of_scenario),
                "not_proven": int((~of_scenario["proven"] & of_scenario["eac_gbp"].notna()).sum()),
                "no_design": int(of_scenario["eac_gbp"].isna().sum()),
                "mean": float(values.mean()),
                **{f"p{100 * q:02.0f}": float(values.quantile(q)) for q in QUANTILES},
            }
            if quantity in PAYS:
                least, most = (of_scenario[name].dropna() for name in PAYS[quantity])
                chance = float((values > NOTHING_GBP).mean())
                row |= {
                    "chance": chance,
                    "chance_least": float((least > NOTHING_GBP).mean()),
                    "chance_most": float((most > NOTHING_GBP).mean()),
                    "chance_standard_error": float(np.sqrt(chance * (1 - chance) / len(values))),
                }
            table.append(row)
    return pd.DataFrame(table)


def answers(summary: pd.DataFrame) -> dict[str, str]:
    """A sentence for each scenario, for the first screen of a page.

    Parameters
    ----------
    summary
        As :func:`summary_table`, or ``sweep_summary.csv``.
    """
    sentences = {}
    nouns = {"eai_gbp": "the design", "tes_eai_gbp": "the store"}
    for scenario, of_scenario in summary.groupby("scenario", sort=False):
        parts = []
        for _, row in of_scenario[of_scenario["quantity"].isin(nouns)].iterrows():
            text = f"{nouns[row['quantity']]} pays in {row['chance']:.0%} of the samples"
            if round(row["chance_most"] - row["chance_least"], 2) > 0:
                text += f" (proven {row['chance_least']:.0%}, possible {row['chance_most']:.0%})"
            text += f", {pounds(row['p05'])} to {pounds(row['p95'])} a year in nine of ten"
            parts.append(text)
        if parts:
            sentence = "; ".join(parts)
            sentences[str(scenario)] = f"{sentence[0].upper()}{sentence[1:]}."
    return sentences


# ---------------------------------------------------------------------------- what matters


def sensitivity_table(rows: pd.DataFrame, sweep: Sweep, seed: int) -> pd.DataFrame:
    """Which input matters, by the sweep's own method.

    Parameters
    ----------
    rows
        Rows of :func:`with_pairs`.
    sweep
        Method and inputs.
    seed
        Of the resampling behind the confidence of Sobol indices.

    Returns
    -------
    pandas.DataFrame
        A row per scenario, quantity and input. ``one_at_a_time``: ``low_value``, ``high_value``
        and what the quantity is there and as configured, ``at_low``, ``at_high``, ``at_centre``,
        each design optimal anew. ``sobol``: ``first_order`` and ``total`` with the half-widths of
        their 95 % intervals. ``monte_carlo``, ``grid``: ``rank_correlation`` (Spearman). Empty
        where no quantity varies.
    """
    measure = {"one_at_a_time": _tornado, "sobol": _sobol}.get(sweep.method, _ranks)
    table: list[dict[str, Any]] = []
    for scenario, of_scenario in rows.groupby("scenario", sort=False):
        ordered = of_scenario.sort_values("sample")
        for quantity in QUANTITIES[:5]:
            values = ordered[quantity].to_numpy(dtype=float)
            if np.isnan(values).any() or np.ptp(values) <= NOTHING_GBP:
                continue
            key = {"scenario": scenario, "quantity": quantity}
            table += [{**key, **row} for row in measure(ordered, values, sweep, seed)]
    return pd.DataFrame(table, columns=None if table else ["scenario", "quantity", "input"])


def _tornado(
    rows: pd.DataFrame, values: FloatArray, sweep: Sweep, seed: int
) -> list[dict[str, Any]]:
    """Of samples in the order of :func:`microchp.sweep.samples.sample_table`."""
    table, at = [], 1
    for key, sampled in sweep.inputs.items():
        number = len(sampled.values) or 2
        low, high = at, at + number - 1
        table.append(
            {
                "input": key,
                "low_value": rows[key].iloc[low],
                "high_value": rows[key].iloc[high],
                "at_low": values[low],
                "at_high": values[high],
                "at_centre": values[0],
                "swing": float(np.ptp(values[[0, *range(low, high + 1)]])),
            }
        )
        at += number
    return table


def sobol_indices(values: FloatArray, sweep: Sweep, seed: int) -> pd.DataFrame:
    """First-order and total indices of a quantity.

    Parameters
    ----------
    values
        Of all samples in their order, shape ``(sweep.count,)``.
    sweep
        With method ``sobol``.
    seed
        Of the resampling.

    Returns
    -------
    pandas.DataFrame
        A row per input: ``first_order``, ``total`` and the half-widths of their 95 % intervals.
    """
    from SALib.analyze import sobol  # takes a second

    found = sobol.analyze(
        sobol_problem(sweep), values, calc_second_order=False, conf_level=0.95, seed=seed
    )
    return pd.DataFrame(
        {
            "input": list(sweep.inputs),
            "first_order": found["S1"],
            "first_order_half_width": found["S1_conf"],
            "total": found["ST"],
            "total_half_width": found["ST_conf"],
        }
    )


def _sobol(rows: pd.DataFrame, values: FloatArray, sweep: Sweep, seed: int) -> list[dict[str, Any]]:
    records = sobol_indices(values, sweep, seed).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


def _ranks(rows: pd.DataFrame, values: FloatArray, sweep: Sweep, seed: int) -> list[dict[str, Any]]:
    table = []
    for key in sweep.inputs:
        if pd.api.types.is_numeric_dtype(rows[key]) and np.ptp(rows[key]) > 0:
            rank = stats.spearmanr(rows[key].to_numpy(), values).statistic
            table.append({"input": key, "rank_correlation": float(rank)})
    return table


# -------------------------------------------------------------------------------- regret


def regret_table(rows: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """What typical designs lose against the best of each sample, and which of them is best.

    A design costs in a sample at most what an operation known of it costs there; the best of the
    sample costs at least its lower bound. So a regret is at most the one less the other.

    Parameters
    ----------
    rows
        Rows of the sweep.
    judged
        Rows of typical designs (:data:`microchp.sweep.chunk.JUDGED`).

    Returns
    -------
    pandas.DataFrame
        A row per scenario and design: ``samples``, ``expected_cost_gbp``, ``expected_regret_gbp``,
        ``p95_regret_gbp``, ``worst_regret_gbp``, each the most that it can be;
        ``least_expected_cost`` and ``least_worst_regret`` mark the best design of the scenario,
        and ``expected_cost_bound_gbp`` and ``worst_regret_bound_gbp`` say what no design of any
        size can be below.
    """
    best = rows[["scenario", "sample", "eac_gbp", "lower_bound_gbp"]].rename(
        columns={"eac_gbp": "best_gbp", "lower_bound_gbp": "best_bound_gbp"}
    )
    joined = judged.merge(best, on=["scenario", "sample"], validate="many_to_one")
    joined = joined[joined["best_gbp"].notna()]
    tables = []
    sizes = [name for name in SIZES.values() if name in judged]
    for scenario, of_scenario in joined.groupby("scenario", sort=False):
        samples = of_scenario["sample"].nunique()
        table = []
        for number, design in of_scenario.groupby("number"):
            if number == LIMIT or len(design) < samples:
                continue  # no design, or not allowed in every sample
            regret = (design["cost_gbp"] - design["best_bound_gbp"]).clip(lower=0.0)
            table.append(
                {
                    "scenario": scenario,
                    **{name: design[name].iloc[0] for name in sizes},
                    "samples": samples,
                    "expected_cost_gbp": float(design["cost_gbp"].mean()),
                    "expected_regret_gbp": float(regret.mean()),
                    "p95_regret_gbp": float(regret.quantile(0.95)),
                    "worst_regret_gbp": float(regret.max()),
                }
            )
        if not table:
            continue
        result = pd.DataFrame(table)
        for column, mark in (
            ("expected_cost_gbp", "least_expected_cost"),
            ("worst_regret_gbp", "least_worst_regret"),
        ):
            result[mark] = np.arange(len(result)) == int(result[column].argmin())
        expected, worst = _bounds_of_all(of_scenario)
        result["expected_cost_bound_gbp"] = min(expected, result["expected_cost_gbp"].min())
        least_worst = result["worst_regret_gbp"].min()
        result["worst_regret_bound_gbp"] = float(np.clip(worst, 0.0, least_worst))
        tables.append(result)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=REGRET)


REGRET = (
    "scenario",
    "chp_kw",
    "tes_kwh",
    "samples",
    "expected_cost_gbp",
    "expected_regret_gbp",
    "p95_regret_gbp",
    "worst_regret_gbp",
    "least_expected_cost",
    "least_worst_regret",
    "expected_cost_bound_gbp",
    "worst_regret_bound_gbp",
)
"""Columns of ``sweep_regret.csv``; with sizes of other parts where there are any."""


def _bounds_of_all(judged: pd.DataFrame) -> tuple[float, float]:
    """What the expected cost and the worst regret of any design, of any size, are at least.

    Every typical design has in every sample a line, by the size of its store, that no design with
    its plant is below. For one plant the mean over the samples of the highest line is a bound on
    the expected cost of any size, and so is the mean of each line: of these the highest, at the
    size where it is least. The worst regret is at least that in any sample, of any line.
    """
    expected, worst = np.inf, np.inf
    for _, plant in judged.groupby("parts"):
        low, high = plant["min_kwh"].max(), plant["max_kwh"].min()
        lines = plant.assign(
            at_zero=plant["lower_bound_gbp"] - plant["slope_gbp_per_kwh"] * plant["tes_kwh"]
        )
        means = lines.groupby(["number", "tes_kwh"])[["at_zero", "slope_gbp_per_kwh"]].mean()
        expected = min(expected, least_of_lines(means.to_numpy(dtype=float), low, high))
        against = lines.assign(at_zero=lines["at_zero"] - lines["best_gbp"])
        worst = min(
            worst,
            least_of_lines(against[["at_zero", "slope_gbp_per_kwh"]].to_numpy(float), low, high),
        )
    return float(expected), float(worst)


def least_of_lines(lines: FloatArray, low: float, high: float) -> float:
    """Least value within limits of the highest of lines ``a + b x``, rows of shape ``(n, 2)``.

    Lines that say nothing are left out; ``-inf`` if none is left.
    """
    lines = lines[np.isfinite(lines).all(axis=1)]
    if not len(lines) or low > high:
        return -np.inf
    solved = linprog(
        [0.0, 1.0],
        A_ub=np.column_stack([lines[:, 1], -np.ones(len(lines))]),
        b_ub=-lines[:, 0],
        bounds=[(low, high), (None, None)],
    )
    if solved.status != 0:
        return -np.inf
    return float((lines[:, 0] + lines[:, 1] * solved.x[0]).max())


# ------------------------------------------------------------------------------- the job


def summarise_sweep(
    *,
    rows_paths: Sequence[str | Path],
    judged_paths: Sequence[str | Path],
    sweep_path: str | Path,
    summary_path: str | Path,
    sensitivity_path: str | Path,
    regret_path: str | Path,
    config: Config,
) -> None:
    """Put the chunks of a sweep together and say what they say.

    Parameters
    ----------
    rows_paths, judged_paths
        Parquet files of the chunks (:func:`microchp.sweep.chunk.sweep_designs`).
    sweep_path
        Parquet to write, a row per sample and scenario.
    summary_path, sensitivity_path, regret_path
        CSV to write: :func:`summary_table`, :func:`sensitivity_table`, :func:`regret_table`.
    config
        With the sweep.
    """
    rows = with_pairs(pd.concat(map(pd.read_parquet, rows_paths), ignore_index=True))
    judged = pd.concat(map(pd.read_parquet, judged_paths), ignore_index=True)
    with whole(sweep_path) as partial:
        rows.to_parquet(partial, index=False)
    for path, table in (
        (summary_path, summary_table(rows)),
        (sensitivity_path, sensitivity_table(rows, config.sweep, config.run.seed)),
        (regret_path, regret_table(rows, judged)),
    ):
        with whole(path) as partial:
            table.to_csv(partial, index=False)
    log.log(
        RESULT,
        "%s of %s; not proven: %d, without a design: %d",
        counted(len(rows), "row"),
        counted(rows["sample"].nunique(), "sample"),
        int((~rows["proven"] & rows["eac_gbp"].notna()).sum()),
        int(rows["eac_gbp"].isna().sum()),
    )
