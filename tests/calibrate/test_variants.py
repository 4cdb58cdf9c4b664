"""The submissions that are measured, and what is said where one can't be made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder import course as courses
from autograder.calibrate.record import Kind
from autograder.calibrate.variants import BadVariant, variants_of


def test_reference_then_wheats_then_weak_ones(luck_course, luck):
    found = variants_of(luck_course, luck)
    assert [(one.name, one.kind) for one in found] == [
        ("reference", Kind.REFERENCE),
        ("skill/long_way", Kind.WHEAT),
        ("unlucky", Kind.WEAK),
        ("stuck", Kind.WEAK),
    ]
    reference, wheat, unlucky, _ = found
    assert b"SOLUTION" not in reference.files["luck.py"]
    assert wheat.files == reference.files | {"skill.py": b"def skill():\n    return int(True)\n"}
    old = b"random.gauss(0.95, 0.004)"
    assert unlucky.files["luck.py"] == reference.files["luck.py"].replace(old, b"0.4")
    assert unlucky.why == "Nobody needs luck."


def test_neither_wheats_nor_weak_ones_are_needed(luck_course, luck):
    (luck.folder / "weak.toml").unlink()
    (luck_course.root / "tests" / "luck" / "wheats" / "skill" / "long_way.py").unlink()
    assert [one.name for one in variants_of(luck_course, luck)] == ["reference"]


MISTAKES: dict[str, tuple[Callable[[str], str], str]] = {
    "unknown module": (
        lambda text: text.replace('module = "luck"', 'module = "lucky"', 1),
        "unlucky: expected one of the modules luck, skill, found 'lucky'; mend `module`",
    ),
    "text that is not there": (
        lambda text: text.replace('random.gauss(0.95, 0.004)"', 'random.gauss(0.96)"', 1),
        "unlucky: expected the old text of each edit once in luck/luck.py, found "
        "'random.gauss(0.96)' 0 times; write it as it stands there now",
    ),
    "text that stands twice": (
        lambda text: text.replace('random.gauss(0.95, 0.004)"', 'random"', 1),
        "unlucky: expected the old text of each edit once in luck/luck.py, found "
        "'random' 3 times; write it as it stands there now",
    ),
    "unknown key": (
        lambda text: text.replace("why =", "because =", 1),
        "weak.0.why: expected entries [[weak]] with name, why, module and edits, found: field "
        "required; mend it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_file_is_told(luck_course, luck, mistake):
    change, said = MISTAKES[mistake]
    path = luck.folder / "weak.toml"
    path.write_text(change(path.read_text()))
    with pytest.raises(BadVariant) as caught:
        variants_of(luck_course, luck)
    assert str(caught.value) == f"{path}: {said}"


def test_a_file_that_is_no_toml_is_told(luck_course, luck):
    path = luck.folder / "weak.toml"
    path.write_text("[[weak\n")
    with pytest.raises(BadVariant, match="expected TOML, found a mistake") as caught:
        variants_of(luck_course, luck)
    assert str(caught.value).startswith(f"{path}: ")


def test_those_of_the_repository_can_be_made(repository):
    course = courses.load(repository / "course.yaml")
    for assignment in course.assignments.values():
        found = variants_of(course, assignment)
        kinds = [one.kind for one in found]
        assert kinds.count(Kind.WHEAT) >= 20
        assert kinds.count(Kind.WEAK) >= 10
        assert len({one.name for one in found}) == len(found)
        for one in found:
            for name, content in one.files.items():
                compile(content, name, "exec")
            assert (one.files == found[0].files) is (one.kind is Kind.REFERENCE)
