"""Random days of one person with several computers; all agree in the end, and nothing is lost."""

from __future__ import annotations

import os

import pytest

from simulation.sharing import DAYS, SeveralComputers

FIRST_SEED = int(os.environ.get("SIMULATE_FROM", "0"))
SEEDS = int(os.environ.get("SIMULATE_COMPUTERS_SEEDS", "4"))
FAILED_ONCE = (509, 818, 7099, 8103)
"""Seeds that found a fault of nightcare or of the simulation; they are always run."""


@pytest.mark.parametrize("seed", sorted({*FAILED_ONCE, *range(FIRST_SEED, FIRST_SEED + SEEDS)}))
def test_all_computers_agree_after_random_days(seed: int) -> None:
    """Cuts, skew, duplicates, a broker that was wiped or restored, undo, lost journals, erasure."""
    SeveralComputers(seed).live(DAYS)
