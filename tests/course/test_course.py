"""The course file: what is read from it, and what a person is told about each mistake in it."""

from __future__ import annotations

import json
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
from autograder.course.errors import one_of, shown

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


def test_the_shipped_course_can_be_read(repository: Path) -> None:
    course = load(repository / "course.yaml")
    assert list(course.assignments) == ["mnist"]
    assert course.assignment("mnist").points == 100
    assert course.key.file is None


class TestACourse:
    def test_has_parts_with_points_and_modules(self, course_copy: CourseCopy) -> None:
        mnist = load(course_copy()).assignments["mnist"]
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

    def test_has_settings_and_an_accuracy_rule(self, course_copy: CourseCopy) -> None:
        mnist = load(course_copy()).assignments["mnist"]
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
            "repetitions": 2,
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

    def test_reads_the_due_date_in_its_time_zone(self, course_copy: CourseCopy) -> None:
        due = load(course_copy()).assignments["mnist"].due
        assert due.astimezone(UTC) == datetime(2027, 3, 1, 22, 59, tzinfo=UTC)

    def test_is_frozen(self, course_copy: CourseCopy) -> None:
        mnist = load(course_copy()).assignments["mnist"]
        for thing, name in [(mnist, "title"), (mnist.parts[0], "points"), (mnist.settings, "mean")]:
            with pytest.raises(ValueError, match="frozen"):
                setattr(thing, name, None)

    def test_parts_and_limits_can_be_sent_to_another_process(self, course_copy: CourseCopy) -> None:
        mnist = load(course_copy()).assignments["mnist"]
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
        ("marked_share", "marked_shard"),
        "course.yaml:62: assignments.mnist.accuracy.marked_shard: expected a known key, "
        "found 'marked_shard'; did you mean 'marked_share'?",
    ),
    "unknown key of the feedback": (
        ("    data: mnist\n", "    data: mnist\n    feedback: {levle: full}\n"),
        "course.yaml:17: assignments.mnist.feedback.levle: expected a known key, found 'levle'; "
        "did you mean 'level'?",
    ),
    "unknown level of feedback": (
        ("    data: mnist\n", "    data: mnist\n    feedback: {level: all}\n"),
        "course.yaml:17: assignments.mnist.feedback.level: expected one of full, no-expected, "
        "points, found the text 'all'; write for example `level: full`",
    ),
    "a share where images are counted": (
        ("    data: mnist\n", "    data: mnist\n    feedback: {reveal: 0.1}\n"),
        "course.yaml:17: assignments.mnist.feedback.reveal: expected a whole number of held-out "
        "images, at least 0, found 0.1; write for example `reveal: 200`",
    ),
    "revealing without a time zone": (
        ("    data: mnist\n", "    data: mnist\n    feedback: {reveal_from: 2027-04-01}\n"),
        "course.yaml:17: assignments.mnist.feedback.reveal_from: expected a date, a time and a "
        "time zone, found the text '2027-04-01'; write for example "
        "`reveal_from: 2027-03-01 23:59 Europe/Berlin`",
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
        ("branch: main", "branch: &b main\nbranches: *b"),
        "course.yaml:6: branches: expected a value, found an alias; write the value out",
    ),
    "a colon in a title": (
        ("title: Your First", "title: Your: First"),
        "course.yaml:3: expected YAML, found a mistake (mapping values are not allowed here); "
        "look at this line and the one before it: spaces (no tabs) for indentation, "
        "`key: value` with a space, quotes closed",
    ),
    "a quote left open": (
        ("branch: main", "branch: 'main"),
        "course.yaml:5: expected YAML, found a mistake (while scanning a quoted scalar found "
        "unexpected end of stream); look at this line and the one before it: spaces (no tabs) for "
        "indentation, `key: value` with a space, quotes closed",
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


class TestSeveralMistakes:
    def test_all_are_told_at_once_in_the_order_of_the_file(self, told: Callable[..., str]) -> None:
        text = told(
            ("points: 25\n        modules: [training]", "points: no\n        modules: [training]"),
            ("mean: 0.1307", "mean: 2"),
            ("branch: main", "branch: ''"),
        )
        assert [line.split(" expected ")[0] for line in text.splitlines()] == [
            "course.yaml:5: branch:",
            "course.yaml:21: assignments.mnist.settings.mean:",
            "course.yaml:50: assignments.mnist.parts.3.points:",
        ]

    def test_a_missing_key_beside_an_unrelated_unknown_one_is_told_too(
        self, told: Callable[..., str]
    ) -> None:
        assert told(("marked_share: 0.06", "portion: 0.06")).splitlines() == [
            "course.yaml:60: assignments.mnist.accuracy.marked_share: expected a number between "
            "0 and 1, found nothing; add for example `marked_share: 0.06`",
            "course.yaml:62: assignments.mnist.accuracy.portion: expected a known key, found "
            "'portion'; there is threshold, marked_share, marked_threshold, repetitions",
        ]


class TestFilesThatAreNoCourse:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "1: expected the keys of a course, found an empty file; start with `title:`"),
            (
                b"# nothing yet\n",
                "1: expected the keys of a course, found an empty file; start with `title:`",
            ),
            (
                b"\n- title: x\n",
                "2: expected keys such as `title:`, found something else; write `key: value`",
            ),
            (
                b"title\n",
                "1: expected keys such as `title:`, found something else; write `key: value`",
            ),
            (
                b"title: a\nbranch: \xfc\n",
                "2: expected UTF-8 text, found other bytes; save the file as UTF-8",
            ),
            (
                b"title: a\n---\ntitle: b\n",
                "2: expected YAML, found a mistake (expected a single document in the stream but "
                "found another document); look at this line and the one before it: spaces (no "
                "tabs) for indentation, `key: value` with a space, quotes closed",
            ),
            (
                b"a: &a\n  - *a\n",
                "1: a.0: expected a value, found an alias; write the value out",
            ),
        ],
        ids=["empty", "comment", "list", "text", "latin1", "documents", "endless"],
    )
    def test_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, text: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        write(tmp_path, content)
        with pytest.raises(CourseError) as caught:
            load(Path("course.yaml"))
        assert str(caught.value) == f"course.yaml:{text}"

    def test_a_missing_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(CourseError) as caught:
            load(Path("course.yaml"))
        assert str(caught.value) == (
            "course.yaml: expected the course file, found no such file; "
            "go to the folder that holds course.yaml or name the file"
        )

    def test_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "course.yaml").mkdir()
        with pytest.raises(CourseError, match=r"expected a readable file, found: "):
            load(tmp_path / "course.yaml")

    def test_every_missing_top_level_key_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(CourseError) as caught:
            load(write(tmp_path, "branch: main\n"))
        keys = [line.split(": ")[1] for line in str(caught.value).splitlines()]
        assert keys == ["assignments", "repository", "title"]

    def test_a_file_of_another_editor_is_fine(self, course_copy: CourseCopy) -> None:
        path = course_copy()
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        assert load(path).branch == "main"

    def test_a_file_elsewhere_is_named_in_full(self, course_copy: CourseCopy) -> None:
        path = course_copy(("branch: main", "brnch: main"))
        with pytest.raises(CourseError) as caught:
            load(path)
        assert str(caught.value).startswith(f"{path}:5: brnch: ")


