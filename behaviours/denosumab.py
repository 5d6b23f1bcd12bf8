"""Denosumab: low doses, ten years, stopping, and the markers of formation."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from behaviours.behaviour import HIP, ROWS_A_MONTH, SITES, SPINE, Behaviour, Curves, said, words
from ranklsys import Finding, falls, rises

USUAL = "60 mg every 6 months"
LOW, OFTEN = "14 mg every 6 months", "6 mg every 3 months"
LOW_DOSE = Behaviour(
    id="low-dose",
    title="A low dose of denosumab every 6 months loses effect over several intervals, not in the first",
    about="""A dose that does not last its interval lets osteoclasts come back a little earlier each time. In phase 2
(McClung 2006, Lewiecki 2007) CTX under 6 mg every 3 months stood at -65 % at month 6, -56 % at month 12 and -47 % at
month 24, each at the end of an interval.""",
    parts=("menopause", "denosumab"),
    arms={
        LOW: "denosumab 14 mg sc q6mo",
        OFTEN: "denosumab 6 mg sc q3mo",
        USUAL: "denosumab 60 mg sc q6mo",
    },
    until=36,
    quantities=("CTX", SPINE),
)


def ends(curves: Curves, arm: str) -> list[float]:
    """Return CTX at the ends of the intervals of six months in three years [%]."""
    return curves.at(arm, "CTX", *range(6, 37, 6))


@LOW_DOSE.must(
    "14 mg: at the end of the first interval CTX is still 20 % or more below its start",
    fails="resorption follows the drug with less than two weeks of delay, and 14 mg are gone after five months",
)
def something_is_left_after_the_first_interval(curves: Curves) -> Finding:
    first = ends(curves, LOW)[0]
    return Finding(f"{first:.1f} %", first <= -20)


@LOW_DOSE.must("14 mg: at the end of each of the first four intervals CTX stands higher than at the one before")
def less_is_left_after_each_interval(curves: Curves) -> Finding:
    found = ends(curves, LOW)
    return Finding(f"{words(found)} %", rises(found[:4]))


@LOW_DOSE.must(
    "14 mg: of the effect at the end of the first interval a tenth or more is gone at the end of the fourth",
    fails="no effect is left at the end of the first",
)
def much_is_lost_by_the_fourth_interval(curves: Curves) -> Finding:
    first, _, _, fourth, *_ = ends(curves, LOW)
    return Finding(f"{first:.1f} and {fourth:.1f} %", first < 0 and fourth >= 0.9 * first)


@LOW_DOSE.must("6 mg every 3 months: CTX at month 24 is 5 points or more above that at month 6 (seen: 18)")
def a_low_dose_every_three_months_loses_effect(curves: Curves) -> Finding:
    found = curves.at(OFTEN, "CTX", 6, 12, 18, 24)
    return Finding(f"{words(found)} % at months 6, 12, 18 and 24", found[-1] - found[0] >= 5)


@LOW_DOSE.must("60 mg keep more of their effect at the end of each interval than 14 mg")
def the_usual_dose_keeps_more(curves: Curves) -> Finding:
    low, usual = ends(curves, LOW), ends(curves, USUAL)
    return Finding(f"60 mg: {words(usual)} %", all(one < two for one, two in zip(usual, low, strict=True)))


YEARS = (1, 2, 5, 10)
STOPPING = Behaviour(
    id="stopping-denosumab",
    title="After denosumab is stopped, rebound and loss grow with the years on it",
    about="""The longer bone went without resorption, the more calls for it. The label has CTX at 40 to 60 % above the
