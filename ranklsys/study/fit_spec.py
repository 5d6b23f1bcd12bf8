"""Fit spec: what a file says about a fit: numbers, bounds, priors, tables, assumed errors."""

from __future__ import annotations

from dataclasses import dataclass

from ranklsys.errors import DataError, nearest
from ranklsys.plugins.part import HOSTS


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number of the model that all studies share.

    id: in the model. table: the CSV file where its value stands. low, high: bounds. part: the part whose value it is;
    also: parts that take the same value. prior, prior_sd: what is thought before, and the standard deviation of its
    natural logarithm; without them every value within the bounds is as likely. hosts: columns of a table of hosts to
    write, else the host's own.
    """

    id: str
    table: str
    low: float
    high: float
    part: str = ""
    also: tuple[str, ...] = ()
    prior: float | None = None
    prior_sd: float | None = None
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high)
        if (self.prior is None) != (self.prior_sd is None):
            raise DataError("prior and prior_sd go together", hint="Give both, or neither")
        for name, given in (("prior", self.prior), ("prior_sd", self.prior_sd)):
            if given is not None and given <= 0:
                raise DataError(f"{name} is {given:g}", hint="It must be above 0; leave both out for none")
        if self.also and not self.part:
            raise DataError("also needs a part", hint='Write: part = "..."')
        for host in self.hosts:
            _check_host(host)


@dataclass(frozen=True, kw_only=True)
class Nuisance:
    """A number of its own for the studies of a pattern, kept in the cells ``changes`` or ``then`` of their rows.

    study: e.g. ``Johnson 2011*``. id: in the model. low, high: bounds.
    """

    study: str
    id: str
    low: float
    high: float

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high)


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """A standard error in place of what the table says; study and observable are patterns."""

    study: str
    sd: float
    observable: str = "*"

    def __post_init__(self) -> None:
        if self.sd <= 0:
            raise DataError(f"sd is {self.sd:g}", hint="It must be above 0")


@dataclass(frozen=True, kw_only=True)
class SamePeople:
    """Studies of the same people, which are left out together (see ``ranklsys.study.left_out``).

    name: of what they are together. studies: patterns.
    """

    name: str
    studies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a file says about a fit; see docs/fitting.md.

    tables: files of observations, of which rows of this host in studies that match a pattern count. seed: of the start
    points. same_people: studies that are left out together.
    Raises DataError on bounds out of order, an unknown host, a number named twice, or nothing to fit.
    """

    title: str
    host: str
    tables: tuple[str, ...]
    studies: tuple[str, ...] = ("*",)
    seed: int = 1
    parameter: tuple[Parameter, ...] = ()
    nuisance: tuple[Nuisance, ...] = ()
    error: tuple[Assumed, ...] = ()
    same_people: tuple[SamePeople, ...] = ()

    def __post_init__(self) -> None:
        _check_host(self.host)
        if not self.parameter and not self.nuisance:
            raise DataError("it names nothing to fit", hint="Add a table: [[parameter]]")
        names = [(each.id, each.part) for each in self.parameter] + [(each.id, each.study) for each in self.nuisance]
        for id, scope in names:
            if names.count((id, scope)) > 1:
                raise DataError(f"'{id}' is given twice{f' for {scope}' if scope else ''}", hint="Keep one")


def _check_bounds(low: float, high: float) -> None:
    if not 0 < low < high:
        raise DataError(f"low and high are {low:g} and {high:g}", hint="Write 0 < low < high: the scale is logarithmic")


def _check_host(host: str) -> None:
    if host not in HOSTS:
        raise DataError(f"there is no host '{host}'{nearest(host, HOSTS)}", hint=f"Hosts: {', '.join(HOSTS)}")
