"""Endpoint table: what happens to a patient and what is watched, as ``models/endpoints.toml`` says of the core."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ranklsys.errors import DataError, nearest
from ranklsys.plugins import library
from ranklsys.sbml.cache import recalled
from ranklsys.tables import toml

SKELETAL, OTHER, FATAL = "skeletal", "other", "fatal"
KINDS = (SKELETAL, OTHER, FATAL)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that may happen to a patient.

    hazards: ids of cumulative hazards, which add up. frail: patients differ in it by their frailty. title: in words; if
    not given, the id without underscores. Raises DataError for an unknown kind.
    """

    id: str
    kind: str
    hazards: tuple[str, ...]
    frail: bool = False
    title: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            what = f"there is no kind '{self.kind}'{nearest(self.kind, KINDS)}"
            raise DataError(what, where=self.id, hint=f"Kinds: {', '.join(KINDS)}")
        if not self.title:
            object.__setattr__(self, "title", self.id.replace("_", " "))


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A quantity that is watched. marker: answers within 3 months. response: change [%], 0 for none. band: drawn."""

    id: str
    marker: bool = False
    response: float = 0.0
    band: bool = False


@dataclass(frozen=True, kw_only=True)
class Colonies:
    """Ids of what single cells in bone become of (see ``ranklsys.trials.colonies``): numbers of the model, and courses.

    cells: mean number of viable cells at the start, where homing is 1; 0: there are none, and a metastasis is what the
    tumour of the model grows to. asleep: share of them that sleep. slowing, cell: of growth with size. shedding: power
    of the size of the primary with which it shed; primary: that size at the start. detected: what imaging finds. woken,
    growth, homing, growth_in_bone, growth_of_primary: courses. sleeping: chance that a cell still sleeps.
    """

    cells: str
    asleep: str
    slowing: str
    cell: str
    shedding: str
    primary: str
    detected: str
    sleeping: str
    woken: str
    growth: str
    homing: str
    growth_in_bone: str
    growth_of_primary: str

    @property
    def people(self) -> tuple[str, ...]:
        """The ids of numbers."""
        return (self.cells, self.asleep, self.slowing, self.cell, self.shedding, self.primary, self.detected)

    @property
    def courses(self) -> tuple[str, ...]:
        """The ids of courses."""
        return (self.woken, self.growth, self.homing, self.growth_in_bone, self.growth_of_primary)


@dataclass(frozen=True, kw_only=True)
class Episodes:
    """What a skeletal episode brings (see ``ranklsys.trials.episodes``).

    events: id of the number of single events of an episode, on average. delay: from its first event to each further
    one, on average [d]. Raises DataError for one that is not above 0.
    """

    events: str
    delay: float

    def __post_init__(self) -> None:
        if not self.delay > 0:
            raise DataError(f"a delay of {self.delay:g} d is none", hint="Give days, above 0")


@dataclass(frozen=True, kw_only=True)
class Imaging:
    """What imaging measures (see ``ranklsys.trials.progression``).

    bone, soft_tissue: ids of tumours, in one unit of volume. diameters, growth: of the sum of diameters in soft tissue
    over its lowest, as a ratio and [mm], that are progression together. full: that sum [mm] where the volume is 1.
    bone_alone, bone_beside: growth of the volume in bone that is unequivocal, without and with disease that can be
    measured. Raises DataError for growth that is none.
    """

    bone: str
    soft_tissue: str
    diameters: float
    growth: float
    full: float
    bone_alone: float
    bone_beside: float

    def __post_init__(self) -> None:
        for name in ("diameters", "bone_alone", "bone_beside"):
            if not (times := getattr(self, name)) > 1:
                raise DataError(f"{name} {times:g} times the lowest have not grown", hint="Give e.g. 1.2")
        if not self.full > 0:
            raise DataError(f"a sum of diameters of {self.full:g} mm is none", hint="Give mm, above 0")

    @property
    def volumes(self) -> tuple[str, str]:
        """The ids of both."""
        return self.bone, self.soft_tissue


@dataclass(frozen=True, kw_only=True)
class EndpointTable:
    """Events and quantities, in the order in which they are drawn and told; see the comments of the file.

    frailty: id of the parameter that is the variance of the frailty. tumour, detected: a metastasis is found when so
    much of this quantity is there, which is an id too. colonies: what single cells become of. episodes: what a skeletal
    one brings. imaging: what progression is. seeds: a model has a tumour if one is above 0. shown_with_tumour,
    shown_in_people, shown_without_tumour: what is worth showing of a run. Raises DataError unless one kind of event is
    fatal.
    """

    frailty: str
    tumour: str
    detected: str
    colonies: Colonies
    episodes: Episodes
    imaging: Imaging
    seeds: tuple[str, ...]
    shown_with_tumour: tuple[str, ...]
    shown_in_people: tuple[str, ...]
    shown_without_tumour: tuple[str, ...]
    events: tuple[Event, ...]
    quantities: tuple[Quantity, ...]

    def __post_init__(self) -> None:
        if len(found := [event.id for event in self.events if event.kind == FATAL]) != 1:
            what = f"{len(found)} events are fatal: {', '.join(found) or '-'}"
            raise DataError(what, hint="Give one event of the kind fatal, with all hazards that end life")

    @property
    def death(self) -> str:
        """The id of the event that ends life."""
        return next(event.id for event in self.events if event.kind == FATAL)

    @property
    def skeletal(self) -> tuple[Event, ...]:
        """The skeletal events."""
        return tuple(event for event in self.events if event.kind == SKELETAL)

    @property
    def hazards(self) -> tuple[str, ...]:
        """The ids of all cumulative hazards."""
        return tuple(hazard for event in self.events for hazard in event.hazards)

    @property
    def counts(self) -> frozenset[str]:
        """The ids of states that count what happens as time goes by, and so move in health too."""
        return frozenset([*self.hazards, self.colonies.sleeping, self.colonies.woken, self.colonies.growth])

    @property
    def seen(self) -> tuple[str, ...]:
        """The ids of the quantities."""
        return tuple(quantity.id for quantity in self.quantities)


def read_endpoints(folder: Path) -> EndpointTable:
    """Return the endpoints in a folder of models. Raises DataError, which names file and key, if one is wrong."""
    return toml.load(EndpointTable, folder / "endpoints.toml")


@recalled(1)
def core_endpoints() -> EndpointTable:
    """Return the endpoints of the installed core."""
    return read_endpoints(library.folder())
