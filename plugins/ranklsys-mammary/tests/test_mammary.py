"""The mammary gland: it grows by RANKL and RANK, gives milk from birth to weaning, and involutes."""

from __future__ import annotations

import pandas as pd
import pytest
import ranklsys_mammary

import ranklsys as rk
from ranklsys import CompositionError, registry
from ranklsys.testing import assert_sound

ALVEOLI, MILK = "mammary_gland__alveoli", "mammary_gland__milk"
BIRTH, WEANING = 19.5, 40.5


def gland(*parts: str, **changes: float) -> pd.DataFrame:
    model = rk.compose("mouse", "mammary-gland", *parts).set(changes)
    return model.simulate("60 d", points=121, columns=[ALVEOLI, MILK])


def test_the_gland_is_sound() -> None:
    (part,) = ranklsys_mammary.register_parts()
    assert_sound(part, siblings=[registry().part(other) for other in ("rank-knockout", "opg-fc", "mda-mb-231")])


def test_milk_flows_from_birth_to_weaning_only() -> None:
    milk = gland()[MILK]
    assert (milk.loc[: BIRTH - 0.5] == 0).all()
    assert (milk.loc[BIRTH + 0.5 : WEANING - 0.5] > 0.9).all()
    assert (milk.loc[WEANING + 0.5 :] == 0).all()


def test_alveoli_grow_in_pregnancy_and_involute_within_two_weeks_of_weaning() -> None:
    alveoli = gland()[ALVEOLI]
    assert alveoli.loc[:BIRTH].is_monotonic_increasing
    assert alveoli.loc[WEANING - 0.5] == pytest.approx(alveoli.loc[BIRTH + 0.5])
    assert alveoli.loc[WEANING + 14] < 0.01


@pytest.mark.parametrize("gene", ["rankl", "rank"])
def test_without_rankl_or_rank_there_are_neither_alveoli_nor_milk(gene: str) -> None:
    """Fata 2000."""
    assert (gland(f"{gene}-knockout") == 0).all(axis=None)


def test_half_of_the_gene_makes_a_smaller_gland() -> None:
    whole, half = (gland(*parts)[ALVEOLI].max() for parts in ((), ("rank-knockout",)))
    halved = gland("rank-knockout", rank_knockout__left=0.5)[ALVEOLI].max()
    assert half == 0 < halved < whole


def test_a_later_conception_comes_later() -> None:
    milk = gland(mammary_gland__conception=10.0)[MILK]
    assert milk[milk > 0].index[0] == pytest.approx(10 + BIRTH, abs=0.5)


def test_it_is_of_the_mouse() -> None:
    with pytest.raises(CompositionError, match="gestation and lactation are those of the mouse"):
        rk.compose("human", "mammary-gland")
