"""Constraints of your own: the one place to add them.

What is added here to the linopy model is what every route solves: a model with constraints of its
own is cut into day programmes as it stands, or solved whole where a constraint ties days, instead
of going by the closed form of a slice, which cannot know them. The names of variables are those
of the flows in ``designs/<scenario>.nc``; ``docs/method.md`` lists them. An example::

    export = model.variables["grid_export_kw"]
    model.add_constraints(export <= 0.5, name="own_export_limit")
"""

from __future__ import annotations

import linopy

from microchp.design.problem import Problem


def add_own_constraints(model: linopy.Model, problem: Problem) -> None:
    """Add constraints to the model of a problem; none as it comes."""