value before treatment once it is stopped, and back at that value within 12 months. Months count from the end of the
last interval, six months after the last dose; density is lost from there to its lowest in the year that follows.""",
    parts=("menopause", "denosumab"),
    arms={f"{years} y": f"denosumab 60 mg sc q6mo x {2 * years}" for years in YEARS},
    until=12 * (YEARS[-1] + 5),
    quantities=("CTX", SPINE, HIP),
)


@STOPPING.must("CTX comes to stand higher after more years (1, 2, 5, 10), after 10 by 10 points or more than after 1")
def rebound_is_higher(curves: Curves) -> Finding:
    found = [float(curves.of(f"{years} y", "CTX", 12 * years).max()) for years in YEARS]
    return Finding(f"{words(found)} % above", rises(found) and found[-1] - found[0] >= 10)


@STOPPING.must("CTX is 10 % above for more months after more years, after 10 for 2 months or more longer than after 1")
def rebound_lasts_longer(curves: Curves) -> Finding:
    after = [curves.of(f"{years} y", "CTX", 12 * years, 12 * (years + 5)) for years in YEARS]
    found = [float((each >= 10).sum()) / ROWS_A_MONTH for each in after]
    return Finding(f"{words(found)} months of 60", rises(found) and found[-1] - found[0] >= 2)


@STOPPING.must("after 2 years CTX is within 10 points of the value before treatment 12 months later")
def it_is_over_in_time(curves: Curves) -> Finding:
    (later,) = curves.at("2 y", "CTX", 36)
    return Finding(f"{later:.1f} %", abs(later) <= 10)


def losses(curves: Curves, site: str) -> Finding:
    """Return whether the loss of density grows with the years on drug."""
    found = [curves.lost(f"{years} y", site, 12 * years, 12 * (years + 1)) for years in YEARS]
    return Finding(f"{words(found)} %", rises(found) and found[-1] - found[0] >= 1)


STOPPING.must("the spine loses more after more years, after 10 by 1 point or more than after 1")(
    partial(losses, site=SPINE)
)
STOPPING.must("so does the hip")(partial(losses, site=HIP))

TEN_YEARS = Behaviour(
    id="ten-years-of-denosumab",
    title="Ten years of denosumab are steady: CTX stays suppressed, density goes on rising ever more slowly",
    about="""The label has CTX at 45 to 80 % below its start at the end of an interval. Nothing may wear off or run
away over twenty of them.""",
    parts=("menopause", "denosumab"),
    arms={"untreated": "", USUAL: "denosumab 60 mg sc q6mo x 20"},
    until=120,
    quantities=("CTX", SPINE, HIP),
)


@TEN_YEARS.must(
    "at the end of each of the 20 intervals CTX is 40 % or more below its start",
)
def every_trough_is_suppressed(curves: Curves) -> Finding:
    found = curves.at(USUAL, "CTX", *range(6, 121, 6))
    return Finding(f"{min(found):.1f} to {max(found):.1f} %", max(found) <= -40)


@TEN_YEARS.must(
    "at the end of the 20th CTX is within 15 points of where it stood at the end of the second",
    fails="aged bone that waits commits more precursors to each return at the end of an interval",
)
def troughs_are_steady(curves: Curves) -> Finding:
    second, last = curves.at(USUAL, "CTX", 12, 120)
    return Finding(f"{second:.1f} and {last:.1f} %", abs(last - second) <= 15)


def yearly_gains(curves: Curves, site: str) -> Finding:
    """Return whether density gains in each of ten years, ever less."""
    stood = curves.at(USUAL, site, *range(0, 121, 12))
    gains = [later - earlier for earlier, later in pairwise(stood)]
    return Finding(f"{words(gains, 2)} points a year", min(gains) > 0 and falls(gains))


TEN_YEARS.must("the spine gains in each year, and less in each than in the one before")(
    partial(yearly_gains, site=SPINE)
)
TEN_YEARS.must("so does the hip")(partial(yearly_gains, site=HIP))

FORMATION = Behaviour(
    id="formation-markers-on-denosumab",
    title="On denosumab P1NP falls below BSAP",
    about="""P1NP comes from new bone nearly alone and can fall by three quarters; some BSAP comes from elsewhere and
