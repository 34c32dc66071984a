"""What photovoltaics yield under the weather that a demand is made with.

PVWatts (Dobos 2014) by pvlib: beam and sky onto the modules (Hay and Davies 1980), reflection at
the glass, temperature of the cells (Ross 1976), rated efficiency and losses, inverter.
"""

from __future__ import annotations

import numpy as np

from microchp.config import Pv
from microchp.demand.weather import WeatherYear, sun_by_hour
from microchp.series.timeseries import FloatArray

CELL_WARMING_K_M2_PER_W = 0.0342
"""On a sloped roof with little air behind the modules (Skoplaki et al. 2008, as pvlib has it)."""

POWER_PER_K = -0.004
"""Change of power with cell temperature: crystalline silicon, between PVWatts' standard module
(-0.0047) and its premium one (-0.0035)."""


def pv_yield_kw_per_kwp(weather: WeatherYear, pv: Pv) -> FloatArray:
    """AC power per rated power of the modules.

    The inverter takes as much as the modules are rated for, at 96 % (PVWatts' standard).

    Parameters
    ----------
    weather
        Hourly weather; the sun is that of the middle of the hour that the radiation is of.
    pv
        Orientation and losses.

    Returns
    -------
    numpy.ndarray
        kW/kWp by minute, shape ``(minutes of the year,)``, constant over each hour of radiation,
        so that its energy is kept; never negative.
    """
    import pvlib

    sun = sun_by_hour(weather.year, weather.place, weather.radiation_delay_minutes)
    orientation = {
        "surface_tilt": pv.tilt_degrees,
        "surface_azimuth": pv.azimuth_degrees,
        "solar_zenith": sun.zenith,
        "solar_azimuth": sun.azimuth,
    }
    on_modules = pvlib.irradiance.get_total_irradiance(
        **orientation,
        dni=sun.beam_normal(weather.beam_w_per_m2),
        ghi=weather.global_w_per_m2,
        dhi=weather.global_w_per_m2 - weather.beam_w_per_m2,
        dni_extra=pvlib.irradiance.get_extra_radiation(sun.time).to_numpy(),
        model="haydavies",
    )
    through_glass = pvlib.iam.physical(pvlib.irradiance.aoi(**orientation))
    cell_c = pvlib.temperature.ross(
        on_modules["poa_global"], weather.outdoor_c, k=CELL_WARMING_K_M2_PER_W
    )
    dc = pvlib.pvsystem.pvwatts_dc(
        on_modules["poa_direct"] * through_glass + on_modules["poa_diffuse"],
        cell_c,
        pdc0=1.0,
        gamma_pdc=POWER_PER_K,
    )
    ac = pvlib.inverter.pvwatts(dc * (1 - pv.system_loss_share), pdc0=1.0)
    return weather.without_delay(np.clip(np.asarray(ac, dtype=np.float64), 0.0, None))
