"""Parts of a plant beside unit, boiler and hot-water store: heat pump, PV, battery, connection."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from microchp.config.fields import (
    Block,
    Cost,
    CostPerKw,
    CostPerKwh,
    Efficiency,
    Name,
    PaidPrice,
    PlainText,
    Power,
    Priced,
    Share,
    StoreSize,
    UnitSize,
)

PV_YIELD_KEYS = ("tilt_degrees", "azimuth_degrees", "system_loss_share")
"""Keys of ``pv`` that the yield per kWp follows from, which is made once with the demand."""

Temperature = Annotated[float, Field(ge=-40, le=100)]


class NewPart(Priced):
    """A part whose defaults are the figures of an entry of ``resources/parts.yaml``."""

    prices: Name = Field(
        "uk_2025",
        description=(
            "Entry of `resources/parts.yaml` for this part, whose figures hold where the block "
            "gives none of its own."
        ),
    )
    year: int = Field(2025, ge=1990, le=2100, description="Year of the costs.")
    source: PlainText = Field(
        "", description="Where the costs come from; empty: as that entry says."
    )


class HeatPumpModel(Block):
    """A type of heat pump: COP and power, planes over source and flow temperature."""

    heat_source: Literal["outdoor_air", "ground"] = Field(
        "outdoor_air",
        description=(
            "What the heat is taken from. `ground`: brine, whose temperature follows from the mean "
            "of the day outdoors; it stands for the outdoor temperature in the planes below."
        ),
    )
    control: Literal["regulated", "on_off"] = Field(
        description="`regulated`: an inverter, which runs at part load. `on_off`: one speed."
    )
    cop_constant: Annotated[float, Field(gt=0, le=30)] = Field(
        description="COP at 0 °C outdoors and 0 °C of flow."
    )
    cop_per_outdoor_k: Annotated[float, Field(ge=-2, le=2)] = Field(
        description="Change of COP per K of outdoor temperature."
    )
    cop_per_flow_k: Annotated[float, Field(ge=-2, le=2)] = Field(
        description="Change of COP per K of flow temperature."
    )
    power_constant: Annotated[float, Field(ge=-5, le=5)] = Field(
        1.0,
        description=(
            "Electrical power at full load, at 0 °C outdoors and 0 °C of flow, as a share of the "
            "power at -7 °C and 52 °C. An inverter's does not depend on the temperatures."
        ),
    )
    power_per_outdoor_k: Annotated[float, Field(ge=-2, le=2)] = Field(
        0.0, description="Change of it per K of outdoor temperature."
    )
    power_per_flow_k: Annotated[float, Field(ge=-2, le=2)] = Field(
        0.0, description="Change of it per K of flow temperature."
    )
    min_load_share: Share = Field(
        description="Least heat while running, over the most heat at the same temperatures."
    )
    year: int = Field(description="Year of the measurements.")
    source: PlainText = Field(description="Where the figures come from.")


class HeatPump(NewPart):
    """Heat pump for space heating and hot water; the costs are those of an air-source one."""

    sizes_kw: list[UnitSize] = Field(
        [0, 4, 6, 8, 10, 12],
        min_length=1,
        description=(
            "Sizes to choose from: heat at the rated temperatures, which is not the figure of the "
            "name plate (at 7 °C outdoors); 0 means none."
        ),
    )
    model: Name = Field(
        "generic_regulated", description="Type of heat pump, from `resources/heat_pumps.yaml`."
    )
    rated_outdoor_temperature_c: Temperature = Field(
        -7.0, description="Outdoor temperature of the rated heat."
    )
    rated_flow_temperature_c: Temperature = Field(
        52.0, description="Flow temperature of the rated heat."
    )
    min_load_share: Share | None = Field(
        None,
        description=(
            "Least heat while running, over the most heat at the same temperatures. Empty: as the "
            "type has it."
        ),
    )
    cop_factor: Annotated[float, Field(gt=0, le=2)] = Field(
        0.83,
        description=(
            "Factor on the laboratory's COP, for pump, standby, starts and settings in the field. "
            "With radiators at 50 °C in the default weather the laboratory's heat pump reaches 4.1 "
            "over the year; 77 in German houses reach 3.4 on average (air source, Fraunhofer ISE, "
            "WP-QS im Bestand, 2025), 742 in British ones 2.9 (Electrification of Heat, 2024)."
        ),
    )
    max_heat_share: Annotated[float, Field(gt=0, le=10)] = Field(
        1.0,
        description=(
            "Most heat over rated heat that an inverter gives in mild weather; where it is cold, "
            "the compressor's power allows less. A heat pump of one speed knows no such limit."
        ),
    )
    flow_temperature_c: Temperature = Field(
        50.0, description="Flow of the heating system at the design outdoor temperature."
    )
    design_outdoor_temperature_c: Temperature = Field(
        -10.0, description="Design outdoor temperature: the cold end of the heating curve."
    )
    indoor_temperature_c: Temperature = Field(
        20.0,
        description="Room temperature: the warm end of the heating curve, where flow meets it.",
    )
    emitter: Literal["radiator", "floor"] = Field(
        "radiator", description="Bends the heating curve: exponent 1.3 (`radiator`) or 1.1."
    )
    hot_water_temperature_c: Temperature = Field(55.0, description="Flow for hot water.")
    capital_cost_gbp: Cost = Field(
        5000.0, description="Installed cost whatever the size, hot-water store apart."
    )
    capital_cost_gbp_per_kw: CostPerKw = Field(
        800.0, description="Installed cost per kW of rated heat, on top."
    )
    maintenance_gbp_per_year: Cost = Field(200.0, description="Yearly service, whatever the size.")
    lifetime_years: int = Field(20, ge=1, le=100, description="Years of service.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.design_outdoor_temperature_c >= self.indoor_temperature_c:
            raise ValueError(
                f"design_outdoor_temperature_c ({self.design_outdoor_temperature_c:g}) must be "
                f"below indoor_temperature_c ({self.indoor_temperature_c:g})"
            )
        if self.flow_temperature_c <= self.indoor_temperature_c:
            raise ValueError(
                f"flow_temperature_c ({self.flow_temperature_c:g}) must be above "
                f"indoor_temperature_c ({self.indoor_temperature_c:g})"
            )
        return self


class Pv(NewPart):
    """Photovoltaics on the roof."""

    min_kwp: UnitSize = Field(0.0, description="Smallest rated power allowed.")
    max_kwp: UnitSize = Field(4.0, description="Largest rated power that the roof takes.")
    tilt_degrees: Annotated[float, Field(ge=0, le=90)] = Field(
        35.0, description="Tilt of the modules; 0 lies flat, 90 is a wall."
    )
    azimuth_degrees: Annotated[float, Field(ge=0, lt=360)] = Field(
        180.0, description="Where the modules look, clockwise from north: 180 is south, 270 west."
    )
    system_loss_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.14,
        description=(
            "Share of the modules' power lost to dirt, shade, wiring, mismatch and ageing "
            "(PVWatts); the inverter's loss comes on top."
        ),
    )
    capital_cost_gbp_per_kwp: CostPerKw = Field(
        1800.0, description="Installed cost, inverter included."
    )
    maintenance_gbp_per_kwp_per_year: CostPerKw = Field(
        20.0, description="Yearly upkeep, a new inverter within the life included."
    )
    degradation_share_per_year: Share = Field(
        0.005, description="Yield lost from year to year, as a share of the first year's."
    )
    lifetime_years: int = Field(25, ge=1, le=100, description="Years of service.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_kwp > self.max_kwp:
            raise ValueError("min_kwp must not be above max_kwp")
        return self


class Battery(NewPart):
    """Battery behind the meter."""

    min_kwh: StoreSize = Field(0.0, description="Smallest usable capacity allowed.")
    max_kwh: StoreSize = Field(10.0, description="Largest usable capacity.")
    power_kw_per_kwh: Annotated[float, Field(gt=0, le=20)] = Field(
        0.5, description="Most charging and discharging power per kWh of capacity."
    )
    charge_efficiency: Efficiency = Field(0.95, description="Stored over put in, AC side.")
    discharge_efficiency: Efficiency = Field(0.95, description="Given over taken out, AC side.")
    loss_share_per_day: Share = Field(
        0.0, description="Standing loss in a day as a share of the capacity."
    )
    initial_share: Share = Field(
        0.0,
        description="Level at midnight as a share of the capacity, where a day closes on itself.",
    )
    cycle_cost_gbp_per_kwh: PaidPrice = Field(
        0.0, description="Wear per kWh discharged, beside the life in years."
    )
    capital_cost_gbp_per_kwh: CostPerKwh = Field(
        600.0, description="Installed cost per kWh of usable capacity, inverter included."
    )
    lifetime_years: int = Field(15, ge=1, le=100, description="Years of service.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_kwh > self.max_kwh:
            raise ValueError("min_kwh must not be above max_kwh")
        return self


class ImmersionHeater(NewPart):
    """Electric heater in the hot-water store."""

    max_kw: UnitSize = Field(3.0, description="Largest power.")
    efficiency: Efficiency = Field(1.0, description="Heat out over electricity in.")
    capital_cost_gbp_per_kw: CostPerKw = Field(60.0, description="Installed cost.")
    lifetime_years: int = Field(15, ge=1, le=100, description="Years of service.")


class GridConnection(Block):
    """What the connection to the network takes and gives."""

    max_import_kw: Power | None = Field(
        None, description="Most power taken from the network; empty: no limit."
    )
    max_export_kw: Power | None = Field(
        None,
        description=(
            "Most power given to the network; empty: no limit. 16 A on one phase is 3.68 kW "
            "(United Kingdom, G98)."
        ),
    )
