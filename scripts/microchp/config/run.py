"""Name, seed and papers of a run."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from microchp.config.fields import RUN_NAME_PATTERN, Block

Paper = Literal["oluleye2017", "oluleye2018", "peacock2006", "depaepe2006"]


PAPERS: tuple[Paper, ...] = get_args(Paper)
"""Papers whose numbers are in ``resources/published``."""


TAKEN = ("reproduction",)
"""Folders of ``results/`` that the workflow itself writes to, without regard to case."""


class Run(Block):
    """Name and seed of a run."""

    name: Annotated[str, Field(pattern=RUN_NAME_PATTERN, max_length=100)] = Field(
        "default", description="Name of the run; everything is written under `results/<name>/`."
    )

    @field_validator("name")
    @classmethod
    def _not_taken(cls, name: str) -> str:
        if name.lower() in TAKEN:
            raise ValueError(f"'{name}' is where `make reproduce` writes; give it another name")
        return name

    seed: int = Field(
        1,
        ge=0,
        le=10**12,
        description="Seed of every random draw; the same seed gives the same result.",
    )
    note: str = Field(
        "", description="What a reader must know of this run, shown at the top of its report."
    )
    compare_with: list[Paper] = Field(
        [],
        description=(
            "Papers whose published numbers (`resources/published/`) the run is compared with, in "
            "`published.csv`."
        ),
    )
