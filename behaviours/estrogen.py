"""Estrogen: what an inhibitor of aromatase does to women whose ovaries make none any more."""

from __future__ import annotations

from behaviours.behaviour import HIP, SITES, SPINE, Behaviour, Curves, said, words
from ranklsys import Finding

AROMATASE = Behaviour(
    id="aromatase-inhibitor",
    title="An aromatase inhibitor after menopause costs density",
    about="""The little estrogen that other tissue makes after menopause still holds RANKL down; an inhibitor of
aromatase takes it away. That costs density without a bone drug, and leaves more to gain with one.""",
    parts=("menopause", "endocrine-therapy", "denosumab"),
    arms={
        "untreated": "",
        "letrozole": "endocrine-therapy 2.5 mg oral qd",
        "denosumab": "denosumab 60 mg sc q6mo",
        "letrozole and denosumab": "endocrine-therapy 2.5 mg oral qd; denosumab 60 mg sc q6mo",
    },
    until=36,
    quantities=("CTX", "P1NP", SPINE, HIP),
)


@AROMATASE.must("after two years the spine is 1 % or more below that of untreated women, the hip 0.5 %")
def density_is_lost(curves: Curves) -> Finding:
    found = {name: curves.against("letrozole", "untreated", site, 24)[0] for name, site in SITES.items()}
    return Finding(f"{said(found)} %", found["spine"] <= -1 and found["hip"] <= -0.5)


@AROMATASE.must("after six months CTX and P1NP are above those of untreated women")
def turnover_rises(curves: Curves) -> Finding:
    found = [curves.against("letrozole", "untreated", marker, 6)[0] for marker in ("CTX", "P1NP")]
    return Finding(f"by {words(found)} %", min(found) > 0)


@AROMATASE.must("in two years denosumab gains more over nothing with it than without it, at spine and hip")
def a_bone_drug_gains_more(curves: Curves) -> Finding:
    pairs = (("letrozole and denosumab", "letrozole"), ("denosumab", "untreated"))
    found = {name: [curves.against(*arms, site, 24)[0] for arms in pairs] for name, site in SITES.items()}
    measured = "; ".join(f"{name} {words(each)} %" for name, each in found.items())
    return Finding(measured, all(one > two for one, two in found.values()))


BEHAVIOURS = (AROMATASE,)
