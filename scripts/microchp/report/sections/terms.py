"""The terms that the page uses."""

from __future__ import annotations

from collections.abc import Sequence

from microchp.report.page import Section, Terms

DESIGNS = [
    (
        "EAC",
        "Equivalent annual cost: annualised capital, fuel, maintenance and import, less income.",
    ),
    ("EAI", "Equivalent annual income: cost of business as usual less EAC. Above zero, it pays."),
    (
        "Business as usual",
        "All heat from the boiler, all electricity imported, at the standard tariff.",
    ),
    (
        "Payback",
        "Investment over the yearly saving before capital, not discounted, counted beyond the "
        "lifetime if need be (†). “never”: nothing is saved. “–”: nothing is invested.",
    ),
    ("NPV, IRR", "Over the lifetime at the interest rate, savings at the end of each year."),
    (
        "Store payback, NPV",
        "The same with the differences in investment and saving between the designs with and "
        "without a store. Where the design without has another unit or none, they are of the "
        "store and the unit together.",
    ),
    (
        "crf, as printed",
        "Two ways to turn an investment into a yearly cost: the capital recovery factor, and Eq. 6 "
        "of Oluleye et al. to the letter, with which the published tables were made.",
    ),
    ("CO₂", "Of all fuel and of net import (export counts against it), Eq. 20."),
    (
        "TDE",
        "Total delivered energy: fuel of unit and boiler, and net import over the grid's "
        "efficiency, Eq. 19.",
    ),
    (
        "Own electricity",
        "Cost of a kWh that the unit generates: all yearly cost of plant and fuel less what the "
        "boiler alone would cost, over the generation; payments by the policy are left out.",
    ),
    ("Starts", "Times that the unit goes from off to on in a year."),
    (
        "Gap",
        "(EAC − lower bound) / EAC. The bound holds for every size that the design could have.",
    ),
]

DWELLINGS = [
    ("Load factor", "Mean over peak of the import in the period."),
    (
        "Capacity factor",
        "Export over what the units would generate at rated power all the time.",
    ),
]

GROUPS = [
    ("ADMD, ADME", "After diversity maximum demand and export: the group's peak, per dwelling."),
    ("Load factor, export factor", "Mean over peak of the import and of the export in the period."),
    (
        "Capacity factor",
        "Export over what the units would generate at rated power all the time.",
    ),
    (
        "Onset of reverse flow",
        "Lowest penetration of the run at which half of the choices of dwellings export through "
        "the transformer.",
    ),
    (
        "Homes served",
        "Homes behind a transformer of the stated rating at unity power factor, by the larger of "
        "ADMD and ADME.",
    ),
    (
        "Load that can be shifted",
        "At an hour: the power of units that could be started until their stores are full, or "
        "stopped until they are empty, without the boiler or anybody's comfort.",
    ),
    (
        "Cost and CO₂ of a group",
        "Sums over its dwellings, each by its own meter, those without a unit as they were: what "
        "one exports and its neighbour takes is sold and bought.",
    ),
    (
        "Policy cost of CO₂",
        "What the policy pays in a year, grants as their yearly share, over the CO₂ that the group "
        "emits less than without units.",
    ),
    ("Ramp", "Steepest rise of the net load, as the mean gradient over group.ramp_minutes."),
]

METERING = [
    (
        "Household, supplier, network",
        "What each gains in a year against the same dwellings without a plant. The supplier buys "
        "at settlement.wholesale_gbp_per_kwh and passes settlement.network_gbp_per_kwh of what it "
        "bills on to the network.",
    ),
]


def section(pairs: Sequence[tuple[str, str]]) -> Section:
    """The terms of what the page shows."""
    return Section("terms", "Terms", [Terms(pairs)])
