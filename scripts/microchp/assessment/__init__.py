"""Assessment: money, energy and CO2 of a design, and how it compares with print."""
