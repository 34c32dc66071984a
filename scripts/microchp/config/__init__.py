"""The configuration: the one source of defaults, of the JSON schema and of the reference table.

Every block is a frozen pydantic model that refuses unknown keys; every quantity carries its
unit in its name. ``load_config`` merges a user's YAML onto these defaults and onto the
catalogues in ``resources/``, and reports all mistakes at once.
"""

from microchp.config.bills import Bills
from microchp.config.boiler import Boiler, NewBoiler
from microchp.config.chp import Chp, ChpUnit, LoadPoint, PrimeMover
from microchp.config.comparison import (
    CentralPlant,
    Comparison,
    CondensingBoiler,
    HouseholdPrices,
    MarginalCase,
    Metering,
    Rate,
    ReferenceBoiler,
    UnitCost,
)
from microchp.config.control import Control, Forecast, Network
from microchp.config.demand import Demand, Diversity, FilePolicy, Vdi4655, Weather
from microchp.config.demand_file import DemandFile
from microchp.config.emissions import Emissions
from microchp.config.fields import (
    COUNTRY_PATTERN,
    DEAR_EUR_PER_KWH,
    DEAR_GBP_PER_KWH,
    DEAR_MEAN_GBP_PER_KWH,
    LOOKS_LIKE_PENCE,
    NAME_PATTERN,
    PATTERNS,
    RUN_NAME_PATTERN,
    Block,
    Clock,
    ClockPeriod,
    DayPeriod,
    Efficiency,
    Name,
    NonNegative,
    PaidPrice,
    Positive,
    Price,
    PriceInEuros,
    Share,
    minute_of_day,
)
from microchp.config.finance import Annualisation, Finance
from microchp.config.grid import OPTIMAL, FixedDesign, Scenarios
from microchp.config.house import (
    Building,
    Cylinder,
    DrawCategory,
    Electricity,
    Heating,
    HeatingPeriod,
    HotWater,
    House,
    Retrofit,
)
from microchp.config.incentive import Incentive
from microchp.config.load import (
    CATALOGUES,
    NOT_VARIED,
    VARIANT_BLOCKS,
    changes_demand,
    load_catalogues,
    load_config,
    plant_config,
    sampled_config,
    variant_config,
)
from microchp.config.market import NewestMarket, country_name, newest_market, pounds_words
from microchp.config.operation import Group, HouseWithUnit, Operation
from microchp.config.parts import (
    Battery,
    GridConnection,
    HeatPump,
    HeatPumpModel,
    ImmersionHeater,
    Pv,
)
from microchp.config.plants import DEFAULT_PLANT, PlantParts
from microchp.config.root import Config
from microchp.config.run import PAPERS, Paper, Run
from microchp.config.series_file import SeriesFile
from microchp.config.settlement import Settlement
from microchp.config.solve import Solve
from microchp.config.sweep import SampledInput, Sweep
from microchp.config.tariff import COUNTRY_TODAY, MARKET_TODAY, PricePeriod, Tariff
from microchp.config.tes import Tes
from microchp.config.time import Time
from microchp.config.yaml_file import check_config_files, merge, read_yaml_file

__all__ = [
    "CATALOGUES",
    "COUNTRY_PATTERN",
    "COUNTRY_TODAY",
    "DEAR_EUR_PER_KWH",
    "DEAR_GBP_PER_KWH",
    "DEAR_MEAN_GBP_PER_KWH",
    "DEFAULT_PLANT",
    "LOOKS_LIKE_PENCE",
    "MARKET_TODAY",
    "NAME_PATTERN",
    "NOT_VARIED",
    "OPTIMAL",
    "PAPERS",
    "PATTERNS",
    "RUN_NAME_PATTERN",
    "VARIANT_BLOCKS",
    "Annualisation",
    "Battery",
    "Bills",
    "Block",
    "Boiler",
    "Building",
    "CentralPlant",
    "Chp",
    "ChpUnit",
    "Clock",
    "ClockPeriod",
    "Comparison",
    "CondensingBoiler",
    "Config",
    "Control",
    "Cylinder",
    "DayPeriod",
    "Demand",
    "DemandFile",
    "Diversity",
    "DrawCategory",
    "Efficiency",
    "Electricity",
    "Emissions",
    "FilePolicy",
    "Finance",
    "FixedDesign",
    "Forecast",
    "GridConnection",
    "Group",
    "HeatPump",
    "HeatPumpModel",
    "Heating",
    "HeatingPeriod",
    "HotWater",
    "House",
    "HouseWithUnit",
    "HouseholdPrices",
    "ImmersionHeater",
    "Incentive",
    "LoadPoint",
    "MarginalCase",
    "Metering",
    "Name",
    "Network",
    "NewBoiler",
    "NewestMarket",
    "NonNegative",
    "Operation",
    "PaidPrice",
    "Paper",
    "PlantParts",
    "Positive",
    "Price",
    "PriceInEuros",
    "PricePeriod",
    "PrimeMover",
    "Pv",
    "Rate",
    "ReferenceBoiler",
    "Retrofit",
    "Run",
    "SampledInput",
    "Scenarios",
    "SeriesFile",
    "Settlement",
    "Share",
    "Solve",
    "Sweep",
    "Tariff",
    "Tes",
    "Time",
    "UnitCost",
    "Vdi4655",
    "Weather",
    "changes_demand",
    "check_config_files",
    "country_name",
    "load_catalogues",
    "load_config",
    "merge",
    "minute_of_day",
    "newest_market",
    "plant_config",
    "pounds_words",
    "read_yaml_file",
    "sampled_config",
    "variant_config",
]
