"""SBML text to a libsbml document and back, with errors that name what and where."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libsbml

from ranklsys.errors import SBMLError

LEVEL, VERSION = 3, 2
NO_VALUE = (80601, 80702)
"""libsbml's warnings about a species and a parameter without a value."""


def read(text: str, where: str = "SBML") -> libsbml.SBMLDocument:
    """Return the document of an SBML text; its elements live only as long as the caller keeps it.

    Raises SBMLError, with line and column, if the text is not XML, not SBML, or holds no model.
    """
    document = parsed(text)
    for problem in problems(document):
        if problem.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise SBMLError(
                f"this is not a readable SBML model: line {problem.getLine()}, column {problem.getColumn()}: "
                f"{_first_sentence(problem)}",
                where=where,
                hint="libsbml reads SBML level 2 and 3; open the file in an editor at that line",
            )
    if document.getModel() is None:
        raise SBMLError("the file holds no model", where=where, hint="Expected <sbml><model>...</model></sbml>")
    return document


def whole(text: str, where: str) -> str:
    """Return any valid SBML model as text, in which parameters of one reaction have become parameters of the model.

    Raises SBMLError that names the first of libsbml's errors; what is only a warning, such as units left out, passes.
    """
    document = read(text, where)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    faults = [each for each in problems(document) if each.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if faults:
        what = f"this is not valid SBML: line {faults[0].getLine()}: {_first_sentence(faults[0])}"
        raise SBMLError(what, where=where, hint=f"libsbml finds {len(faults)} errors; correct them in the file")
    laws = [reaction.getKineticLaw() for reaction in document.getModel().getListOfReactions()]
    if any(law is not None and law.getNumParameters() + law.getNumLocalParameters() for law in laws):
        options = libsbml.ConversionProperties()
        options.addOption("promoteLocalParameters", True)
        succeed(document.convert(options), "make the parameters of reactions parameters of the model")
    return write(document)


def parsed(text: str) -> libsbml.SBMLDocument:
    """Return the document of a text, whatever is wrong with it."""
    _keep_classes()
    return libsbml.readSBMLFromString(text)


def _keep_classes() -> None:
    """Give libsbml its own Python classes back if another library has put its copies in their place.

    python-libsedml and python-libcombine contain libsbml once more, and Python's wrappers of all three share a table of
    classes, in which the last to be imported wins: libsbml would then return a ``libsedml.ASTNode``, whose type is no
    number. tellurium imports both.
    """
    math, names = libsbml.parseL3Formula("0"), libsbml.XMLNamespaces().clone()
    if type(math) is libsbml.ASTNode and type(names) is libsbml.XMLNamespaces:
        return
    for name in dir(libsbml._libsbml):
        if name.endswith("_swigregister"):
            getattr(libsbml._libsbml, name)(getattr(libsbml, name.removesuffix("_swigregister")))


def write(document: libsbml.SBMLDocument) -> str:
    """Return the document as text, the same on every machine."""
    return str(libsbml.SBMLWriter().writeSBMLToString(document))


def problems(document: libsbml.SBMLDocument) -> Iterator[libsbml.SBMLError]:
    """Yield the errors and warnings that libsbml has logged so far."""
    for number in range(document.getNumErrors()):
        yield document.getError(number)


def complaints(text: str, without_value: Collection[str] = ()) -> list[str]:
    """Return every error and warning of libsbml's full consistency check, units and their sizes included.

    without_value: ids that need no value here, because another model decides them.
    """
    return complaints_of(parsed(text), without_value)


def complaints_of(document: libsbml.SBMLDocument, without_value: Collection[str] = ()) -> list[str]:
    """Return what ``complaints`` gives, of a document that has just been read."""
    from ranklsys.sbml.unit_sizes import mismatches

    document.checkConsistency()
    found = [
        f"line {problem.getLine()}: {problem.getSeverityAsString()} {problem.getErrorId()}: {_first_sentence(problem)}"
        for problem in problems(document)
    ]
    found = [complaint for complaint in found if not _is_without_value(complaint, without_value)]
    return found or list(mismatches(document))


def _is_without_value(complaint: str, names: Collection[str]) -> bool:
    return any(f" {number}: " in complaint for number in NO_VALUE) and any(f"'{name}'" in complaint for name in names)


def succeed(code: int | None, doing: str) -> None:
    """Raise SBMLError if a libsbml call returned a failure code."""
    if code is None or code != libsbml.LIBSBML_OPERATION_SUCCESS:
        meaning = libsbml.OperationReturnValue_toString(code) if code is not None else "no result"
        raise SBMLError(f"libsbml could not {doing}: {meaning}")


def elements(model: libsbml.Model) -> Iterator[libsbml.SBase]:
    """Yield every element of a model, in document order."""
    found = model.getListOfAllElements()
    for number in range(found.getSize()):
        yield found.get(number)


def named(model: libsbml.Model) -> dict[str, libsbml.SBase]:
    """Return the elements that a formula can refer to, by id: compartments, species, parameters, reactions."""
    lists = (
        model.getListOfCompartments(),
        model.getListOfSpecies(),
        model.getListOfParameters(),
        model.getListOfReactions(),
    )
    return {element.getId(): element for group in lists for element in group}


def symbols(math: libsbml.ASTNode | None) -> set[str]:
    """Return the ids that a formula reads."""
    if math is None:
        return set()
    found = {math.getName()} if math.getType() == libsbml.AST_NAME else set()
    return found.union(*(symbols(math.getChild(number)) for number in range(math.getNumChildren())))


def _first_sentence(problem: libsbml.SBMLError) -> str:
    lines = [line.strip() for line in problem.getMessage().strip().splitlines() if line.strip()]
    return " ".join(lines[-2:] or [problem.getShortMessage()]).rstrip(".")
