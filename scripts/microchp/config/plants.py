"""Plants to compare: which parts may be chosen in each."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_serializer

from microchp.config.fields import Block

PartChanges = dict[str, Any] | None

DEFAULT_PLANT = "chp"
"""The plant of the papers; its scenarios carry no name of a plant in their ids."""


class PlantParts(Block):
    """Parts that may be chosen, each with changes to its block; a part left out is not there."""

    chp: PartChanges = Field(None, description="Micro-CHP units: changes to `chp`.")
    boiler: PartChanges = Field(None, description="A boiler: changes to `boiler`.")
    heat_pump: PartChanges = Field(None, description="Heat pump: changes to `heat_pump`.")
    immersion_heater: PartChanges = Field(
        None, description="Immersion heater: changes to `immersion_heater`."
    )
    pv: PartChanges = Field(None, description="Photovoltaics: changes to `pv`.")
    battery: PartChanges = Field(None, description="Battery: changes to `battery`.")
    tes: PartChanges = Field(
        None, description="Hot-water store, where `scenarios.tes` is `with`: changes to `tes`."
    )

    @field_validator("*", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        """A part that is listed with nothing to change is there all the same."""
        return {} if value is None else value

    @model_serializer
    def _present(self) -> dict[str, dict[str, Any]]:
        """What is not there is not written, so that it is not there when it is read again."""
        return self.changes

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """Changes by block, of the parts that are there."""
        return {
            name: changes
            for name in type(self).model_fields
            if (changes := getattr(self, name)) is not None
        }
