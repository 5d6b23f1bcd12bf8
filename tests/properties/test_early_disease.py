"""Before there is a tumour in bone: cells that settle, sleep and wake."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.properties.courses import YEAR, host, patient, woman
from tests.properties.order import falls_always, higher_at_every_time, lower_at_every_time, rises_always

YEARS = tuple(YEAR * year for year in (0, 0.25, 0.5, 1, 2, 3, 5))
DENOSUMAB = "denosumab 60 mg sc q6mo"


def settling(**changes: float) -> pd.DataFrame:
    """A woman of whose primary one cell, with RANK, would have settled in bone."""
    return host("human", days=YEARS[:5], **{"tumour_cells_at_surgery": 1.0, "tumour_RANK": 1.5, **changes})


def test_the_more_rank_on_the_primary_the_more_cells_settle_in_bone() -> None:
    assert higher_at_every_time([settling(tumour_RANK=rank) for rank in (0.0, 0.5, 1.5, 4.5)], "tumour_settled")


def test_the_more_rankl_in_a_woman_the_more_cells_settle_and_the_sooner_they_wake() -> None:
    runs = [settling(slot_RANKL_gene=level) for level in (0.5, 1.0, 1.5)]
    assert higher_at_every_time(runs, "tumour_settled")
    assert higher_at_every_time(runs, "niche_woken")


def test_a_woman_who_loses_estrogen_wakes_more_of_what_sleeps() -> None:
    runs = [host("human", days=YEARS, slot_estrogen=level) for level in (1.0, 0.3, 0.0)]
    assert higher_at_every_time(runs, "niche_woken")
    assert lower_at_every_time(runs, "niche_cell")


@pytest.mark.parametrize("drug", [DENOSUMAB, "zoledronic-acid 4 mg iv q6mo", "alendronate 70 mg oral qw"])
def test_what_holds_back_resorption_lets_more_sleep(drug: str) -> None:
    runs = [woman(days=YEARS), woman(drug, days=YEARS)]
    assert lower_at_every_time(runs, "niche_woken")
    assert higher_at_every_time(runs, "niche_cell")


def test_the_earlier_denosumab_begins_the_fewer_cells_have_woken() -> None:
    runs = [woman(days=YEARS), *(woman(f"{DENOSUMAB} from {start} d", days=YEARS) for start in (700, 300, 0))]
    assert lower_at_every_time(runs, "niche_woken", skip=5)


def test_a_cell_that_sleeps_wakes_or_is_lost_and_never_sleeps_again() -> None:
    run = woman(days=YEARS)
    assert falls_always(run["niche_cell"])
    assert rises_always(run["niche_woken"])
    assert (run["niche_cell"] + run["niche_woken"]).between(0, 1 + 1e-9).all()


def test_a_tumour_in_bone_sheds_the_more_into_soft_tissue_the_larger_it_is() -> None:
    assert higher_at_every_time([patient(seed_bone=seed) for seed in (0.003, 0.03, 0.1)], "tumour_soft_tissue")


def test_a_primary_that_is_taken_out_early_leaves_less_in_bone() -> None:
    """By its size when it is taken out, from which it shed until then."""
    runs = [
        host("mouse", "mda-mb-231", days=(0.0, 10.0, 20.0, 30.0), seed_circulating=0.0, seed_primary=size)
        for size in (0.0, 1e-4, 1e-3)
    ]
    assert higher_at_every_time(runs, "tumour")
