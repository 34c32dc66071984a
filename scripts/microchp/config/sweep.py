"""Many samples of the configuration: what is uncertain, and how it is sampled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from statistics import NormalDist
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from microchp.config.fields import Block, NonNegative, Positive
from microchp.telling import counted

NEEDED = {
    "uniform": ("low", "high"),
    "normal": ("mean", "standard_deviation"),
    "lognormal": ("mean", "standard_deviation"),
    "triangular": ("low", "mode", "high"),
    "discrete": ("values",),
}
"""What each distribution is given by."""

ALLOWED = NEEDED | {
    "normal": ("mean", "standard_deviation", "low", "high"),
    "lognormal": ("mean", "standard_deviation", "low", "high"),
    "discrete": ("values", "probabilities"),
}
"""What may be given with each."""

END = 0.01
"""The ends of a distribution without limits: this share of the samples is beyond each."""


class SampledInput(Block):
    """The distribution of one key; `low` and `high` alone are a uniform one."""

    distribution: Literal["uniform", "normal", "lognormal", "triangular", "discrete"] = Field(
        "uniform", description="Kind of distribution."
    )
    low: float | None = Field(
        None, description="Least value; of a `normal` or `lognormal`, where it is cut off."
    )
    high: float | None = Field(
        None, description="Largest value; of a `normal` or `lognormal`, where it is cut off."
    )
    mode: float | None = Field(None, description="Most likely value of a `triangular`.")
    mean: float | None = Field(
        None, description="Mean of a `normal` or `lognormal`, as it is without being cut off."
    )
    standard_deviation: Positive | None = Field(
        None, description="Standard deviation of the same; of a `lognormal` that of the value."
    )
    values: list[Any] = Field([], description="Values of a `discrete`.")
    probabilities: list[NonNegative] = Field(
        [], description="Their probabilities, adding up to 1. Empty: all alike."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = [name for name in type(self).model_fields if name != "distribution"]
        given = [name for name in given if getattr(self, name) not in (None, [])]
        needed, allowed = NEEDED[self.distribution], ALLOWED[self.distribution]
        missing = [name for name in needed if name not in given]
        foreign = [name for name in given if name not in allowed]
        if missing or foreign:
            text = f"a {self.distribution} distribution is given by {', '.join(needed)}"
            text += f"; missing: {', '.join(missing)}" if missing else ""
            text += f"; not its own: {', '.join(foreign)}" if foreign else ""
            raise ValueError(text)
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        if self.distribution == "triangular" and not self._between(self.mode):
            raise ValueError(f"mode {self.mode:g} must lie between low and high")
        if self.distribution == "lognormal" and not (self.mean or 0.0) > 0:
            raise ValueError(f"mean {self.mean:g} of a lognormal must be above 0")
        if self.probabilities:
            if len(self.probabilities) != len(self.values):
                raise ValueError(
                    f"{counted(len(self.probabilities), 'probability')} for "
                    f"{counted(len(self.values), 'value')}"
                )
            if abs(sum(self.probabilities) - 1.0) > 1e-9:
                raise ValueError(f"probabilities add up to {sum(self.probabilities):g}, not 1")
        return self

    def ends(self) -> tuple[float, float] | None:
        """Least and largest value, of a distribution without limits all but :data:`END` at each.

        None for values that are no numbers.
        """
        if self.distribution == "discrete":
            numbers = [v for v in self.values if isinstance(v, int | float)]
            return (min(numbers), max(numbers)) if len(numbers) == len(self.values) else None
        if self.distribution in ("uniform", "triangular"):
            return float(self.low or 0.0), float(self.high or 0.0)
        mean, deviation = self.mean or 0.0, self.standard_deviation or 1.0
        is_log = self.distribution == "lognormal"
        if is_log:
            spread = math.log1p((deviation / mean) ** 2)
            mean, deviation = math.log(mean) - spread / 2, math.sqrt(spread)
        law = NormalDist(mean, deviation)

        def below(limit: float) -> float:
            """Share of the distribution, not cut off, that is below a limit."""
            score = limit if not is_log else math.log(limit) if limit > 0 else -math.inf
            return law.cdf(score)

        least = 0.0 if self.low is None else below(self.low)
        most = 1.0 if self.high is None else below(self.high)
        # a distribution that is cut off far out in its tail is at its limit
        shares = (least + (most - least) * END, most - (most - least) * END)
        low, high = (law.inv_cdf(min(max(share, 1e-15), 1.0 - 1e-15)) for share in shares)
        return (math.exp(low), math.exp(high)) if is_log else (low, high)

    def _between(self, value: float | None) -> bool:
        return None not in (value, self.low, self.high) and self.low <= value <= self.high  # type: ignore[operator]


class Correlation(Block):
    """How two inputs go together."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(
        description="Two keys of `sweep.inputs`."
    )
    coefficient: Annotated[float, Field(gt=-1, lt=1)] = Field(
        description="Correlation of the normal scores behind the two."
    )