class TestAnAssignmentOfOnesOwn:
    COURSE = """\
        title: Another course
        repository: someone/other
        assignments:
          penguins:
            title: Penguins
            due: 2027-01-01 12:00 UTC
            data: penguins
            settings: {depth: 3}
            modules: [tree]
            parts: [{name: tree, title: A tree, points: 2.5, modules: [tree]}]
    """
    SCHEMA = """\
        from __future__ import annotations
        from pydantic import BaseModel
        class Settings(BaseModel):
            depth: int | None
    """

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "source" / "penguins"
        folder.mkdir(parents=True)
        return folder

    def told(self, folder: Path, course: str = COURSE) -> str:
        with pytest.raises(CourseError) as caught:
            load(write(folder.parent.parent, course))
        return str(caught.value).replace(f"{folder.parent.parent}/", "")

    def test_declares_its_own_settings(self, folder: Path) -> None:
        (folder / "schema.py").write_text(textwrap.dedent(self.SCHEMA))
        penguins = load(write(folder.parent.parent, self.COURSE)).assignment("penguins")
        assert penguins.settings.model_dump() == {"depth": 3}
        assert penguins.accuracy is None
        assert penguins.points == 2.5
        assert penguins.limits.wall_seconds == 180

    def test_settings_are_strict_even_where_its_schema_is_not(self, folder: Path) -> None:
        (folder / "schema.py").write_text(textwrap.dedent(self.SCHEMA))
        assert self.told(folder, self.COURSE.replace("depth: 3", "depth: '3', dept: 1")) == (
            "course.yaml:8: assignments.penguins.settings.dept: expected a known key, "
            "found 'dept'; did you mean 'depth'?\n"
            "course.yaml:8: assignments.penguins.settings.depth: expected a whole number, "
            "found the text '3'"
        )
        assert self.told(folder, self.COURSE.replace("depth: 3", "")) == (
            "course.yaml:8: assignments.penguins.settings.depth: expected a value, found nothing; "
            "add 'depth'"
        )
        assert self.told(folder, self.COURSE.replace("{depth: 3}", "deep")) == (
            "course.yaml:8: assignments.penguins.settings: expected a group of settings, "
            "found the text 'deep'; see schema.py"
        )

    def test_two_schemas_never_meet(self, folder: Path, tmp_path: Path) -> None:
        (folder / "schema.py").write_text(textwrap.dedent(self.SCHEMA))
        other = tmp_path / "other" / "source" / "penguins"
        other.mkdir(parents=True)
        (other / "schema.py").write_text(textwrap.dedent(self.SCHEMA).replace("depth", "width"))
        first = load(write(tmp_path, self.COURSE))
        second = load(write(tmp_path / "other", self.COURSE.replace("depth", "width")))
        kinds = [type(c.assignment("penguins").settings) for c in (first, second)]
        assert [list(kind.model_fields) for kind in kinds] == [["depth"], ["width"]]
        assert kinds[0].__module__ != kinds[1].__module__

    def test_needs_a_schema(self, folder: Path) -> None:
        assert self.told(folder) == (
            "source/penguins/schema.py: expected a Python file, found none; "
            "declare the settings in it as `class Settings(BaseModel)`"
        )
        (folder / "schema.py").write_text("Settings = 3\n")
        assert self.told(folder) == (
            "source/penguins/schema.py: expected a class Settings(BaseModel), found none; "
            "declare the settings in it as `class Settings(BaseModel)`"
        )

    @pytest.mark.parametrize(
        ("code", "found"),
        [
            ("x = 1\nx = (\n", "2: expected a file that can be imported, found SyntaxError"),
            ("import math\nmath.tau / 0\n", "2: expected a file that can be imported, found Zero"),
            ("import nowhere_to_be_found\n", "1: expected a file that can be imported, found Mod"),
        ],
    )
    def test_needs_a_schema_that_can_be_imported(self, folder: Path, code: str, found: str) -> None:
        (folder / "schema.py").write_text(code)
        before = set(sys.modules)
        assert self.told(folder).startswith(f"source/penguins/schema.py:{found}")
        assert not {name for name in set(sys.modules) - before if "settings" in name}


class TestWords:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "nothing"),
            (True, "true"),
            (False, "false"),
            (1.5, "1.5"),
            ({"a": 1}, "a group of keys"),
            ([1, 2], "a list of 2"),
            ("", "an empty text"),
            ("a" * 50, f"the text '{'a' * 39}…'"),
        ],
    )
    def test_of_a_value(self, value: object, text: str) -> None:
        assert shown(value) == text

    def test_of_a_name_that_means_nothing(self) -> None:
        assert one_of("POINTS", ["points", "parts"]) == "did you mean 'points'?"
        assert one_of("colour", ["points", "parts"]) == "there is points, parts"
        assert one_of("colour", []) == "there is none"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    key=st.sampled_from(["title", "repository", "key", "assignments", "due", "parts", "limits"]),
    value=_values,
)
def test_no_value_whatever_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-value"
    folder.mkdir(exist_ok=True)
    entry = json.dumps(value)
    for text in (f"{key}: {entry}\n", f"assignments: {{x: {{{key}: {entry}}}}}\n"):
        with pytest.raises(CourseError):
            load(write(folder, text))
