"""Micro-CHP and thermal-storage studies: demand, design, operation, assessment, report.

The science of the workflow. Nothing here knows of Snakemake; every function takes
what it needs as arguments and returns or writes its result.
"""
