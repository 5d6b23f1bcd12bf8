"""Cohorts: virtual women with denosumab and without, and what it does to the hazard of bone metastasis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ranklsys_cell_lines import early_disease

import ranklsys as rk
from ranklsys import Population, Ratio, hazard_ratio, spreads

if TYPE_CHECKING:
    import pandas as pd

BONE = ("body_weight", "estrogen_loss_RANKL", "turnover_cancellous", "turnover_cortical", "CTX_other_tissue")


def women(model: rk.Model, number: int, seed: int) -> Iterator[dict[str, float]]:
    """Yield what each woman differs in: her bone and the kinetics of the drug, by the spreads of the tables."""
    differ = {name: one for name, one in spreads(model).items() if name in BONE or name.startswith("denosumab__")}
    # so that few women stand for all
    return Population(differ, seed, number, design="latin").subjects()


def adjuvant(regimen: str, patients: int, years: float, seed: int = 41) -> pd.DataFrame:
    """Return the times to bone metastasis [y], a row a woman: columns untreated and treated; infinite if none is found.

    The women had their primary taken out 8 years after menopause began, and were given nothing or the regimen since;
    the same women, with the same luck, are in both arms.
    """
    import pandas as pd

    model = rk.compose("human", "menopause", "early-breast", "denosumab")
    women = early_disease.women(model, patients, seed)
    arms = {"untreated": "", "treated": regimen}
    found = {arm: early_disease.relapse(model, women, years, doses or ()).drawn(seed) for arm, doses in arms.items()}
    return pd.DataFrame(found)


def treated_over_untreated(times: pd.DataFrame, years: float) -> Ratio:
    """Return the hazard ratio of the treated to the untreated women of ``adjuvant``, followed for so long [y]."""
    rows = times.melt(var_name="arm", value_name="time", ignore_index=False).reset_index(names="woman")
    return hazard_ratio(rows["time"].clip(upper=years), rows["time"] < years, rows["arm"] == "treated", rows["woman"])


def benefit(times: pd.DataFrame, years: float) -> tuple[float, float, float]:
    """Return what the drug does for the women of ``adjuvant`` within some years, who are the same in both arms.

    The share of those who relapse untreated whom it spares, by how much later the others relapse (median, years), and
    the time free of bone metastases that it gains a woman (years, a difference of restricted means).
    """
    relapsed = times[times["untreated"] < years]
    spared = relapsed["treated"] >= years
    later = (relapsed["treated"] - relapsed["untreated"])[~spared]
    within = times.clip(upper=years).mean()
    return float(spared.mean()), float(later.median()), float(within["treated"] - within["untreated"])
