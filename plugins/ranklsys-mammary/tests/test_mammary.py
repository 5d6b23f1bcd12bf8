"""The mammary gland of the mouse: it grows by RANKL and RANK, gives milk from birth to weaning, and involutes."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
import ranklsys_mammary

import ranklsys as rk
from ranklsys import CompositionError, registry
from ranklsys.testing import assert_sound

GLAND = "mammary_gland__"
ALVEOLI, MILK, UNBOUND = (f"{GLAND}{name}" for name in ("alveoli", "milk", "unbound_share"))
BIRTH, WEANING = 19.5, 40.5


@cache
def _model(*parts: str) -> rk.Model:
    return rk.compose("mouse", "mammary-gland", *parts)


def gland(*parts: str, doses: str = "", **changes: float) -> pd.DataFrame:
    model = _model(*parts).set(changes)
    columns = [ALVEOLI, MILK, UNBOUND, f"{GLAND}RANK_signal", f"{GLAND}PTHrP_secreted", "bone_volume", "calcium"]
    return model.simulate("70 d", points=141, doses=doses or (), columns=columns)


def lost(run: pd.DataFrame) -> float:
    """Return the share of bone that is lost from birth to weaning."""
    return float(1 - run["bone_volume"].loc[WEANING] / run["bone_volume"].loc[BIRTH])


SIBLINGS = {"mammary-gland": ("rank-knockout", "opg-fc"), "breast": ("denosumab",), "brca1-carrier": ("menopause",)}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, marks=[pytest.mark.thorough] if part.id != "mammary-gland" else [], id=part.id)
        for part in ranklsys_mammary.register_parts()
    ],
)
def test_a_gland_is_sound(part: rk.Part) -> None:
    assert_sound(part, siblings=[registry().part(other) for other in SIBLINGS[part.id]])


def test_milk_flows_from_birth_to_weaning_only() -> None:
    milk = gland()[MILK]
    assert (milk.loc[: BIRTH - 0.5] == 0).all()
    assert (milk.loc[BIRTH + 0.5 : WEANING - 0.5] > 0.9).all()
    assert (milk.loc[WEANING + 0.5 :] == 0).all()


def test_alveoli_grow_in_pregnancy_stay_and_involute_within_two_weeks_of_weaning() -> None:
    alveoli = gland()[ALVEOLI]
    assert alveoli.loc[:BIRTH].is_monotonic_increasing
    assert alveoli.loc[WEANING - 0.5] == pytest.approx(alveoli.loc[BIRTH + 0.5], abs=0.02)
    assert alveoli.loc[WEANING + 14] < 0.01


@pytest.mark.thorough
@pytest.mark.parametrize("gene", ["rankl", "rank"])
def test_without_rankl_or_rank_there_are_neither_alveoli_nor_milk(gene: str) -> None:
    """Fata 2000."""
    assert (gland(f"{gene}-knockout")[[ALVEOLI, MILK]] == 0).all(axis=None)


def test_half_of_the_gene_makes_a_smaller_gland() -> None:
    whole, none = (gland(*parts)[ALVEOLI].loc[BIRTH] for parts in ((), ("rank-knockout",)))
    halved = gland("rank-knockout", rank_knockout__left=0.5)[ALVEOLI].loc[BIRTH]
    assert none == 0 < halved < whole


def test_without_progesterone_or_prolactin_of_pregnancy_alveoli_do_not_grow() -> None:
    whole = gland()[ALVEOLI].loc[BIRTH]
    rest = {"progesterone_pregnancy": 0.0, "prolactin_pregnancy": 0.0}
    for name, level in rest.items():
        assert gland(**{f"{GLAND}{name}": level})[ALVEOLI].loc[BIRTH] < 0.3 * whole, name


def test_rankl_of_the_gland_is_free_before_anything_binds_it() -> None:
    assert gland()[UNBOUND].loc[: BIRTH - 0.5].to_numpy() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.thorough
def test_the_more_opg_fc_the_fewer_alveoli() -> None:
    alveoli = [gland("opg-fc", doses=f"opg-fc {dose} mg/kg sc q2d x 10")[ALVEOLI].loc[BIRTH] for dose in (0.1, 1, 10)]
    assert alveoli[0] > 0.9
    assert 0.9 > alveoli[1] > 0.1
    assert alveoli[2] < 0.01


def test_opg_fc_that_saturates_silences_rank_of_the_gland_and_spares_the_cost_of_milk() -> None:
    run = gland("opg-fc", doses="opg-fc 10 mg/kg sc q2d x 10")
    assert run[f"{GLAND}RANK_signal"].loc[1:BIRTH].max() < 0.05
    assert run[f"{GLAND}PTHrP_secreted"].max() < 0.01


def test_denosumab_blocks_the_gland_of_a_mouse_with_human_rankl() -> None:
    run = gland("humanised-rankl", "denosumab", doses="denosumab 5 mg/kg sc biw x 6")
    assert run[ALVEOLI].loc[BIRTH] < 0.01


def test_opg_of_marrow_that_is_doubled_binds_rankl_of_the_gland_too() -> None:
    """The gland sees whatever binds RANKL, not one drug."""
    run = gland(slot_OPG_production=10.0)
    assert run[UNBOUND].loc[10] < 0.5


def test_lactation_takes_bone_and_weaning_gives_it_back() -> None:
    run = gland()
    assert 0.15 < lost(run) < 0.45
    assert 1 - run["bone_volume"].loc[WEANING + 28] < lost(run) / 2
    assert (run["calcium"] / run["calcium"].iloc[0] - 1).abs().max() < 0.1


@pytest.mark.thorough
@pytest.mark.parametrize("cause", ["PTHrP_of_milk", "estrogen_suppression", "calcium_of_milk"])
def test_each_cause_takes_part_in_the_loss(cause: str) -> None:
    """VanHouten 2003 (both), Ardeshirpour 2010: PTHrP of the gland and low estrogen; and calcium itself."""
    whole, without = lost(gland()), lost(gland(**{f"{GLAND}{cause}": 0.0}))
    assert 0 < without < whole


def test_a_later_conception_comes_later() -> None:
    milk = gland(mammary_gland__conception=10.0)[MILK]
    assert milk[milk > 0].index[0] == pytest.approx(10 + BIRTH, abs=0.5)


def test_it_is_of_the_mouse() -> None:
    with pytest.raises(CompositionError, match="gestation and lactation are those of the mouse"):
        rk.compose("human", "mammary-gland")
