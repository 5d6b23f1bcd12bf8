"""Covariate: a number that a virtual person has besides the parameters of the model, such as age."""

from __future__ import annotations

from dataclasses import dataclass

from ranklsys.plugins.spread import Spread


@dataclass(frozen=True)
class Covariate:
    """What a part says of the people who have it, beyond its own parameters.

    It is drawn for each virtual person of a cohort, and criteria of inclusion and strata may ask for it. It acts on
    nothing by itself.

    spread: how it differs between people, in its own unit; of what is lived and what grows, in years.
    lived: it is the time [y] that a person is simulated before the trial starts. A cohort that says itself how long
      before (``before=``) draws no such time; everybody then has that.
    grows_into: it is told as of the beginning of that time; by the start of the trial it has become this covariate,
      itself plus the years before, which is kept in its place: ``age_at_menopause`` grows into ``age``.
    """

    spread: Spread
    lived: bool = False
    grows_into: str = ""
