"""The course file: what is read from it, and what a person is told about each mistake in it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import CourseError, load
from autograder.course_errors import one_of, shown

CourseCopy = Callable[..., Path]


@pytest.fixture
def told(course_copy: CourseCopy, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a person reads who changed course.yaml so and stands in its folder."""

    def tell(*changes: tuple[str, str]) -> str:
        path = course_copy(*changes)
        monkeypatch.chdir(path.parent)
        with pytest.raises(CourseError) as caught:
            load(Path("course.yaml"))
        return str(caught.value)

    return tell


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "course.yaml"
    path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return path


class TestTheShippedCourse:
    def test_has_the_parts_and_points_of_the_contract(self, repository: Path) -> None:
        mnist = load(repository / "course.yaml").assignments["mnist"]
        assert [(part.name, part.points) for part in mnist.parts] == [
            ("transforms", 15),
            ("loaders", 25),
            ("model", 20),
            ("training", 25),
            ("accuracy", 15),
        ]
        assert mnist.points == 100
        assert mnist.modules == ["transforms", "loaders", "model", "training"]
        assert mnist.part("model").modules == ["model"]
        assert mnist.part("accuracy").modules == mnist.modules

    def test_has_the_settings_and_threshold_of_the_contract(self, repository: Path) -> None:
        mnist = load(repository / "course.yaml").assignments["mnist"]
        assert mnist.settings.model_dump() == {
            "mean": 0.1307,
            "std": 0.3081,
            "train_size": 50_000,
            "val_size": 10_000,
            "batch_size": 64,
            "eval_batch_size": 1_000,
            "hidden": 128,
            "num_classes": 10,
            "epochs": 2,
            "learning_rate": 0.001,
            "seed": 0,
        }
        assert mnist.accuracy is not None
        assert mnist.accuracy.model_dump() == {
            "threshold": 0.94,
            "marked_share": 0.06,
            "marked_threshold": 0.5,
        }

    def test_knows_its_places(self, course_copy: CourseCopy, user_home: Path) -> None:
        path = course_copy()
        course = load(path)
        assert course.path == path
        assert course.root == path.parent
        mnist = course.assignment("mnist")
        assert (mnist.name, mnist.folder) == ("mnist", path.parent / "source" / "mnist")
        assert course.key_file.name == "example.first-image-classifier.key"
        assert course.key_file.is_relative_to(user_home)

    def test_reads_the_due_date_in_its_time_zone(self, repository: Path) -> None:
        due = load(repository / "course.yaml").assignments["mnist"].due
        assert due.astimezone(UTC) == datetime(2027, 3, 1, 22, 59, tzinfo=UTC)

    def test_is_frozen(self, repository: Path) -> None:
        mnist = load(repository / "course.yaml").assignments["mnist"]
        for thing, name in [(mnist, "title"), (mnist.parts[0], "points"), (mnist.settings, "mean")]:
            with pytest.raises(ValueError, match="frozen"):
                setattr(thing, name, None)

    def test_parts_and_limits_can_be_sent_to_another_process(self, repository: Path) -> None:
        mnist = load(repository / "course.yaml").assignments["mnist"]
        sent = (mnist.parts, mnist.limits, mnist.accuracy)
        assert pickle.loads(pickle.dumps(sent)) == sent

    def test_is_read_without_torch(self, repository: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from autograder.course import load; "
            "load(Path('course.yaml')); sys.exit('torch' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=repository, check=False)
        assert done.returncode == 0


class TestLimits:
    def test_a_part_changes_only_the_limits_it_names(self, course_copy: CourseCopy) -> None:
        mnist = load(course_copy(("wall_seconds: 180", "wall_seconds: 77"))).assignments["mnist"]
        accuracy = mnist.limits_of(mnist.part("accuracy"))
        assert (accuracy.wall_seconds, accuracy.call_seconds) == (900, 600)
        assert accuracy.memory_mb == mnist.limits.memory_mb
        assert mnist.limits_of(mnist.part("model")) == mnist.limits
        assert mnist.limits.wall_seconds == 77

    def test_an_unknown_part_or_assignment_is_an_error(self, course_copy: CourseCopy) -> None:
        course = load(course_copy())
        with pytest.raises(KeyError):
            course.assignment("mnist").part("modle")
        with pytest.raises(CourseError, match=r"found 'mnits'; did you mean 'mnist'\?$"):
            course.assignment("mnits")


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("2027-07-01 12:00 Europe/Berlin", 2),
        ("2027-01-01 12:00 Europe/Berlin", 1),
        ("2027-01-01T12:00:00+01:00", 1),
        ("2027-01-01 12:00 -05:00", -5),
        ("2027-01-01 12:00:00 UTC", 0),
        ("'2027-01-01T12:00Z'", 0),
    ],
)
def test_time_zones_by_name_and_by_offset(
    course_copy: CourseCopy, written: str, hours: int
) -> None:
    path = course_copy(("due: 2027-03-01 23:59 Europe/Berlin", f"due: {written}"))
    due = load(path).assignments["mnist"].due
    assert due.utcoffset() == timedelta(hours=hours)
    assert due.hour == 12


