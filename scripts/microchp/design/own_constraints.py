"""Constraints of your own: the one place to add them.

What is added here to the linopy model holds on every route. A model with constraints of its own
does not go by the closed form of a slice, which cannot know them: its days are cut out of the
model as it stands, or, where a constraint ties days or adds decisions that are no day's, it is
solved whole. The check of the solution evaluates them as well.

Write them with ``flows``: in one form of the model a flow is one variable, in another the sum of
its copies in several modes. An example::

    model.add_constraints(flows["grid_export_kw"] <= 0.5, name="own_export_limit")

Names of flows are those of ``designs/<scenario>.nc``, each over the dimensions ``day`` and
``slice``; ``docs/method.md`` lists them. Sizes are variables: ``model.variables["tes_size_kwh"]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import linopy

from microchp.design.problem import Problem


def add_own_constraints(model: linopy.Model, flows: Mapping[str, Any], problem: Problem) -> None:
    """Add constraints to the model of a problem; none as it comes.

    Parameters
    ----------
    model
        The model, complete. It may be of some days of the problem only.
    flows
        Every flow by name, a linear expression or variable over ``(day, slice)``.
    problem
        Demand, prices and choices.
    """
