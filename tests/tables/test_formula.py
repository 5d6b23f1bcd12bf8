import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranklsys.errors import DataError, RanklsysError, UnknownName
from ranklsys.tables import formula

VALUES = {"light": np.array([1.0, 100.0]), "age": 55.0, "weight": 70.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log10(light)", [0.0, 2.0]),
        ("-light ** 2 + 3 / 2", [0.5, -9998.5]),
        ("log(light) - ln(light)", [0.0, 0.0]),
        ("max(light, 10) - min(light, 10)", [9.0, 90.0]),
        ("light > 10", [False, True]),
        ("50 <= age < 60 and not weight > 90", True),
        ("age < 50 or weight == 70", True),
        ("2", 2.0),
        ("age / 0", np.inf),
        ("9 ** 9 ** 9 ** 9", np.inf),
    ],
)
def test_formulas_and_conditions_are_computed(text: str, expected: object) -> None:
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(formula.compute(text, VALUES), expected)


def test_the_ids_that_a_formula_reads_are_told() -> None:
    assert formula.names("log10(light) / age + age") == {"light", "age"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "@pd.io.common.os.system('true')",
        "light.to_csv('stolen')",
        "light.__class__",
        "light[0]",
        "[light for light in light]",
        "(lambda: age)()",
        "log10(light, age)",
        "log10(x=light)",
        "log10(*light)",
        "eval('1')",
        "age if age else weight",
        "(age := 3)",
        "f'{age}'",
        "'text'",
        "True",
        "None",
        "age; weight",
        "age is weight",
        "age in light",
        "light @ light",
        "age ^ 2",
        "1e999",
        "9" * 500,
        "",
        "age\0",
        "\ud800",
        "(" * 190 + "age" + ")" * 190 + "+",
        "-" * 900 + "age",
        "+".join(["1"] * 400),
        "age + " * 300 + "age",
    ],
)
def test_what_formulas_do_not_have_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        formula.compute(text, VALUES)


@given(st.text(max_size=40) | st.text(alphabet="age()[].@_'\"^*+-<>=!, 019\n", max_size=40))
def test_any_text_gives_a_number_or_an_error_of_ours(text: str) -> None:
    try:
        with np.errstate(all="ignore"):
            found = formula.compute(text, VALUES)
    except RanklsysError:
        return  # any other error fails the test
    assert np.asarray(found).dtype.kind in "fb"


def test_an_unknown_id_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"reads 'wait'.*did you mean 'weight'"):
        formula.compute("wait > 3", VALUES)


def test_a_power_written_as_in_other_tools_is_told_how() -> None:
    with pytest.raises(DataError, match=r"holds 'age \^ 2'.*Write a power as \*\*"):
        formula.names("age ^ 2")


def test_a_condition_compares() -> None:
    formula.check_condition("age > 50 and not weight > 90", VALUES)
    with pytest.raises(DataError, match="compares nothing"):
        formula.check_condition("age + 1", VALUES)
    with pytest.raises(UnknownName, match="did you mean 'age'"):
        formula.check_condition("aged > 1", VALUES)
    assert formula.meets("", {})
    assert not formula.meets("age > 50", {"age": 50.0})
