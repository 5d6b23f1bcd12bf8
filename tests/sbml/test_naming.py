"""Names: of what is at the lesion, and of what is a part's own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ranklsys.plugins.part import Part
from ranklsys.sbml import naming


def test_a_name_at_the_lesion_is_bare_again() -> None:
    assert naming.at_lesion("RANKL") == "RANKL_lesion"
    assert naming.bare("RANKL_lesion") == naming.bare("RANKL") == "RANKL"
    assert naming.is_at_lesion("RANKL_lesion")
    assert not naming.is_at_lesion("lesion_size")


@pytest.mark.parametrize("id", ["free", "free_lesion", "_free"])
def test_what_is_a_part_s_own_is_parted_again(id: str) -> None:
    name = Part(id="opg-fc", kind="therapy").own(id)
    assert name == f"opg_fc__{id}"
    assert naming.parted(name) == ("opg_fc", id)
    assert naming.parted(id) == ("", id)


def test_what_is_own_is_of_one_part_or_of_any() -> None:
    assert naming.is_own("opg_fc__free", "opg_fc")
    assert naming.is_own("opg_fc__free")
    assert not naming.is_own("opg_fc__free", "opg")
    assert not naming.is_own("tumour_growth", "tumour")
    assert not naming.is_own("tumour_growth")


def test_a_name_does_not_wait_for_libsbml() -> None:
    code = "import sys, ranklsys.plugins.contract; print('libsbml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
