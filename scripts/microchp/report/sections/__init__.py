"""Sections of the page, a module each: results in, a section out, or none where there are none."""
