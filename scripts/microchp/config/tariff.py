"""What energy costs."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from microchp.config.fields import (
    DEAR_MEAN_GBP_PER_KWH,
    LOOKS_LIKE_PENCE,
    MINUTES_PER_DAY,
    Block,
    CalendarYear,
    ClockPeriod,
    Days,
    FixedPrice,
    FuelPrice,
    Month,
    Price,
    clock_of,
)
from microchp.config.series_file import GivenSeries

SAP_2012 = 2012
"""Year of the papers' prices and emission factors: those of SAP 2012, Table 12."""

HOME, COUNTRY_TODAY, MARKET_TODAY = "GBR", "Great Britain", "uk_2025"
"""The papers' country, of which a study is that is not known to be of another, and the newest of
its markets."""

DAY_KINDS = ("weekdays", "weekends")

Places = set[tuple[int, str]]
"""Months with a kind of day."""


class PricePeriod(ClockPeriod):
    """Hours with one price."""

    days: Days = Field("all", description="Days it holds for.")
    months: Annotated[list[Month], Field(min_length=1)] | None = Field(
        None, description="Months it holds for, by number; empty: all."
    )
    price_gbp_per_kwh: Price = Field(description="Price in the period.")

    def holds(self, month: int, kind: str) -> bool:
        """Whether it holds on the weekdays or weekends of a month."""
        return self.days in ("all", kind) and (self.months is None or month in self.months)


class Tariff(Block):
    """What energy costs without any incentive."""

    year: CalendarYear | None = Field(
        None,
        description=(
            "Year of the prices; the run says so where prices and emission factors are of "
            "different years. Empty: not known, or 2012 (SAP 2012) for the papers' prices."
        ),
    )
    gas_gbp_per_kwh: FuelPrice = Field(
        0.0348,
        description=(
            "Fuel price (NGP of Eq. 3), per kWh of lower heating value, as the efficiencies of "
            "boiler and units are. Bills state kWh of higher heating value: divide their price by "
            "0.901 (natural gas)."
        ),
    )
    import_periods: list[PricePeriod] = Field(
        [
            PricePeriod(start="00:00", end="07:00", price_gbp_per_kwh=0.055),
            PricePeriod(start="07:00", end="24:00", price_gbp_per_kwh=0.1529),
        ],
        description=(
            "Import price over the day, by kind of day and month (GIMP of Eq. 5); the periods "
            "must cover the year once."
        ),
    )
    import_file: GivenSeries | None = Field(
        None,
        description=(
            "A file with `time` and `import_price_gbp_per_kwh` for the whole year, used instead; "
            "or, instead of its path, how it is laid out."
        ),
    )
    export_gbp_per_kwh: FixedPrice = Field(
        0.0, description="Paid for export without any incentive (GEXP of Eq. 5)."
    )
    export_periods: list[PricePeriod] = Field(
        [],
        description=(
            "Paid for export by hour, kind of day and month, used instead of one price; the "
            "periods must cover the year once."
        ),
    )
    export_file: GivenSeries | None = Field(
        None,
        description=(
            "A file with `time` and `export_price_gbp_per_kwh` for the whole year, used instead of "
            "periods and price; or how it is laid out."
        ),
    )

    @model_validator(mode="after")
    def _covers_year(self) -> Self:
        problems = []
        if self.import_file is None:
            problems += coverage_problems("import_periods", self.import_periods)
        if self.export_periods:
            problems += coverage_problems("export_periods", self.export_periods)
        if not problems:
            if self.import_file is None:
                problems += _mean_problems("import_periods", self.import_periods, 0.0)
            problems += _mean_problems(
                "export_periods", self.export_periods, -DEAR_MEAN_GBP_PER_KWH
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def unused_export(self) -> list[str]:
        """Keys of export prices that others stand in for."""
        given = {
            "export_file": self.export_file is not None,
            "export_periods": bool(self.export_periods),
            "export_gbp_per_kwh": self.export_gbp_per_kwh != 0,
        }
        return [key for key, there in given.items() if there][1:]

    @property
    def price_year(self) -> int | None:
        """Year of the prices, as far as it is known."""
        if self.year is not None:
            return self.year
        return SAP_2012 if self == _default() else None


@lru_cache
def _default() -> Tariff:
    return Tariff()


def _mean_problems(key: str, periods: Sequence[PricePeriod], lowest: float) -> list[str]:
    """A line if periods that cover the year cost, on average, what no household pays."""
    weights = {"all": 7, "weekdays": 5, "weekends": 2}
    mean = sum(
        period.price_gbp_per_kwh
        * sum(end - start for start, end in period.minutes())
        * weights[period.days]
        * len(set(period.months or range(12)))
        for period in periods
    ) / (MINUTES_PER_DAY * 7 * 12)
    if lowest <= mean <= DEAR_MEAN_GBP_PER_KWH:
        return []
    looks_like = LOOKS_LIKE_PENCE if mean > 0 else "a sign turned round"
    return [
        f"{key}: {mean:.3g} on average looks like {looks_like}; expected GBP/kWh, {lowest:g} to "
        f"{DEAR_MEAN_GBP_PER_KWH:g} on average"
    ]


def coverage_problems(key: str, periods: Sequence[PricePeriod]) -> list[str]:
    """Hours of the year that no period covers, or more than one; a line for each.

    Parameters
    ----------
    key
        The key of the periods, for the lines.
    periods
        In any order.
    """
    found = _year_problems(
        tuple(
            (period.days, tuple(period.months or range(1, 13)), tuple(period.minutes()))
            for period in periods
        )
    )
    return [
        f"{key} must cover 00:00 to 24:00 of every day once; {what} between {clock_of(start)} and "
        f"{clock_of(end)}{_where(places)}"
        for (what, start, end), places in found.items()
    ]


# Thousands of variants have the periods of the run as configured.
@lru_cache
def _year_problems(
    periods: tuple[tuple[str, tuple[int, ...], tuple[tuple[int, int], ...]], ...],
) -> dict[tuple[str, int, int], Places]:
    """What is missing or doubled, from and to (min), and on which days; of days, months, pieces."""
    alike: dict[tuple[int, ...], Places] = {}  # days that the same periods hold on
    for month in range(1, 13):
        for kind in DAY_KINDS:
            held = tuple(
                k
                for k, (days, months, _) in enumerate(periods)
                if days in ("all", kind) and month in months
            )
            alike.setdefault(held, set()).add((month, kind))
    found: dict[tuple[str, int, int], Places] = {}
    for held, places in alike.items():
        pieces = [piece for k in held for piece in periods[k][2]]
        for problem in _day_problems(pieces):
            found.setdefault(problem, set()).update(places)
    return found


def _day_problems(pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int, int]]:
    """What is missing or doubled in a day, from and to (min)."""
    at = 0
    for start, end in sorted(pieces):
        if start > at:
            yield "gap", at, start
        elif start < at:
            yield "overlap", start, min(at, end)
        at = max(at, end)
    if at < MINUTES_PER_DAY:
        yield "gap", at, MINUTES_PER_DAY


def _where(places: Places) -> str:
    """Days in words: `` on weekdays in January, March``; empty for every day."""
    by_kind = {kind: sorted(m for m, k in places if k == kind) for kind in DAY_KINDS}
    weekdays, weekends = by_kind.values()
    if weekdays == weekends:
        return _months(weekdays)
    return " and".join(f" on {kind}{_months(months)}" for kind, months in by_kind.items() if months)


def _months(months: list[int]) -> str:
    if len(months) == 12:
        return ""
    return " in " + ", ".join(calendar.month_name[month] for month in months)
