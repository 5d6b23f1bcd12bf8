"""Export: a composition or a scenario as files that other tools read; the ending of the path says which format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import CompositionError, DataError
from ranklsys.exchange.contents import Contents, of_model, of_scenario, sid
from ranklsys.model.model import POINTS, Model
from ranklsys.plugins.scenario import Scenario
from ranklsys.tables.files import SBML_ENDINGS, require_ending
from ranklsys.tables.output import write

if TYPE_CHECKING:
    from ranklsys.model.dose_courses import Doses

STUDIES = (".sedml", ".omex")
FLAT = "L3V2"
PETAB = ".yaml"
TABLES = (".csv", ".toml")
CREATOR = "ranklsys"


def export(
    what: Model | Scenario | Path | str,
    path: Path | str,
    *,
    doses: Doses = (),
    until: str | None = None,
    show: Sequence[str] = (),
    points: int = POINTS,
    level: str = FLAT,
    comp: bool = False,
    creator: str = CREATOR,
    report: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write a model with its doses, or a scenario (an installed one by its id), and return the paths written.

    path: ``.xml`` writes flat SBML, one file for each arm of a scenario: in the given level (``L3V2``, ``L3V1``,
    ``L2V4``), or with ``comp`` as it was composed, with the parts as submodels. ``.sedml`` writes the simulation and
    plots of the quantities shown, with the SBML and the observations beside it; ``.omex`` all of it in one archive.
    ``.yaml`` writes PEtab problems of a table of observations (``what`` ends in .csv) or of a fit (.toml).
    doses, until, show: of a model; a scenario has its own. points: rows of a study, evenly spaced.
    creator: who made the archive. report: gets what is being made, where that takes time. Raises DataError for what
    does not go together, SBMLError for what a level cannot express, CompositionError for a model that comp cannot hold.
    """
    path = require_ending(path, (*SBML_ENDINGS, *STUDIES, PETAB), "export")
    is_table = not isinstance(what, Model | Scenario) and Path(what).suffix in TABLES
    if is_table or path.suffix == PETAB:
        if not is_table or path.suffix != PETAB or doses or until or show or comp or level != FLAT:
            hint = "Write e.g. training.csv as problem.yaml, without further words"
            raise DataError("a table of observations or a fit becomes PEtab, and nothing else does", hint=hint)
        return _petab(Path(str(what)), path, report)
    if path.suffix in STUDIES and (comp or level != FLAT):
        raise DataError("a study holds flat L3V2 files", where=str(path), hint="Leave out level and comp")
    study = _study(what, doses, until, show, timed=path.suffix in STUDIES)
    if path.suffix in SBML_ENDINGS:
        return _sbml(study, path, level, comp)
    return (_sedml if path.suffix == ".sedml" else _omex)(study, path, points, creator)


def comp_sbml(model: Model, doses: Doses = ()) -> str:
    """Return a composition with its doses as an SBML comp document: the host, with each part as a submodel.

    Raises CompositionError for a model that is not a host with parts at its own start.
    """
    from ranklsys.model.compose import compose, merged_values, pieces
    from ranklsys.model.dose_courses import read_doses
    from ranklsys.plugins.library import host_sbml
    from ranklsys.sbml.hierarchy import hierarchical

    if not model.host or model.base != compose(model.host, *model.parts).base:
        what = "a model that was loaded, or starts in a state that it has reached, is no longer made of its parts"
        raise CompositionError(what, where="comp", hint="Export it flat")
    fragments, slots = pieces(model.host, model.parts)
    core = host_sbml(model.host)
    values = {**merged_values(model.parts, core), **model.changes}
    return hierarchical(core, fragments, slots, values, model.courses(read_doses(doses)))


def _petab(source: Path, path: Path, report: Callable[[str], None] | None) -> list[Path]:
    """Write the PEtab problems of a table, or of what a fit says."""
    from ranklsys.exchange import petab
    from ranklsys.exchange.problem import problems
    from ranklsys.study.calibration import Calibration
    from ranklsys.study.observations import observations

    fit = Calibration(source) if source.suffix == ".toml" else None
    return petab.write(problems(fit.rows if fit else list(observations(source)), fit, report), path)


def _study(
    what: Model | Scenario | Path | str, doses: Doses, until: str | None, show: Sequence[str], *, timed: bool
) -> Contents:
    if isinstance(what, Model):
        from ranklsys.model.dose import write
        from ranklsys.model.dose_courses import read_doses

        if timed and until is None:
            raise DataError("a study needs a time", where="until", hint="Say e.g. until 25 d")
        given = tuple(write([dose]) for dose in read_doses(doses))
        return of_model(what, until=until or "1 d", doses=given, show=show)
    study = of_scenario(what if isinstance(what, Scenario) else str(what))
    if doses or until or show:
        what = "doses, until and show go with a model; this is a scenario, which has its own"
        raise DataError(what, where=study.scenario.id, hint="Leave them out")
    return study


def _sbml(study: Contents, path: Path, level: str, comp: bool) -> list[Path]:
    """Write the SBML of each arm."""
    from ranklsys.sbml.levels import at_level

    if comp and level != FLAT:
        raise DataError(f"comp is a package of level 3, and {level} has no place for it", hint="Write L3V2")
    written = []
    for arm, model in study.arms:
        target = path if len(study.models) == 1 else path.with_stem(f"{path.stem}_{arm.id}")
        text = comp_sbml(model, arm.doses) if comp else at_level(model.sbml_with(arm.doses, drawn=True), level)
        written.append(write(target, text))
    return written


def _sedml(study: Contents, path: Path, points: int, creator: str) -> list[Path]:
    """Write the SED-ML with its files beside it."""
    written = [path]
    for name, text in _files(study, path.stem, points, alone=False).items():
        file = path.parent / name
        write(file, text)
        written += [file] * (file != path)
    return written


def _omex(study: Contents, path: Path, points: int, creator: str) -> list[Path]:
    """Write all in one archive."""
    from ranklsys.exchange.omex import pack
    from ranklsys.model.solver import installed_version

    doses = "; ".join(f"{arm.title}: {', '.join(arm.doses) or 'no doses'}" for arm, _ in study.arms)
    sources = f" Source: {'; '.join(study.scenario.cite)}." if study.scenario.cite else ""
    about = f"Made by ranklsys {installed_version('ranklsys')}. {doses}.{sources}"
    files = _files(study, path.stem, points, alone=True)
    return [pack(path, files, title=study.scenario.title, description=about, creator=creator)]


def _files(study: Contents, stem: str, points: int, *, alone: bool) -> dict[str, str]:
    """Return the files of a study by name; names begin with the stem where they do not have a place of their own."""
    from ranklsys.exchange import sedml_writer
    from ranklsys.exchange.replay import DATA

    sources = {arm.id: f"{sid(arm.id)}.xml" if alone else f"{stem}_{sid(arm.id)}.xml" for arm, _ in study.arms}
    files = {f"{stem}.sedml": sedml_writer.write(study, sources, points - 1)}
    for arm, model in study.arms:
        files[sources[arm.id]] = study.sbml(arm, model)
    if study.observed is not None:
        files[DATA if alone else f"{stem}.csv"] = study.table()
    return files
