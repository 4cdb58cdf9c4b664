"""A mutant is a submission of what a part can see, and the same as the reference to all others."""

from __future__ import annotations

import pytest

from autograder.audit.ground import ground_of, uses_images
from autograder.audit.subjects import Reach, Subject, is_whole, own_parts, task_for
from autograder.grading.batch import Plan
from autograder.grading.digests import OF_THE_AUDIT, digest_of_checks

REFERENCE = {"double": "def double(x): return 2 * x\n", "greet": "def greet(x): return x\n"}
MUTANT = {**REFERENCE, "double": "def double(x): return 3 * x\n"}


def digest(tiny, modules, part, seen, number=0):
    return task_for(Subject("one", modules, number), tiny.part(part), seen, tiny).submission.digest


def test_a_part_that_can_t_see_the_bug_gets_the_very_same_submission(tiny):
    assert digest(tiny, REFERENCE, "greet", ["greet"]) == digest(tiny, MUTANT, "greet", ["greet"])
    assert digest(tiny, REFERENCE, "double", ["double"]) != digest(
        tiny, MUTANT, "double", ["double"]
    )
    both = ["double", "greet"]
    assert digest(tiny, REFERENCE, "both", both) != digest(tiny, MUTANT, "both", both)


def test_each_round_has_random_numbers_of_its_own(tiny):
    digests = {digest(tiny, REFERENCE, "greet", ["greet"], number) for number in range(5)}
    assert len(digests) == 5


def test_what_a_part_can_t_see_is_not_handed_in(tiny):
    submission = task_for(Subject("one", MUTANT), tiny.part("greet"), ["greet"], tiny).submission
    assert set(submission.files) == {"greet.py"}
    assert submission.missing(["greet"]) == []
    assert submission.missing(["double", "greet"]) == ["double"]


def test_own_parts_are_those_that_need_the_fewest_modules(tiny):
    assert [part.name for part in own_parts(tiny, "double")] == ["double"]
    assert [is_whole(tiny, part) for part in tiny.parts] == [False, False, True]
    assert Reach({"greet": ("double", "greet"), "double": ("double",)}).parts_of("double") == [
        "greet",
        "double",
    ]


@pytest.fixture
def plan(tiny, course_file):
    return Plan(
        course=course_file,
        assignment="tiny",
        release=course_file.parent,
        key=b"1",
        backend="none",
        device="cpu",
        data_name="no",
        data_root=None,
        seconds=1.0,
    )


EDITS = [
    ("checks/test_double.py", "[1, 3]", "[1, 5]", {"double"}),
    ("probes.py", "doubled(student", "twice(student", {"double"}),
    ("probes.py", '# %% part="greet"', '# A line more.\n# %% part="greet"', {"double"}),
    ("double.py", "Twice", "Two times", set()),
    ("wheats/double/added.py", "sum", "max", set()),
    ("mutants/shouts.patch", "loud", "louder", set()),
]


@pytest.mark.parametrize(("name", "old", "new", "changed"), EDITS)
def test_results_depend_on_the_checks_of_their_part_alone(tiny, plan, name, old, new, changed):
    before = {part.name: ground_of(tiny, part, plan) for part in tiny.parts}
    path = tiny.folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    after = {part.name: ground_of(tiny, part, plan) for part in tiny.parts}
    assert {part for part, one in after.items() if one != before[part]} == changed


def test_a_helper_of_the_checks_concerns_every_part(tiny, plan, write):
    before = [ground_of(tiny, part, plan) for part in tiny.parts]
    write("checks/helper.py", "ONE = 1\n")
    after = [ground_of(tiny, part, plan) for part in tiny.parts]
    assert not set(before) & set(after)


def test_images_are_loaded_for_parts_that_ask_for_them(tiny, write):
    assert not uses_images(tiny, tiny.part("greet"))
    write("checks/test_greet.py", "def test_one(probe, images):\n    pass\n")
    assert uses_images(tiny, tiny.part("greet"))


def test_what_is_there_for_the_audit_regrades_no_class(tiny, write):
    before = digest_of_checks(tiny.folder, [], "")
    write("mutants/equivalent.yaml", "[]\n")
    write("wheats/greet/other.py", "x = 1\n")
    assert digest_of_checks(tiny.folder, [], "") == before
    write("checks/helper.py", "x = 1\n")
    assert digest_of_checks(tiny.folder, [], "") != before
    assert OF_THE_AUDIT == ("mutants", "wheats")
