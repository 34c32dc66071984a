"""``python -m microchp.demand.import FILE``: see :mod:`microchp.demand.survey`."""

from microchp.demand.survey import main

if __name__ == "__main__":
    raise SystemExit(main())