class Sweep(Block):
    """Samples of the configuration, each designed again."""

    method: Literal["one_at_a_time", "monte_carlo", "sobol", "grid"] = Field(
        "monte_carlo",
        description=(
            "`one_at_a_time`: each input low and high, the others as configured. `monte_carlo`: a "
            "Latin hypercube. `sobol`: the samples that Sobol indices need. `grid`: every "
            "combination of levels."
        ),
    )
    samples: int = Field(
        1000,
        ge=2,
        le=1_000_000,
        description=(
            "Of `monte_carlo` the samples; of `sobol` the base samples, a power of 2, each making "
            "inputs + 2 samples; of `grid` the levels of each input. `one_at_a_time` has two for "
            "each input, and the configuration as it stands."
        ),
    )
    inputs: dict[str, SampledInput] = Field(
        {},
        description=(
            "What is sampled, by dotted key of the configuration, for instance "
            "`tariff.gas_gbp_per_kwh` or `tariff.import_periods.0.price_gbp_per_kwh`. Empty: no "
            "sweep."
        ),
    )
    correlations: list[Correlation] = Field(
        [], description="Inputs that go together, of `monte_carlo` alone."
    )
    chunk_samples: int = Field(500, ge=1, description="Samples of a job. Rows do not depend on it.")
    alone: bool = Field(
        False,
        description=(
            "Whether each sample is designed as a run of its own is, so that its row is that run's "
            "to rounding. Otherwise most samples take the best of what is known from others, as "
            "well proven, in a fraction of the time."
        ),
    )
    checked_samples: int = Field(
        2,
        ge=0,
        description=(
            "Samples drawn for the check of their design against the whole linopy model, in each "
            "scenario."
        ),
    )

    @field_validator("inputs", mode="before")
    @classmethod
    def _by_dotted_key(cls, inputs: object) -> object:
        """Keys may be nested as the configuration is."""
        return dict(_flat(inputs, "")) if isinstance(inputs, Mapping) else inputs

    @model_validator(mode="after")
    def _possible(self) -> Self:
        problems = []
        if self.method == "sobol" and self.samples & (self.samples - 1):
            problems.append(f"samples: {self.samples} is no power of 2, as `sobol` needs")
        if self.correlations and self.method != "monte_carlo":
            problems.append(f"correlations: `{self.method}` has none; method: monte_carlo has")
        pairs = [tuple(sorted(correlation.between)) for correlation in self.correlations]
        for first, second in pairs:
            unknown = [key for key in (first, second) if key not in self.inputs]
            problems += [f"correlations: '{key}' is not in sweep.inputs" for key in unknown]
            if first == second:
                problems.append(f"correlations: '{first}' with itself")
        problems += [
            f"correlations: '{pair[0]}' with '{pair[1]}' is given twice"
            for pair in sorted(set(pairs))
            if pairs.count(pair) > 1
        ]
        nested = [(a, b) for a, b in combinations(sorted(self.inputs), 2) if b.startswith(f"{a}.")]
        problems += [f"inputs: '{a}' holds '{b}'; sample one of them" for a, b in nested]
        if not problems and not _is_positive_definite(self.correlation_matrix):
            problems.append("correlations: no inputs can go together so; lower some of them")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def count(self) -> int:
        """Number of samples."""
        inputs = self.inputs.values()
        if self.method == "monte_carlo":
            return self.samples
        if self.method == "sobol":
            return self.samples * (len(self.inputs) + 2)
        if self.method == "grid":
            return math.prod(len(one.values) or self.samples for one in inputs)
        return 1 + sum(len(one.values) or 2 for one in inputs)

    @property
    def chunks(self) -> int:
        """Number of jobs that the samples of a scenario are shared out among."""
        return -(-self.count // self.chunk_samples)

    @property
    def correlation_matrix(self) -> list[list[float]]:
        """Correlations, row by row, in the order of the inputs."""
        order = list(self.inputs)
        matrix = [[float(i == j) for j in range(len(order))] for i in range(len(order))]
        for correlation in self.correlations:
            i, j = (order.index(key) for key in correlation.between)
            matrix[i][j] = matrix[j][i] = correlation.coefficient
        return matrix


def _is_positive_definite(matrix: list[list[float]]) -> bool:
    """By Cholesky's factors; numpy is not loaded to read a configuration."""
    lower: list[list[float]] = []
    for i, row in enumerate(matrix):
        found: list[float] = []
        for j in range(i):
            rest = sum(a * b for a, b in zip(found, lower[j], strict=False))
            found.append((row[j] - rest) / lower[j][j])
        square = row[i] - sum(value * value for value in found)
        if square <= 1e-9:
            return False
        lower.append([*found, math.sqrt(square)])
    return True


def _flat(inputs: Mapping[str, Any], where: str) -> list[tuple[str, Any]]:
    """Inputs by dotted key; a list index may be written in brackets."""
    rows: list[tuple[str, Any]] = []
    for name, value in inputs.items():
        key = where + str(name).replace("[", ".").replace("]", "")
        is_input = not isinstance(value, Mapping) or any(
            name in SampledInput.model_fields for name in value
        )
        rows += [(key, value)] if is_input else _flat(value, f"{key}.")
    return rows
