"""The mutation sample changes a module in one place at a time, and only where it runs."""

import pytest

from scripts.mutation_sample import mutations


def _changes(source: str) -> list[tuple[str, str]]:
    return [mutation.changed_lines for mutation in mutations("module.py", source)]


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("x = a < b", ["x = a <= b", "x = a >= b"]),
        ("x = a == b", ["x = a != b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a is None", ["x = a is not None"]),
        ("x = a + b", ["x = a - b"]),
        ("x = a / b", ["x = a * b"]),
        ("x = a and b and c", ["x = (a or b or c)"]),
        ("x = not a", ["x = (a)"]),
        ("x = True", ["x = False"]),
        ("x = 1", ["x = 2", "x = 0"]),
        ("x = 0.5", ["x = 1.5", "x = -0.5"]),
        ("x += y", ["x -= y", "pass"]),
        ("x.y = z", ["pass"]),
        ("x()", ["pass"]),
        ("raise x", ["pass"]),
    ],
)
def test_each_kind_of_node_has_its_changes(line, others):
    assert _changes(line) == [(line, other) for other in others]


def test_a_returned_value_becomes_none():
    assert _changes("def f(x):\n    return x\n") == [("return x", "return None")]


def test_what_does_not_run_is_left_alone():
    assert _changes('"""Docs."""\n\n\n@d(3)\ndef f(x: "3 < 4") -> 5:\n    """Docs."""\n    y = f"{3 < 4}"\n') == []


def test_text_before_the_change_may_have_any_letters():
    assert _changes('x = "ä" if a < b else "ö"') == [
        ('x = "ä" if a < b else "ö"', 'x = "ä" if a <= b else "ö"'),
        ('x = "ä" if a < b else "ö"', 'x = "ä" if a >= b else "ö"'),
    ]


def test_a_change_over_several_lines_is_told_with_all_of_them():
    assert _changes("x = (\n    a\n    < b\n)\n")[0] == ("a\n< b", "a <= b")