from resting cells, so that it falls by less: by 55 to 65 % in the first year and a half of phase 2.""",
    parts=("menopause", "denosumab"),
    arms={USUAL: "denosumab 60 mg sc q6mo"},
    until=24,
    quantities=("CTX", "P1NP", "BSAP"),
)


@FORMATION.must("every three months from month 3 to 24 P1NP stands lower than BSAP")
def collagen_falls_below_phosphatase(curves: Curves) -> Finding:
    one, two = (curves.at(USUAL, marker, *range(3, 25, 3)) for marker in ("P1NP", "BSAP"))
    lower = all(each < other for each, other in zip(one, two, strict=True))
    return Finding(f"P1NP {words(one)} %; BSAP {words(two)} %", lower)


@FORMATION.must("at month 12 by 5 points or more")
def by_a_visible_step(curves: Curves) -> Finding:
    one, two = (curves.at(USUAL, marker, 12)[0] for marker in ("P1NP", "BSAP"))
    return Finding(f"P1NP {one:.1f} %, BSAP {two:.1f} %", one <= two - 5)


@FORMATION.must("at its lowest P1NP is down by three quarters, within 10 points")
def collagen_falls_by_three_quarters(curves: Curves) -> Finding:
    lowest = float(curves.of(USUAL, "P1NP").min())
    return Finding(f"{lowest:.1f} %", -85 <= lowest <= -65)


NEXT = "zoledronic-acid 5 mg iv over 15 min from"
THEN_ZOLEDRONIC = Behaviour(
    id="denosumab-then-zoledronic-acid",
    title="Zoledronic acid after denosumab: some density is lost early, then it holds",
    about="""One infusion when the next dose would be due does not save all that was gained: what is lost is lost
early, then it stays.""",
    parts=("menopause", "denosumab", "zoledronic-acid"),
    arms={
        "2 y, then nothing": "denosumab 60 mg sc q6mo x 4",
        "2 y, then 5 mg": f"denosumab 60 mg sc q6mo x 4; {NEXT} 24 mo",
        "5 y, then nothing": "denosumab 60 mg sc q6mo x 10",
        "5 y, then 5 mg": f"denosumab 60 mg sc q6mo x 10; {NEXT} 60 mo",
    },
    until=96,
    quantities=("CTX", SPINE, HIP),
)


def lost(curves: Curves, then: str, start: int, end: int) -> dict[str, float]:
    """Return what is lost from so many years after the last interval to so many [%], by years on drug and site."""
    return {
        f"{years} y {name}": curves.lost(f"{years} y, then {then}", site, 12 * (years + start), 12 * (years + end))
        for years in (2, 5)
        for name, site in SITES.items()
    }


@THEN_ZOLEDRONIC.must(
    "in the year after the infusion spine and hip lose 0.3 % or more",
    fails="bone that denosumab closed takes up nearly as much of the infusion, which acts before osteoclasts return",
)
def something_is_lost_early(curves: Curves) -> Finding:
    found = lost(curves, "5 mg", 0, 1)
    return Finding(f"{said(found)} %", min(found.values()) >= 0.3)


@THEN_ZOLEDRONIC.must("that is half or less of what is lost without it")
def much_is_saved(curves: Curves) -> Finding:
    kept, without = lost(curves, "5 mg", 0, 1), lost(curves, "nothing", 0, 1)
    shares = {name: kept[name] / without[name] for name in kept}
    return Finding(said(shares), max(shares.values()) <= 0.5)


@THEN_ZOLEDRONIC.must(
    "from one year after the infusion to three, spine and hip lose no more than 1 %",
    fails="aged bone waits until the infusion fades",
)
def then_it_holds(curves: Curves) -> Finding:
    found = lost(curves, "5 mg", 1, 3)
    return Finding(f"{said(found)} %", max(found.values()) <= 1)


BEHAVIOURS = (LOW_DOSE, STOPPING, TEN_YEARS, FORMATION, THEN_ZOLEDRONIC)
