"""Demand: space heating, hot water and electricity of dwellings, at one minute."""
