"""What a dwelling's heat does in one step, whoever decided the set points.

Controllers say what the makers of heat are to give; the demand is what it is. Heat that is not
demanded charges the store as far as there is room; a demand that the makers do not meet is met from
the store, and then by more of the boiler. A store at its lower set point is kept there: what it
loses standing is made up for, as the level of a design never falls below nought.
"""

from __future__ import annotations

from typing import NamedTuple

import numba


class Tank(NamedTuple):
    """A store of heat: size (kWh), standing loss, efficiencies.

    The loss is ``loss_kw + loss_per_hour * level``. ``keeps_floor`` says whether what it loses at
    its lower set point is made up for; the heat-led loop by the minute lets it cool.
    """

    size_kwh: float
    loss_kw: float
    loss_per_hour: float
    charge_efficiency: float
    discharge_efficiency: float
    keeps_floor: bool = True


class SetPoints(NamedTuple):
    """What a controller asks for in a step, kW of heat.

    ``unit_kw`` is that of the leading unit, ``others_kw`` that of all others at least.
    """

    unit_kw: float
    others_kw: float


class Flows(NamedTuple):
    """Heat in a step (kW), and the level at its end (kWh).

    ``unit_kw`` and ``others_kw`` are what was made; ``surplus_kw`` is what nothing took.
    """

    unit_kw: float
    others_kw: float
    charge_kw: float
    discharge_kw: float
    surplus_kw: float
    level_kwh: float


@numba.njit(cache=True, nogil=True)
def limits(level_kwh: float, tank: Tank, step_hours: float) -> tuple[float, float, float]:
    """Most that the store takes and gives in a step, and what it must be given (kW)."""
    if tank.size_kwh <= 0.0:
        return 0.0, 0.0, 0.0
    loss = tank.loss_kw + tank.loss_per_hour * level_kwh
    room = max(0.0, (tank.size_kwh - level_kwh) / step_hours + loss) / tank.charge_efficiency
    left = level_kwh / step_hours - loss
    if left >= 0.0:
        return room, left * tank.discharge_efficiency, 0.0
    must = -left / tank.charge_efficiency if tank.keeps_floor else 0.0
    return room, 0.0, must


@numba.njit(cache=True, nogil=True)
def step(
    level_kwh: float, asked: SetPoints, demand_kw: float, tank: Tank, step_hours: float
) -> Flows:
    """What becomes of set points against the heat demand that really is.

    Parameters
    ----------
    level_kwh
        Level at the start.
    asked
        Set points.
    demand_kw
        Space heating and hot water.
    tank
        The store.
    step_hours
        Length of the step.
    """
    room, available, must = limits(level_kwh, tank, step_hours)
    made = asked.unit_kw + asked.others_kw
    direct = min(made, demand_kw)
    charge = min(made - direct, room)
    discharge = min(demand_kw - direct, available)
    lacking = demand_kw - direct - discharge + max(0.0, must - charge)
    charge = max(charge, must)
    level = level_kwh
    if tank.size_kwh > 0.0:
        loss = tank.loss_kw + tank.loss_per_hour * level_kwh
        gained = tank.charge_efficiency * charge - discharge / tank.discharge_efficiency
        level += step_hours * (gained - loss)
        if tank.keeps_floor:
            level = min(max(level, 0.0), tank.size_kwh)  # rounding
    surplus = made + lacking + discharge - demand_kw - charge
    return Flows(
        asked.unit_kw, asked.others_kw + lacking, charge, discharge, max(surplus, 0.0), level
    )
