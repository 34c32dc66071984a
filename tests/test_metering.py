"""Metering rules: each against a case worked out by hand, and all against each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microchp.account.metering import Meter, settle
from microchp.account.parties import Household, gains
from microchp.config import Comparison, HouseholdPrices, Settlement

PRICES = HouseholdPrices()
"""0.1556 EUR/kWh from 07:00 to 22:00, 0.0837 at night, 0.0225 for what is sold."""

METER = Meter.of_rates(PRICES, 1440)

RULES = tuple(Comparison().metering)


def day(*spans: tuple[float, float, float]) -> np.ndarray:
    """A day by minute: (from hour, to hour, kW) laid over zero."""
    power = np.zeros(1440)
    for start, end, kw in spans:
        power[round(60 * start) : round(60 * end)] = kw
    return power


STEADY = day((0, 24, 1.0))
# 3 kWh at night and 18 by day, against 9 and 15 of demand
MORNING = day((6, 13, 3.0))


@pytest.mark.parametrize(
    ("rule", "bought_kwh", "sold_kwh", "cost_eur"),
    [
        # night 9 - 3 = 6 bought; day 15 - 18 = 3 sold
        ("backwards_to_annual_demand", 6, 3, 6 * 0.0837 - 3 * 0.0225),
        # the day register ends 3 kWh below where it began
        ("backwards", 3, 0, 6 * 0.0837 - 3 * 0.1556),
        # bought from 00 to 06 and 22 to 24, and from 13 to 22; 2 kW sold for 7 h
        ("separate_meters", 17, 14, 8 * 0.0837 + 9 * 0.1556 - 14 * 0.0225),
        ("half_hourly", 17, 14, 8 * 0.0837 + 9 * 0.1556 - 14 * 0.0225),
    ],
)
def test_a_day_by_hand(rule, bought_kwh, sold_kwh, cost_eur):
    settled = settle(rule, STEADY - MORNING, METER)
    assert settled.bought_kwh == pytest.approx(bought_kwh)
    assert settled.sold_kwh == pytest.approx(sold_kwh)
    assert settled.cost == pytest.approx(cost_eur)


def test_half_hours_net_what_separate_meters_do_not():
    # 10 min of 3 kW in a half-hour of 1 kW: 0.33 kWh sold and 0.33 bought instant by instant
    burst = day((12, 12 + 1 / 6, 3.0))
    separate = settle("separate_meters", STEADY - burst, METER)
    netted = settle("half_hourly", STEADY - burst, METER)
    assert separate.sold_kwh == pytest.approx(2 / 6)
    assert separate.bought_kwh == pytest.approx(24 - 1 / 6)
    assert netted.sold_kwh == 0
    assert netted.bought_kwh == pytest.approx(24 - 3 / 6)


def test_the_registers_of_day_and_night_do_not_net_over_the_year():
    at_night = day((0, 6, 4.0))  # 24 kWh, as much as the demand of the day
    settled = settle("backwards_to_annual_demand", STEADY - at_night, METER)
    assert settled.bought_kwh == pytest.approx(15)
    assert settled.sold_kwh == pytest.approx(15)
    all_day = [{"start": "00:00", "end": "24:00"}]
    one = HouseholdPrices.model_validate(
        {"rates": {"all": {"price_eur_per_kwh": 0.1, "periods": all_day}}}
    )
    assert settle(
        "backwards_to_annual_demand", STEADY - at_night, Meter.of_rates(one, 1440)
    ).cost == pytest.approx(0)


@pytest.mark.parametrize("rule", RULES)
def test_without_a_unit_every_rule_charges_the_demand(rule):
    settled = settle(rule, STEADY, METER)
    assert settled.cost == pytest.approx(15 * 0.1556 + 9 * 0.0837)
    assert (settled.bought_kwh, settled.sold_kwh) == pytest.approx((24, 0))


def test_every_minute_counts_on_one_register():
    meter = Meter.of_rates(PRICES, 3 * 1440)
    assert meter.by_register(np.ones(3 * 1440)).tolist() == [3 * 15 * 60, 3 * 9 * 60]


def test_a_register_for_each_price_of_a_tariff():
    """The same rates as prices of a tariff, with a sale price that changes, over a year of days
    that stand for others."""
    buying = np.tile(METER.price_per_kwh[METER.register], 2)
    selling = np.tile(np.where(np.arange(1440) < 720, 0.01, 0.03), 2)
    meter = Meter.of_prices(buying, selling)
    weight = np.repeat([2.0, 1.0], 1440)
    net = np.concatenate([STEADY - MORNING, STEADY])
    separate = settle("separate_meters", net, meter, weight)
    # 2 kW sold from 6 to 12 and from 12 to 13, on two days
    assert separate.sold_income == pytest.approx(2 * (12 * 0.01 + 2 * 0.03))
    assert separate.bought_kwh == pytest.approx(2 * 17 + 24)
    annual = settle("backwards_to_annual_demand", net, meter, weight)
    # night: 2 x 6 + 9 bought; day: 15 bought, 2 x 3 taken off
    assert annual.bought_cost == pytest.approx((2 * 6 + 9) * 0.0837 + (15 - 6) * 0.1556)
    alone = settle(
        "backwards_to_annual_demand",
        STEADY - MORNING,
        Meter.of_prices(buying[:1440], selling[:1440]),
    )
    # 3 kWh of the day's register, at the mean over its 5 h before noon and 10 after
    assert alone.sold_income == pytest.approx(3 * (5 * 0.01 + 10 * 0.03) / 15)


@given(
    demand=st.lists(st.floats(0, 10), min_size=48, max_size=48),
    generation=st.lists(st.floats(0, 10), min_size=48, max_size=48),
    sale=st.floats(0, 0.08),
)
def test_netting_over_a_longer_time_never_costs_a_household_more(demand, generation, sale):
    # 20-min steps, so that half-hours net too; the day is repeated to fill two
    demand_kw = np.tile(np.repeat(demand, 20), 3)
    generation_kw = np.tile(np.repeat(generation, 20), 3)
    prices = PRICES.model_copy(update={"sale_eur_per_kwh": sale})
    meter = Meter.of_rates(prices, len(demand_kw))
    settled = [settle(rule, demand_kw - generation_kw, meter) for rule in RULES]
    for each in settled:  # what is bought less what is sold is the net demand by every rule
        net_kwh = (demand_kw - generation_kw).sum() / 60
        assert each.bought_kwh - each.sold_kwh == pytest.approx(net_kwh, abs=1e-6)
    to_demand, without_limit, separate, by_half_hour = (each.cost for each in settled)
    assert without_limit <= to_demand + 1e-9
    assert to_demand <= by_half_hour + 1e-9
    assert by_half_hour <= separate + 1e-9


PRICED = Settlement(wholesale_gbp_per_kwh=0.05, network_gbp_per_kwh=0.03)


def household(demand_kw: np.ndarray, generation_kw: np.ndarray, paid: float) -> Household:
    days = len(demand_kw) // 1440
    buying = np.tile(METER.price_per_kwh[METER.register], days)
    meter = Meter.of_prices(buying, np.full(len(buying), 0.02 + paid))
    bau = Meter.of_prices(buying, np.zeros(len(buying)))
    return Household(demand_kw, demand_kw - generation_kw, meter, bau, np.ones(1), paid)


def test_who_gains_by_hand() -> None:
    """17 of 24 kWh still bought, 14 sold at 2 p of the tariff and 5 p of the policy."""
    found = gains(household(STEADY, MORNING, 0.05), "separate_meters", PRICED)
    bill = 15 * 0.1556 + 9 * 0.0837
    after = 8 * 0.0837 + 9 * 0.1556
    assert found.household_gbp == pytest.approx(bill - after + 14 * 0.07)
    assert found.policy_gbp == pytest.approx(-14 * 0.05)
    assert found.network_gbp == pytest.approx(-0.03 * 7)
    # the supplier loses bills and pays for export, needs 21 kWh less and passes on 7 less
    assert found.supplier_gbp == pytest.approx(after - bill - 14 * 0.02 + 21 * 0.05 + 7 * 0.03)
    assert found.value_gbp == pytest.approx(21 * 0.05)


@given(
    demand=st.lists(st.floats(0, 10), min_size=48, max_size=48),
    generation=st.lists(st.floats(0, 10), min_size=48, max_size=48),
    paid=st.floats(0, 0.2),
)
def test_a_meter_moves_worth_and_makes_none(demand, generation, paid):
    """All that the parties gain is the wholesale value, by every rule."""
    demand_kw = np.repeat(demand, 30)
    generation_kw = np.repeat(generation, 30)
    for rule in RULES:
        found = gains(household(demand_kw, generation_kw, paid), rule, PRICED)
        parties = found.household_gbp + found.supplier_gbp + found.network_gbp + found.policy_gbp
        assert parties == pytest.approx(0.05 * generation_kw.sum() / 60, abs=1e-9)
        assert found.value_gbp == pytest.approx(parties, abs=1e-9)