# What is changed in course.yaml, and all that a person is then told.
MISTAKES = {
    "unknown key at the top": (
        ("branch: main", "brnch: main"),
        "course.yaml:5: brnch: expected a known key, found 'brnch'; did you mean 'branch'?",
    ),
    "misspelt key that is needed": (
        ("title: Handwritten", "tilte: Handwritten"),
        "course.yaml:14: assignments.mnist.tilte: expected a known key, found 'tilte'; "
        "did you mean 'title'?",
    ),
    "unknown key of a part": (
        ("points: 20", "points: 20\n        bonus: 3"),
        "course.yaml:47: assignments.mnist.parts.2.bonus: expected a known key, found 'bonus'; "
        "there is name, title, points, modules, limits",
    ),
    "unknown key of a part's limits": (
        ("call_seconds: 600", "call_secs: 600"),
        "course.yaml:58: assignments.mnist.parts.4.limits.call_secs: expected a known key, "
        "found 'call_secs'; did you mean 'call_seconds'?",
    ),
    "unknown limit": (
        ("memory_mb", "memory_gb"),
        "course.yaml:68: assignments.mnist.limits.memory_gb: expected a known key, "
        "found 'memory_gb'; did you mean 'memory_mb'?",
    ),
    "unknown key of the accuracy rule": (
        ("marked_share", "share"),
        "course.yaml:62: assignments.mnist.accuracy.marked_share: expected a number",
    ),
    "unknown key of the key": (
        ("environment:", "enviroment:"),
        "course.yaml:10: key.enviroment: expected a known key, found 'enviroment'; "
        "did you mean 'environment'?",
    ),
    "unknown setting": (
        ("hidden: 128", "hiden: 128"),
        "course.yaml:27: assignments.mnist.settings.hiden: expected a known key, found 'hiden'; "
        "did you mean 'hidden'?",
    ),
    "missing setting": (
        ("      hidden: 128\n", ""),
        "course.yaml:20: assignments.mnist.settings.hidden: expected a whole number of hidden "
        "units, found nothing; add for example `hidden: 128`",
    ),
    "missing points": (
        ("        points: 20\n", ""),
        "course.yaml:44: assignments.mnist.parts.2.points: expected a number above 0, "
        "found nothing; add for example `points: 15`",
    ),
    "points that are negative": (
        ("points: 20", "points: -5"),
        "course.yaml:46: assignments.mnist.parts.2.points: expected a number above 0, found -5; "
        "write for example `points: 15`",
    ),
    "points that are zero": (
        ("points: 20", "points: 0.0"),
        "course.yaml:46: assignments.mnist.parts.2.points: expected a number above 0, found 0.0; "
        "write for example `points: 15`",
    ),
    "points without end": (
        ("points: 20", "points: .inf"),
        "course.yaml:46: assignments.mnist.parts.2.points: expected a number above 0, "
        "found the number inf; write for example `points: 15`",
    ),
    "points as a text": (
        ("points: 20", "points: '20'"),
        "course.yaml:46: assignments.mnist.parts.2.points: expected a number above 0, "
        "found the text '20'; write for example `points: 15`",
    ),
    "a limit that is no whole number": (
        ("files: 500", "files: 0.5"),
        "course.yaml:73: assignments.mnist.limits.files: expected a whole number of files, "
        "at least 1, found 0.5; write for example `files: 500`",
    ),
    "a limit that is a truth value": (
        ("files: 500", "files: true"),
        "course.yaml:73: assignments.mnist.limits.files: expected a whole number of files, "
        "at least 1, found true; write for example `files: 500`",
    ),
    "a limit with its unit": (
        ("memory_mb: 4096", "memory_mb: 4 GB"),
        "course.yaml:68: assignments.mnist.limits.memory_mb: expected a whole number of "
        "megabytes, at least 256, found the text '4 GB'; write for example `memory_mb: 4096`",
    ),
    "a batch of half an image": (
        (" batch_size: 64", " batch_size: 64.5"),
        "course.yaml:25: assignments.mnist.settings.batch_size: expected a whole number of images "
        "above 0, found 64.5; write for example `batch_size: 64`",
    ),
    "a deviation of zero": (
        ("std: 0.3081", "std: 0"),
        "course.yaml:22: assignments.mnist.settings.std: expected a pixel deviation from 0.1 to "
        "10, found 0; write for example `std: 0.3081`",
    ),
    "a split that is not the whole": (
        ("val_size: 10000", "val_size: 1000"),
        "course.yaml:20: assignments.mnist.settings: expected train_size + val_size = 60000 "
        "images, found 51000; change one of the two",
    ),
    "settings that are no group": (
        ("    data: mnist\n", "    data: mnist\n    settings: fast\n    x:\n"),
        "course.yaml:22: assignments.mnist.settings: expected each key once, "
        "found it again (first on line 17); keep one of the two",
    ),
    "a threshold in percent": (
        ("threshold: 0.94", "threshold: 94"),
        "course.yaml:61: assignments.mnist.accuracy.threshold: expected a number between 0 and 1, "
        "found 94; write for example `threshold: 0.94`",
    ),
    "a threshold of one": (
        ("threshold: 0.94", "threshold: 1"),
        "course.yaml:61: assignments.mnist.accuracy.threshold: expected a number between 0 and 1, "
        "found 1; write for example `threshold: 0.94`",
    ),
    "a threshold that is no number": (
        ("threshold: 0.94", "threshold: .nan"),
        "course.yaml:61: assignments.mnist.accuracy.threshold: expected a number between 0 and 1, "
        "found the number nan; write for example `threshold: 0.94`",
    ),
    "a due date without a time zone": (
        (" Europe/Berlin", ""),
        "course.yaml:15: assignments.mnist.due: expected a date, a time and a time zone, found "
        "the text '2027-03-01 23:59'; write for example `due: 2027-03-01 23:59 Europe/Berlin`",
    ),
    "a time zone that doesn't exist": (
        ("Europe/Berlin", "Europe/Berlim"),
        "course.yaml:15: assignments.mnist.due: expected a date, a time and a time zone, found "
        "the text '2027-03-01 23:59 Europe/Berlim'; "
        "write for example `due: 2027-03-01 23:59 Europe/Berlin`",
    ),
    "a time zone that is a path": (
        ("Europe/Berlin", "../../etc"),
        "course.yaml:15: assignments.mnist.due: expected a date, a time and a time zone, found "
        "the text '2027-03-01 23:59 ../../etc'; "
        "write for example `due: 2027-03-01 23:59 Europe/Berlin`",
    ),
    "a day that doesn't exist": (
        ("2027-03-01", "2027-02-30"),
        "course.yaml:15: assignments.mnist.due: expected a date, a time and a time zone, found "
        "the text '2027-02-30 23:59 Europe/Berlin'; "
        "write for example `due: 2027-03-01 23:59 Europe/Berlin`",
    ),
    "a due date that is a number": (
        ("due: 2027-03-01 23:59 Europe/Berlin", "due: 2027"),
        "course.yaml:15: assignments.mnist.due: expected a date, a time and a time zone, "
        "found 2027; write for example `due: 2027-03-01 23:59 Europe/Berlin`",
    ),
    "a part with an unknown module": (
        ("modules: [model]", "modules: [modle]"),
        "course.yaml:47: assignments.mnist.parts.2.modules: expected modules of the assignment, "
        "found 'modle'; did you mean 'model'?",
    ),
    "a part with one module, not a list": (
        ("modules: [model]", "modules: model"),
        "course.yaml:47: assignments.mnist.parts.2.modules: expected a list of module names, "
        "found the text 'model'; write for example `modules: [transforms, model]`",
    ),
    "a part without a module": (
        ("modules: [model]", "modules: []"),
        "course.yaml:47: assignments.mnist.parts.2.modules: expected a list of module names, "
        "found an empty list; write for example `modules: [transforms, model]`",
    ),
    "a module that is no name": (
        ("modules: [model]", "modules: [model.py]"),
        "course.yaml:47: assignments.mnist.parts.2.modules.0: expected a list of module names, "
        "found the text 'model.py'; write for example `modules: [transforms, model]`",
    ),
    "a module twice": (
        ("modules: [model]", "modules: [model, model]"),
        "course.yaml:47: assignments.mnist.parts.2.modules: expected each module once, "
        "found 'model' again; drop one of the two",
    ),
    "a part twice": (
        ("name: model", "name: loaders"),
        "course.yaml:44: assignments.mnist.parts.2.name: expected each part once, "
        "found 'loaders' again; rename one of the two",
    ),
    "an assignment without a folder": (
        ("  mnist: #", "  mnits: #"),
        "course.yaml:13: assignments.mnits: expected the name of a folder in source/, "
        "found 'mnits'; did you mean 'mnist'?",
    ),
    "an assignment that leads out of source": (
        ("  mnist: #", "  ../mnist: #"),
        "course.yaml:13: assignments.../mnist: expected the name of a folder in source/, "
        "found '../mnist'; did you mean 'mnist'?",
    ),
    "a repository without its owner": (
        ("example/first", "first"),
        "course.yaml:4: repository: expected owner/name on GitHub, found the text "
        "'first-image-classifier'; write for example "
        "`repository: example/first-image-classifier`",
    ),
    "an empty title": (
        ("title: Handwritten digits", "title: ''"),
        "course.yaml:14: assignments.mnist.title: expected a title, found an empty text; "
        "write for example `title: Digits`",
    ),
    "a title that is a number": (
        ("title: Handwritten digits", "title: 10"),
        "course.yaml:14: assignments.mnist.title: expected a title, found 10; "
        "write for example `title: Digits`",
    ),
    "a key written into the file": (
        ("  environment: AUTOGRADER_KEY", "  environment: 0f-secret"),
        "course.yaml:10: key.environment: expected the name of an environment variable, "
        "found the text '0f-secret'; write for example `environment: AUTOGRADER_KEY`",
    ),
    "a key inside the repository": (
        ("  environment: AUTOGRADER_KEY", "  file: source/course.key"),
        "course.yaml:10: key.file: expected a file outside the repository, "
        "found 'source/course.key' inside it; write for example `file: ~/course.key`",
    ),
    "the same key twice": (
        ("branch: main", "title: Another"),
        "course.yaml:5: title: expected each key once, found it again (first on line 3); "
        "keep one of the two",
    ),
    "a key that is no word": (
        ("branch: main", "1: main"),
        "course.yaml:5: 1: expected a word as the key, found 1; quote or drop it",
    ),
    "a key that is a list": (
        ("branch: main", "[a, b]: main"),
        "course.yaml:5: a list or group: expected a word as the key, found a list or group; "
        "quote or drop it",
    ),
    "a YAML tag": (
        ("branch: main", "branch: !!python/name:os.system main"),
        "course.yaml:5: branch: expected a plain value, found the YAML tag "
        "tag:yaml.org,2002:python/name:os.system; drop the tag",
    ),
    "a YAML alias": (
        ("branch: main", "branch: &b main\nkey: *b\nk:"),
        "course.yaml:6: key: expected a value, found an alias; write the value out",
    ),
    "a colon in a title": (
        ("title: Your First", "title: Your: First"),
        "course.yaml:3: expected YAML, found a mistake (mapping values are not allowed here); "
        "look at this line and the one before it: spaces (no tabs) for indentation, "
        "`key: value` with a space, quotes closed",
    ),
    "a quote left open": (
        ("branch: main", "branch: 'main"),
        "course.yaml:5: expected YAML, found a mistake",
    ),
    "a character that YAML forbids": (
        ("branch: main", "branch: ma\x01in"),
        "course.yaml:5: expected YAML, found a mistake (a character that YAML does not allow); "
        "look at this line and the one before it: spaces (no tabs) for indentation, "
        "`key: value` with a space, quotes closed",
    ),
}


@pytest.mark.parametrize(("change", "text"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_line_key_and_fix(
    told: Callable[..., str], change: tuple[str, str], text: str
) -> None:
    assert told(change) == text
