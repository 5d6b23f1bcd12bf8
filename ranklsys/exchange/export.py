"""Export: a composition or a scenario as files that other tools read; the ending of the path says which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.endings import require_ending
from ranklsys.errors import CompositionError, DataError
from ranklsys.exchange.study import Study, of_model, of_scenario
from ranklsys.model import POINTS, Model
from ranklsys.scenario import Scenario

if TYPE_CHECKING:
    from ranklsys.regimen import Doses

SBML = (".xml", ".sbml")
FLAT = "L3V2"


def export(
    what: Model | Scenario | str,
    path: Path | str,
    *,
    doses: Doses = (),
    until: str | None = None,
    show: Sequence[str] = (),
    points: int = POINTS,
    level: str = FLAT,
    comp: bool = False,
) -> list[Path]:
    """Write a model with its doses, or a scenario (an installed one by its id), and return the paths written.

    path: ``.xml`` writes flat SBML, one file for each arm of a scenario: in the given level (``L3V2``, ``L3V1``,
    ``L2V4``), or with ``comp`` as it was composed, with the parts as submodels.
    doses, until, show: of a model; a scenario has its own. Raises DataError for what does not go together, SBMLError
    for what a level cannot express, CompositionError for a model that comp cannot hold.
    """
    path = require_ending(path, tuple(WRITERS), "export")
    study = _study(what, doses, until, show)
    path.parent.mkdir(parents=True, exist_ok=True)
    return WRITERS[path.suffix](study, path, level, comp)


def comp_sbml(model: Model, doses: Doses = ()) -> str:
    """Return a composition with its doses as an SBML comp document: the host, with each part as a submodel.

    Raises CompositionError for a model that is not a host with parts at its own start.
    """
    from ranklsys.compose import compose, merged_values, pieces
    from ranklsys.library import host_sbml
    from ranklsys.regimen import read_doses
    from ranklsys.sbml.hierarchy import hierarchical

    if not model.host or model.base != compose(model.host, *model.parts).base:
        what = "a model that was loaded, or starts in a state that it has reached, is no longer made of its parts"
        raise CompositionError(what, where="comp", hint="Export it flat")
    fragments, slots = pieces(model.host, model.parts)
    core = host_sbml(model.host)
    values = {**merged_values(model.parts, core), **model.changes}
    return hierarchical(core, fragments, slots, values, model._courses(read_doses(doses)))


def _study(what: Model | Scenario | str, doses: Doses, until: str | None, show: Sequence[str]) -> Study:
    if isinstance(what, Model):
        from ranklsys.dosing import write
        from ranklsys.regimen import read_doses

        given = tuple(write([dose]) for dose in read_doses(doses))
        return of_model(what, until=until or "1 d", doses=given, show=show)
    study = of_scenario(what)
    if doses or until or show:
        what = "doses, until and show go with a model; this is a scenario, which has its own"
        raise DataError(what, where=study.scenario.id, hint="Leave them out")
    return study


def _sbml(study: Study, path: Path, level: str, comp: bool) -> list[Path]:
    """Write the SBML of each arm."""
    from ranklsys.sbml.levels import at_level

    if comp and level != FLAT:
        raise DataError(f"comp is a package of level 3, and {level} has no place for it", hint="Write L3V2")
    written = []
    for arm, model in study.arms:
        target = path if len(study.models) == 1 else path.with_stem(f"{path.stem}_{arm.id}")
        text = comp_sbml(model, arm.doses) if comp else at_level(model.sbml_with(arm.doses), level)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written


WRITERS: Mapping[str, Callable[[Study, Path, str, bool], list[Path]]] = dict.fromkeys(SBML, _sbml)
