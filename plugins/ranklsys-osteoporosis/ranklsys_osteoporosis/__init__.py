"""Osteoporosis: women with little bone, and their fractures on drugs, after them, and over ten years."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Part, Scenario, Value, hookimpl

HERE = Path(__file__).parent
OSTEOPOROSIS = Part(
    id="osteoporosis",
    kind="condition",
    title="Osteoporosis: less bone at its peak, so that the T-score of the spine is -2.5 some 12 years after menopause",
    hosts=("human",),
    host_reason="T-scores are of women",
    values={
        "peak_bone_density": Value(
            0.872,
            "dimensionless",
            "derived",
            "a T-score of -2.5 defines it",
            "1 - 2.5 SD (0.105) over what is left of the spine 12 years after menopause, 0.845",
        )
    },
)
SCENARIOS = ("stopping-denosumab", "denosumab-exits", "ten-years")


@hookimpl
def register_parts() -> list[Part]:
    """Offer a woman with osteoporosis."""
    return [OSTEOPOROSIS]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer stopping denosumab after 1 to 10 years, zoledronic acid when it is stopped, and ten-year courses."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in SCENARIOS]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what fractures must show."""
    from ranklsys_osteoporosis import claims, low_mass_claims

    return [*claims.CLAIMS, *low_mass_claims.CLAIMS]
