"""Samples of the inputs of a sweep: seeded, and the same whatever part of them a job takes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from microchp.config import Config, SampledInput, Sweep
from microchp.config.load import configured

FloatArray = npt.NDArray[np.float64]

TAIL = 0.05
"""Low and high of an input without limits of its own, in one-at-a-time: quantiles."""


def sample_table(config: Config) -> pd.DataFrame:
    """All samples of a configuration's sweep.

    Parameters
    ----------
    config
        With ``sweep.inputs``; ``run.seed`` seeds the draws.

    Returns
    -------
    pandas.DataFrame
        A row per sample, a column per input, named by its dotted key; the index is named
        ``sample``.
    """
    sweep = config.sweep
    if sweep.method == "one_at_a_time":
        table = _one_at_a_time(config)
    elif sweep.method == "grid":
        levels = [_levels(sampled, sweep.samples) for sampled in sweep.inputs.values()]
        table = pd.DataFrame(list(itertools.product(*levels)), columns=list(sweep.inputs))
    else:
        shares = _monte_carlo(sweep, config.run.seed)
        if sweep.method == "sobol":
            shares = saltelli_shares(sweep, config.run.seed)
        columns = zip(sweep.inputs.items(), shares.T, strict=True)
        table = pd.DataFrame({key: quantiles(sampled, share) for (key, sampled), share in columns})
    return table.rename_axis("sample")


def sobol_problem(sweep: Sweep) -> dict[str, Any]:
    """The inputs as SALib calls them; their distributions are laid on afterwards."""
    return {
        "num_vars": len(sweep.inputs),
        "names": list(sweep.inputs),
        "bounds": [[0.0, 1.0]] * len(sweep.inputs),
    }


def quantiles(sampled: SampledInput, shares: FloatArray) -> npt.NDArray[Any]:
    """Values of an input at shares of its distribution.

    Parameters
    ----------
    sampled
        The distribution.
    shares
        Between 0 and 1, shape ``(n,)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``; floats, or whatever the values of a discrete input are.
    """
    if sampled.distribution == "discrete":
        count = len(sampled.values)
        weights = sampled.probabilities or [1.0 / count] * count
        upper = np.cumsum(weights)
        chosen = np.minimum(np.searchsorted(upper, shares, side="right"), count - 1)
        picked = [sampled.values[index] for index in chosen]  # noqa: PD011
        return pd.Series(picked, dtype=object).infer_objects().to_numpy()
    law = _law(sampled)
    least = 0.0 if sampled.low is None else float(law.cdf(sampled.low))
    most = 1.0 if sampled.high is None else float(law.cdf(sampled.high))
    return np.asarray(law.ppf(least + (most - least) * shares), dtype=float)


def _law(sampled: SampledInput) -> Any:
    """The distribution of scipy, not cut off."""
    low, high = sampled.low or 0.0, sampled.high or 0.0
    mean, deviation = sampled.mean or 0.0, sampled.standard_deviation or 1.0
    if sampled.distribution == "uniform":
        return stats.uniform(low, high - low)
    if sampled.distribution == "triangular":
        return stats.triang(((sampled.mode or 0.0) - low) / (high - low), low, high - low)
    if sampled.distribution == "normal":
        return stats.norm(mean, deviation)
    spread = math.log1p((deviation / mean) ** 2)
    return stats.lognorm(math.sqrt(spread), scale=mean * math.exp(-spread / 2))


def _monte_carlo(sweep: Sweep, seed: int) -> FloatArray:
    """Shares of a Latin hypercube, going together as asked, shape ``(samples, inputs)``."""
    hypercube = qmc.LatinHypercube(len(sweep.inputs), rng=np.random.default_rng(seed))
    shares = np.asarray(hypercube.random(sweep.samples))
    if not sweep.correlations:
        return shares
    scores = stats.norm.ppf(shares) @ np.linalg.cholesky(sweep.correlation_matrix).T
    return np.asarray(stats.norm.cdf(scores))


def saltelli_shares(sweep: Sweep, seed: int) -> FloatArray:
    """Shares that first-order and total indices need, shape ``(samples, inputs)``."""
    from SALib.sample import sobol  # takes a second

    return np.asarray(
        sobol.sample(
            sobol_problem(sweep), sweep.samples, calc_second_order=False, scramble=True, seed=seed
        )
    )


def _one_at_a_time(config: Config) -> pd.DataFrame:
    """The configuration as it stands, then each input low and high, the others as they stand."""
    inputs = config.sweep.inputs
    centre = {key: configured(config, key) for key in inputs}
    rows = [centre]
    for key, sampled in inputs.items():
        ends = list(sampled.values) if sampled.values else _ends(sampled)  # noqa: PD011
        rows += [centre | {key: value} for value in ends]
    return pd.DataFrame(rows, columns=list(inputs))


def _ends(sampled: SampledInput) -> list[float]:
    """Low and high of an input."""
    low, high = (float(v) for v in quantiles(sampled, np.array([TAIL, 1.0 - TAIL])))
    return [
        low if sampled.low is None else sampled.low,
        high if sampled.high is None else sampled.high,
    ]


def _levels(sampled: SampledInput, number: int) -> list[Any]:
    """Levels of an input in a grid, from low to high."""
    if sampled.distribution == "discrete":
        return list(sampled.values)
    low, high = _ends(sampled)
    return list(np.linspace(low, high, number).tolist())
