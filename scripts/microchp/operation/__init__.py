"""Heat-led operation of dwellings, and groups of them behind one transformer."""
