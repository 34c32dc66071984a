"""Recompute the bound of a certificate: ``python -m microchp.check_certificate FILE``.

Nothing of the solver, of its model or of this package is imported. A certificate holds, for each
plant that may be chosen, what a slice costs by the heat that it stores (corners of a convex curve)
and prices of stored heat; what follows is the arithmetic of docs/bound.md.
"""

from __future__ import annotations

import sys

import numpy as np


def lines_of(certificate: dict[str, np.ndarray], plant: int) -> list[tuple[float, float]]:
    """Lines under the cost of a plant (GBP/year), each by its value at no store and its slope.

    The capital of the store is in the slope, that of the plant in neither.
    """
    hours, kept = float(certificate["step_hours"]), float(certificate["kept_share"])
    loss, initial = float(certificate["loss_kw_per_kwh"]), float(certificate["initial_share"])
    tolerance, weight = float(certificate["closing_tolerance_kwh"]), certificate["day_weight"]
    stored, cost = certificate[f"stored_kw_{plant}"], certificate[f"cost_gbp_per_h_{plant}"]
    lines = []
    for p in certificate[f"price_gbp_per_kwh_{plant}"]:  # of each cut, (days, slices)
        slices = hours * (cost - p[..., None] * stored).min(axis=2).sum(axis=1)
        slope = np.minimum(0.0, p[:, :-1] - kept * p[:, 1:]).sum(axis=1)
        slope += initial * (p[:, -1] - kept * p[:, 0]) + hours * loss * p.sum(axis=1)
        falls = p[:, -1] * weight - np.append(kept * (p[:, 0] * weight)[1:], 0.0)
        at_zero = weight @ slices - tolerance * np.abs(falls).sum()
        lines.append(
            (float(at_zero), float(weight @ slope + float(certificate["store_gbp_per_kwh"])))
        )
    return lines


def bound_gbp(certificate: dict[str, np.ndarray]) -> float:
    """The bound (GBP/year) that a certificate proves for every plant and size of the store."""
    low, high = certificate["limits_kwh"]
    bounds = []
    for plant, fixed in enumerate(certificate["fixed_gbp"]):
        lines = lines_of(certificate, plant)
        # the highest of lines is least at a limit or where two of them cross
        places = {low, high} | {(c - a) / (b - d) for a, b in lines for c, d in lines if b != d}
        at = [max(a + b * x for a, b in lines) for x in places if low <= x <= high]
        bounds.append(fixed + min(at))
    return float(min(bounds))


def read(path: str) -> dict[str, np.ndarray]:
    """What a certificate holds; ends with a message where there is none."""
    try:
        with np.load(path) as file:
            return dict(file)
    except FileNotFoundError:
        sys.exit(f"{path}: there is no such file")
    except Exception:  # what is no archive of numpy fails in many ways
        sys.exit(f"{path}: not a certificate, which is an .npz of results/<run>/certificates")


def main() -> None:
    """Say what the file proves, and whether it is what it claims."""
    if len(sys.argv) != 2:
        sys.exit(
            "Name one certificate: python -m microchp.check_certificate "
            "results/<run>/certificates/<scenario>.npz"
        )
    certificate = read(sys.argv[1])
    try:
        bound, cost = bound_gbp(certificate), float(certificate["cost_gbp"])
        claimed = float(certificate["lower_bound_gbp"])
    except (KeyError, ValueError, IndexError, TypeError) as error:
        sys.exit(f"{sys.argv[1]}: not a certificate, or not a whole one ({error})")
    print(f"cost {cost:.2f}, bound recomputed {bound:.6f}, claimed {claimed:.6f} GBP/year")
    print(f"gap {(cost - bound) / max(abs(cost), 1.0):.3%}")
    if bound < claimed - 1e-6 * max(abs(claimed), 1.0):
        sys.exit("the prices do not prove the bound that is claimed")


if __name__ == "__main__":
    main()
