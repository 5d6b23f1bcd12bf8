"""Romosozumab: its dose, what is kept afterwards, and what it does after a bisphosphonate."""

from __future__ import annotations

from behaviours.behaviour import HIP, SITES, SPINE, Behaviour, Curves, said, words
from ranklsys import Finding, rises

DOSES = (70, 140, 210)
DOSE = Behaviour(
    id="romosozumab-dose",
    title="Romosozumab's gain grows with dose to 210 mg and falls after stopping without an antiresorptive",
    about="""Its early gain is bone made on quiescent surface; more antibody makes more of it. Once it is stopped the
gain falls, unless an antiresorptive follows. With 210 mg a month the spine gained 11.3 % in a year (McClung 2014).""",
    parts=("menopause", "romosozumab", "denosumab"),
    arms={
        **{f"{dose} mg": f"romosozumab {dose} mg sc qmo x 12" for dose in DOSES},
        "210 mg, then denosumab": "romosozumab 210 mg sc qmo x 12; denosumab 60 mg sc q6mo from 12 mo",
    },
    until=36,
    quantities=("P1NP", "CTX", SPINE, HIP),
)


@DOSE.must("after a year spine and hip have gained more with 140 mg than with 70, and more with 210 than with 140")
def the_gain_grows_with_dose(curves: Curves) -> Finding:
    gains = {name: [curves.at(f"{dose} mg", site, 12)[0] for dose in DOSES] for name, site in SITES.items()}
    found = "; ".join(f"{name} {words(each)} %" for name, each in gains.items())
    return Finding(found, all(map(rises, gains.values())))


@DOSE.must("with 70 mg the spine gains three quarters or less of what it gains with 210")
def a_low_dose_gains_visibly_less(curves: Curves) -> Finding:
    low, high = (curves.at(f"{dose} mg", SPINE, 12)[0] for dose in (70, 210))
    return Finding(f"{low / high:.2f}", low / high <= 0.75)


@DOSE.must("in the year after 210 mg the spine loses 1 % or more, the hip 0.5 %, and both lose more in the next")
def it_falls_after_stopping(curves: Curves) -> Finding:
    first = {name: curves.lost("210 mg", site, 12, 24) for name, site in SITES.items()}
    second = {name: curves.lost("210 mg", site, 24, 36) for name, site in SITES.items()}
    holds = first["spine"] >= 1 and first["hip"] >= 0.5 and min(second.values()) > 0
    return Finding(f"{said(first)} %, then {said(second)} %", holds)


@DOSE.must("with denosumab from month 12 on, both stand higher two years later")
def denosumab_keeps_the_gain(curves: Curves) -> Finding:
    found = {name: curves.at("210 mg, then denosumab", site, 12, 36) for name, site in SITES.items()}
    return Finding(
        "; ".join(f"{name} {words(each)} %" for name, each in found.items()), all(map(rises, found.values()))
    )


NAIVE, SWITCHED, STAYED = "no drug for 3 y, then romosozumab", "alendronate for 3 y, then romosozumab", "alendronate"
AFTER = Behaviour(
    id="romosozumab-after-alendronate",
    title="Romosozumab after alendronate keeps most of its gain at the spine",
    about="""Formation on quiescent surface does not ask for release, so that three years of a bisphosphonate take
little of it at the spine.""",
    parts=("menopause", "alendronate", "romosozumab"),
    arms={
        NAIVE: "romosozumab 210 mg sc qmo x 12 from 36 mo",
        SWITCHED: "alendronate 70 mg oral qw x 157; romosozumab 210 mg sc qmo x 12 from 36 mo",
        STAYED: "alendronate 70 mg oral qw",
    },
    until=48,
    quantities=("P1NP", "CTX", SPINE, HIP),
)


@AFTER.must("the spine gains more than half of what it gains in women who had no drug, and no more than all")
def most_of_the_gain_is_kept(curves: Curves) -> Finding:
    naive, switched = (curves.change(arm, SPINE, 36, 48) for arm in (NAIVE, SWITCHED))
    return Finding(f"{switched:.1f} and {naive:.1f} %: {switched / naive:.2f}", 0.5 < switched / naive <= 1)


@AFTER.must("the spine gains 3 points or more above what it does where alendronate goes on")
def it_gains_over_alendronate(curves: Curves) -> Finding:
    switched, stayed = (curves.change(arm, SPINE, 36, 48) for arm in (SWITCHED, STAYED))
    return Finding(f"{switched:.1f} and {stayed:.1f} %", switched - stayed >= 3)


@AFTER.must("within a month P1NP rises in both")
def formation_rises_in_both(curves: Curves) -> Finding:
    found = [curves.change(arm, "P1NP", 36, 37) for arm in (NAIVE, SWITCHED)]
    return Finding(f"by {words(found)} %", min(found) > 0)


BEHAVIOURS = (DOSE, AFTER)
