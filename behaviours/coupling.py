"""Coupling: formation that stays where only collagen is spared, and formation that comes first."""

from __future__ import annotations

from behaviours.behaviour import HIP, SITES, SPINE, Behaviour, Curves, said, words
from ranklsys import Finding

FORMATION = Behaviour(
    id="formation-is-spared",
    title="Odanacatib lowers CTX and spares formation",
    about="""Osteoclasts without cathepsin K stay and work, and go on telling osteoblasts so; bone loses less by it.
Denosumab ends osteoclasts, and formation with them.""",
    parts=("menopause", "odanacatib", "denosumab"),
    arms={
        "untreated": "",
        "odanacatib": "odanacatib 50 mg po qw",
        "denosumab": "denosumab 60 mg sc q6mo",
    },
    until=36,
    quantities=("CTX", "P1NP", "BSAP", SPINE, HIP),
)


@FORMATION.must("CTX is down by 40 % or more in each of three years, P1NP and BSAP by no more than 10")
def formation_stays(curves: Curves) -> Finding:
    ctx, *formed = (curves.at("odanacatib", marker, 12, 24, 36) for marker in ("CTX", "P1NP", "BSAP"))
    found = f"CTX {words(ctx)} %; P1NP {words(formed[0])} %; BSAP {words(formed[1])} %"
    return Finding(found, max(ctx) <= -40 and min(map(min, formed)) >= -10)


@FORMATION.must("on denosumab P1NP is down by 40 % or more at the same visits")
def formation_falls_with_denosumab(curves: Curves) -> Finding:
    found = curves.at("denosumab", "P1NP", 12, 24, 36)
    return Finding(f"{words(found)} %", max(found) <= -40)


@FORMATION.must("spine and hip gain 3 % or more in three years")
def density_is_gained(curves: Curves) -> Finding:
    found = {name: curves.at("odanacatib", site, 36)[0] for name, site in SITES.items()}
    return Finding(f"{said(found)} %", min(found.values()) >= 3)


FIRST = Behaviour(
    id="formation-comes-first",
    title="Teriparatide raises P1NP within a month, CTX later, and the spine by about 9 % in 18 months",
    about="""Short pulses of PTH wake lining cells and keep osteoblasts; RANKL and osteoclasts follow over months.
Calcium rises a little in the hours after each dose.""",
    parts=("menopause", "teriparatide"),
    arms={"placebo": "", "20 ug": "teriparatide 20 ug sc qd"},
    until=18,
    quantities=("P1NP", "CTX", SPINE, HIP, "calcium"),
)


@FIRST.must("P1NP is up by 20 % or more after a month, and by more than CTX")
def formation_rises_first(curves: Curves) -> Finding:
    found = {marker: curves.at("20 ug", marker, 1)[0] for marker in ("P1NP", "CTX")}
    return Finding(f"{said(found)} %", found["P1NP"] >= 20 and found["P1NP"] > found["CTX"])


@FIRST.must("CTX stands higher after six months than after one, and above its start")
def resorption_follows(curves: Curves) -> Finding:
    one, six = curves.at("20 ug", "CTX", 1, 6)
    return Finding(f"{one:.1f} and {six:.1f} %", six > max(one, 0))


@FIRST.must("against placebo the spine gains 9 % within 2 points in 18 months, the hip less")
def the_spine_gains(curves: Curves) -> Finding:
    found = {name: curves.against("20 ug", "placebo", site, 18)[0] for name, site in SITES.items()}
    return Finding(f"{said(found)} %", abs(found["spine"] - 9) <= 2 and 0 < found["hip"] < found["spine"])


@FIRST.must(
    "calcium before a dose is within 1 % below and 5 % above placebo, in any month",
    fails="new bone takes up more calcium in the first months than gut and kidney make up for",
)
def calcium_hardly_rises(curves: Curves) -> Finding:
    found = curves.against("20 ug", "placebo", "calcium", *range(1, 19))
    return Finding(f"{min(found):.1f} to {max(found):.1f} %", min(found) >= -1 and max(found) <= 5)


BEHAVIOURS = (FORMATION, FIRST)
