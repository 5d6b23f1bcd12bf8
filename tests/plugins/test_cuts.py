"""Cuts: what is taken out of every model composed meanwhile; a claim falls under its own, or is no claim."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner

import ranklsys as rk
from ranklsys.cli import cli
from ranklsys.plugins.claims import Claim, Claims, Finding, judge
from ranklsys.plugins.cut import under
from ranklsys.plugins.cut_verdicts import CutVerdict, all_cuts, counted, judge_all_cuts, judge_cuts, judge_under

NO_GENE = {"slot_RANKL_gene": 0.0}


def osteoclasts(model: rk.Model) -> float:
    return float(model.simulate(60, points=2, columns=["osteoclasts"])["osteoclasts"].iloc[-1])


def test_a_claim_cannot_undo_a_cut() -> None:
    with under(NO_GENE):
        model = rk.compose("mouse")
        ends = [osteoclasts(model), osteoclasts(model.set(slot_RANKL_gene=2.0)), osteoclasts(model.after("1 d"))]
    assert max(ends) < 0.01


def test_a_cut_ends_with_its_block_and_is_not_kept_for_later() -> None:
    before = rk.compose("mouse")
    with under(NO_GENE):
        cut = rk.compose("mouse")
    after = rk.compose("mouse")
    assert before.hash == after.hash != cut.hash
    assert osteoclasts(after) == pytest.approx(1.0, abs=1e-9)
    assert osteoclasts(cut) < 0.01, "it goes where its model goes"


def test_a_cut_holds_for_subjects_that_have_a_number_of_their_own_and_in_other_processes() -> None:
    with under(NO_GENE):
        model = rk.compose("mouse")
        (run,) = rk.side_by_side(model, [{"slot_RANKL_gene": 1.0}], [0.0, 60.0], ["osteoclasts"])
    assert run[-1, 0] < 0.01
    assert pickle.loads(pickle.dumps(model)).sbml == model.sbml


def test_what_is_computed_can_be_cut_too_and_keeps_its_own_course() -> None:
    model = rk.compose("mouse").set(slot_RANKL_production=2.0)
    with under({"RANK_occupancy": model.simulate(1, points=2)["RANK_occupancy"].iloc[0]}):
        cut = rk.compose("mouse").set(slot_RANKL_production=2.0)
    assert osteoclasts(model) > 1.1
    assert osteoclasts(cut) == pytest.approx(1.0, abs=1e-6)
    assert cut.simulate(60, points=2)["RANK_occupancy"].diff().iloc[-1] > 0.01


def test_a_constant_that_is_cut_reads_so_outside_the_model() -> None:
    with under({"event_frailty": 0.0}):
        assert rk.compose("human").facts.elements["event_frailty"].value == 0.0


def claim(run: object = None, **said: object) -> Claim:
    def needs_rankl() -> Finding:
        left = osteoclasts(rk.compose("mouse"))
        return Finding(f"{left:.2f}", left > 0.5)

    return Claim("X-1", "It holds", "over 0.5", run or needs_rankl, **said)


def words(*claims: Claim) -> list[tuple[str, bool]]:
    return [(each.word, each.hole) for each in judge_cuts(judge(claims))]


def test_a_claim_falls_under_its_cut_or_is_a_hole() -> None:
    cuts = {"no RANKL": NO_GENE, "a trifle": {"slot_RANKL_production": 0.999}}
    assert words(claim(cuts=cuts)) == [("falls", False), ("STANDS", True)]
    assert words(claim()) == [("no cut", True)]
    assert words(claim(by_construction="it reads a table")) == [("identity", False)]


def test_a_claim_that_fails_anyway_is_shown_so() -> None:
    def fails() -> Finding:
        return Finding(f"{osteoclasts(rk.compose('mouse')):.2f}", False)

    assert words(claim(fails, cuts={"no RANKL": NO_GENE})) == [("fails anyway", False)]


def test_an_id_that_no_model_has_is_an_error_that_names_the_nearest() -> None:
    verdict = judge_under(claim(), {"slot_RANKL_gen": 0.0})
    assert verdict.word == "error"
    assert "'slot_RANKL_gen' (did you mean 'slot_RANKL_gene'?)" in verdict.error
    assert judge_under(claim(), {"slot_RANKL_gen": 0.0}, whole=False) is None


def test_an_experiment_that_composes_nothing_says_so() -> None:
    model = rk.compose("mouse")
    verdict = judge_under(claim(lambda: Finding(f"{osteoclasts(model)}", True)), NO_GENE)
    assert "no model was composed under this cut" in verdict.error
    assert "rk.once" in verdict.error


def test_once_keeps_a_run_for_a_cut_and_the_model_as_it_is_apart() -> None:
    asked = []

    @rk.once
    def left(host: str) -> float:
        asked.append(host)
        return osteoclasts(rk.compose(host))

    whole = left("mouse"), left("mouse")
    with under(NO_GENE):
        cut = left("mouse"), left("mouse")
    assert whole[0] == whole[1] == left("mouse") == pytest.approx(1.0, abs=1e-9)
    assert cut[0] == cut[1] < 0.01
    assert len(asked) == 2


def test_all_cuts_are_each_there_once_and_their_own_are_known() -> None:
    first, second = claim(cuts={"no RANKL": NO_GENE}), claim(cuts={"none": NO_GENE, "no OPG": {"OPG": 0.0}})
    cuts = all_cuts([first, second])
    assert list(cuts) == ["X-1: no RANKL", "X-1: no OPG"]
    found = list(judge_all_cuts(judge([first]), cuts))
    assert [(each.own, each.word) for each in found] == [(True, "falls"), (False, "STANDS")]
    assert not any(each.hole for each in found), "another's cut need not make it fall"


def test_a_hole_is_one_among_the_cuts_of_all_too() -> None:
    """A claim without a cut, and one whose own cut names what no model has."""
    bare, wrong = claim(), claim(cuts={"misspelt": {"slot_RANKL_gen": 0.0}})
    found = list(judge_all_cuts(judge([bare, wrong]), {"X-1: misspelt": {"slot_RANKL_gen": 0.0}}))
    assert [(each.word, each.hole) for each in found] == [("no cut", True), ("-", False), ("error", True)]


def test_identities_and_fitted_data_are_counted_apart() -> None:
    table = Claims()
    for id, said in (("A", {}), ("B", {"fitted": "the trial"}), ("C", {"by_construction": "a table"})):
        table.add(id, "It holds", "always", **said)(lambda: Finding("", True))
    assert counted(judge(table)) == (
        "2 of 2 claims hold, 1 of them on data that the model was fitted to; so do 1 of 1 that are true by construction"
    )


def test_cuts_are_printed_and_written_and_a_hole_fails_the_command(tmp_path: Path) -> None:
    table, picture, page = (tmp_path / name for name in ("cuts.csv", "cuts.svg", "cuts.html"))
    said = ["claims", "--only", "SC-07", "--cuts"]
    done = CliRunner().invoke(cli, [*said, "-o", str(table), "--plot", str(picture), "--html", str(page)])
    assert done.exit_code == 0, done.output
    assert "2 of 2 cuts make their claim fall; no claim stands without its mechanism" in done.stdout
    assert table.read_text(encoding="utf-8").count("falls") == 2
    assert "maturation_basal=1" in table.read_text(encoding="utf-8")
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    assert page.read_text(encoding="utf-8").count("data:image/svg+xml;base64,") == 2


def test_a_hole_is_told_by_the_verdict_alone() -> None:
    bare = next(judge([claim(lambda: Finding("", True), cuts={"x": NO_GENE})]))
    assert CutVerdict(bare, "x", bare).hole
    assert not CutVerdict(bare, "x", bare, own=False).hole
