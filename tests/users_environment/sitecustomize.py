"""Hides modules from a Python that starts with this folder on its path.

So a test runs the workflow in the environment of ``make run``, though tools of tests lie beside it.
"""

import os
import sys
from importlib.abc import MetaPathFinder

HIDDEN = frozenset(os.environ.get("HIDDEN_MODULES", "").split())


class Hide(MetaPathFinder):
    """Finds no hidden module."""

    def find_spec(self, fullname, path=None, target=None):
        """Fail for a hidden module; leave all others to those who find them."""
        if fullname.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named '{fullname}'", name=fullname)


sys.meta_path.insert(0, Hide())
