"""The pages: what they say, what they keep to themselves, and that nothing can act in them."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.grading.places import OWN_FILES, folder_name
from autograder.grading.results import (
    AccuracyResult,
    AccuracyRun,
    CheckResult,
    Frame,
    Outcome,
    PartResult,
    Result,
    Status,
)
from autograder.reports.class_report import feedback_link, write_report
from autograder.reports.feedback import write_feedback
from autograder.reports.grades_csv import write_grades
from autograder.reports.words import ENDINGS

VOID = {"meta", "br", "line", "rect", "link", "img", "input"}


class Page(HTMLParser):
    """A page as its texts, elements and attributes; refuses tags that don't nest."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            self.scripts.append(data)
        if self._open[-1:] not in (["style"], ["script"]) and data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture
def feedback(tmp_path: Path) -> Callable[[Result], Page]:
    return lambda result: Page(write_feedback(result, tmp_path / result.student, "Digits"))


@pytest.fixture
def report(tmp_path: Path) -> Callable[[list[Result]], Page]:
    return lambda results: Page(write_report(results, tmp_path, "Digits"))


def test_feedback_shows_all_of_a_visible_check(
    failing: Result, feedback: Callable[[Result], Page]
) -> None:
    text = feedback(failing).text
    for shown in (
        "Digits s002 1 of 6 checks passed.",
        "5 of 20 points",
        "What order does 0 of 2.5 Failed Expected the batches: [64, 64, 2] Found [64, 64] "
        "Hint Nothing is dropped.",
        "What seeds does 0 of 1 Stopped by an error ZeroDivisionError: division by zero "
        "loaders.py:14 in split return 1 / 0 Hint A seed decides the draw.",
        "What pairs does 0 of 1 Took too long Your code took too long.",
        "Both loaders.py and loaders.ipynb were changed: loaders.py counts.",
        "96.12 % of the held-out images right; 94 % are needed. Graded on mnist images, on a GPU.",
        "sha256:0123456789ab",
    ):
        assert shown in text


def test_feedback_says_of_a_hidden_check_its_title_outcome_and_hint_only(
    failing: Result, feedback: Callable[[Result], Page]
) -> None:
    page = feedback(failing)
    assert (
        "Hidden checks: 0 of 0.5 points ✕ What secret does Failed "
        "Hint What a hidden check may say." in page.text
    )
    assert "SECRET" not in page.source


def test_feedback_says_once_that_a_part_was_not_attempted(
    failing: Result, feedback: Callable[[Result], Page]
) -> None:
    text = feedback(failing).text
    assert text.count("Not attempted: still as it was handed out.") == 1
    assert "What layers does (Not attempted) 0 of 10" in text


def test_feedback_without_a_score_names_none(
    small_class: list[Result], feedback: Callable[[Result], Page]
) -> None:
    internal, _, _, rejected = map(feedback, small_class)
    assert "No score" in rejected.text
    assert "data.bin is a link" in rejected.text
    assert "No score" in internal.text
    assert "no fault of yours" in internal.text
    assert "Could not be checked" in internal.text
    assert not re.search(r"\d of 20", internal.text)


def test_the_report_sums_the_class_up(
    small_class: list[Result], report: Callable[[list[Result]], Page]
) -> None:
    page = report(small_class)
    for shown in (
        "Submissions 4 Scored 2 Mean 12.5 Median 12.5",
        "Scores of the class 1 score from 4 to 6; 1 score from 18 to 20.",
        "Look at these first s004 internal Could not be checked: loaders (1 check) "
        "s003 rejected data.bin is a link; hand in the file itself "
        "s002 timeout Ran out of time: loaders (1 check) What was missed",
        "What order does 1 failed 1 of 1",
        "What secret does hidden 1 failed 1 of 1",
        "What sizes does none",
        "What layers does 1 not attempted 1 of 2",
        "s001 graded 20 10 10 –",
        "s002 graded 5 5 0 96.12 %",
        "s003 rejected – – – –",
        "s004 internal – – – –",
        "Graded on mnist images.",
    ):
        assert shown in page.text
    links = [link for link in page.attributes("href") if link.endswith("feedback.html")]
    assert {f"s00{number}/feedback.html" for number in range(1, 5)} == set(links)


def test_the_histogram_has_words_for_those_who_cannot_see_it(
    small_class: list[Result], report: Callable[[list[Result]], Page]
) -> None:
    elements = report(small_class).elements
    charts = [attributes for tag, attributes in elements if tag == "svg"]
    names = {one["id"] for tag, one in elements if tag in ("title", "desc") and one}
    assert len(charts) == 3
    for chart in charts:
        assert chart["role"] == "img"
        assert set(chart["aria-labelledby"].split()) <= names


def test_a_report_on_nobody(report: Callable[[list[Result]], Page]) -> None:
    assert "Submissions 0 Scored 0 Mean – Median –" in report([]).text


HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style></textarea><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "{{ 7 * 7 }}{% raw %}",
    "<!-- ]]> &lt;b&gt; &#60;",
    "javascript:alert(1)",
    "\x00\x1b[31m\u202e\u2028\udcff\x85",
    "a" * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_student_wrote_can_act(
    text: str,
    tmp_path: Path,
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    def pages(text: str) -> list[Page]:
        frame = Frame(file=text, line=1, function=text, text=text)
        fields = {"message": text, "expected": text, "found": text, "hint": text, "reread": text}
        checks = [
            make_check(text, outcome=outcome, frames=(frame,), visible=visible, **fields)
            for outcome in Outcome
            for visible in (True, False)
        ]
        accuracy = AccuracyResult(held_out=0.5, threshold=0.9, marked=None, data=text, device=text)
        values = {"accuracy": accuracy, "notes": (text,), "submission_digest": text}
        parts = [make_part(text, *checks), make_part(f"{text}2", *checks, attempted=False)]
        graded = make_result(text, *parts, **values)
        rejected = make_result(f"{text}2", status=Status.REJECTED, score=None, notes=(text,))
        return [
            Page(write_feedback(graded, tmp_path, text)),
            Page(write_feedback(rejected, tmp_path, text)),
            Page(write_report([graded, rejected], tmp_path, text)),
        ]

    for harmless, hostile in zip(pages("harmless"), pages(text), strict=True):
        names = [(tag, sorted(attributes)) for tag, attributes in hostile.elements]
        assert names == [(tag, sorted(attributes)) for tag, attributes in harmless.elements]
        assert hostile.scripts == harmless.scripts
        assert not hostile.tags() & {"img", "iframe", "object", "link", "form"}
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", hostile.source)
        for link in hostile.attributes("href"):
            assert re.fullmatch(r"#[\w-]+|[^/:]+/feedback\.html", link)


def test_pages_need_nothing_but_themselves(
    failing: Result,
    small_class: list[Result],
    feedback: Callable[[Result], Page],
    report: Callable[[list[Result]], Page],
) -> None:
    for page in (feedback(failing), report(small_class)):
        assert not {"src", "srcset", "data"} & {
            name for _, attributes in page.elements for name in attributes
        }
        (policy,) = (one for one in page.attributes("content") if "default-src" in one)
        assert re.fullmatch(
            r"default-src 'none'; style-src 'unsafe-inline'; "
            r"(img-src data:|script-src 'sha256-[\w+/]{43}=')",
            policy,
        )
        for outside in ("http://", "https://", "url(", "@import"):
            assert outside not in page.source
        assert "prefers-color-scheme: dark" in page.source
        assert "@media print" in page.source
        assert "width=device-width, initial-scale=1" in page.attributes("content")


def test_the_reports_script_is_the_kits_own_and_no_other_may_run(
    small_class: list[Result], report: Callable[[list[Result]], Page], repository: Path
) -> None:
    page = report(small_class)
    (text,) = page.scripts
    assert text == (repository / "autograder/reports/templates/class_report.js").read_text()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in " ".join(page.attributes("content"))


def test_a_page_that_would_be_too_large_for_a_mail_has_shorter_texts(
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
    tmp_path: Path,
) -> None:
    checks = [
        make_check(f"c{place}", outcome=Outcome.ERROR, message=f"{place}" + "<" * 19_000)
        for place in range(60)
    ]
    page = write_feedback(make_result("s001", make_part("loaders", *checks)), tmp_path)
    assert 60 * 4_000 < page.stat().st_size < 1_000_000


def test_every_ending_has_a_colour(repository: Path) -> None:
    styles = (repository / "autograder/reports/templates/feedback.css").read_text()
    for ending in ENDINGS:
        assert f".{ending.name}" in styles


def test_a_link_leads_to_the_folder_of_that_name() -> None:
    assert feedback_link("s001") == "s001/feedback.html"
    assert feedback_link("Ada L #&") == "Ada%20L%20%23%26/feedback.html"


@pytest.mark.parametrize(
    ("student", "link"),
    [
        ("report.html", "%2572eport.html/feedback.html"),
        ("../x", "%252E.%252Fx/feedback.html"),
        ("javascript:alert(1)", "javascript%253Aalert%281%29/feedback.html"),
        ('"><script>', "%2522%253E%253Cscript%253E/feedback.html"),
        ("\udcff\x1b", "%25ED%25B3%25BF%251B/feedback.html"),
    ],
)
def test_a_link_stays_among_the_results(student: str, link: str) -> None:
    assert feedback_link(student) == link


STRANGE = [
    "report.html", "grades.csv", "..", "..x", "-rf", "<script>", "a/b", "\x1b[2J\n", "\u202e",
    "\udcff", "%2E", "=1+1", "ü" * 127, 'say "hi"', "a b", "https://example.org",
]  # fmt: skip


def test_every_link_of_a_strange_class_leads_to_that_students_page(
    make_result: Callable[..., Result], tmp_path: Path
) -> None:
    results = [make_result(name) for name in STRANGE]
    for one in results:
        write_feedback(one, tmp_path / folder_name(one.student))
    write_grades(results, [], tmp_path / "grades.csv")
    report = Page(write_report(results, tmp_path))
    folders = {folder_name(name) for name in STRANGE}
    assert len(folders) == len(STRANGE)
    assert {path.name for path in tmp_path.iterdir()} == folders | OWN_FILES - {"exports"}
    links = [link for link in report.attributes("href") if not link.startswith("#")]
    assert {unquote(link) for link in links} == {f"{folder}/feedback.html" for folder in folders}
    for link in links:
        assert (tmp_path / unquote(link)).is_file()


def test_a_page_has_room_for_one_text_only(
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
    tmp_path: Path,
) -> None:
    long = "<" * 10_000_000
    frame = Frame(file=long, line=1, function=long, text=long)
    fields = {"message": long, "expected": long, "found": f"{long}.", "frames": (frame,)}
    part = make_part("loaders", make_check("sizes", outcome=Outcome.ERROR, **fields))
    page = write_feedback(make_result("s001", part, notes=(long,)), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert f"{'&lt;' * 19_999}…</li>" in text
    assert len(text) < 700_000


def test_reports_load_neither_pytorch_nor_nbgrader(repository: Path) -> None:
    code = (
        "import sys, importlib, pkgutil, autograder.reports as reports\n"
        "for one in pkgutil.iter_modules(reports.__path__):\n"
        "    importlib.import_module(f'autograder.reports.{one.name}')\n"
        "print(sorted({'torch', 'nbgrader', 'pytest'} & set(sys.modules)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_feedback_tells_of_every_repetition(
    failing: Result, feedback: Callable[[Result], Page]
) -> None:
    accuracy = failing.accuracy
    assert accuracy is not None
    assert "trained" not in feedback(failing).text
    runs = tuple(AccuracyRun(held_out=share, marked=0.8) for share in (0.9312, None, 0.9612))
    again = failing.model_copy(update={"accuracy": accuracy.model_copy(update={"runs": runs})})
    assert (
        "94 % are needed. It was trained 3 times, as a run that comes close is repeated: "
        "93.12 %, none, 96.12 %. Graded on mnist images, on a GPU." in feedback(again).text
    )


def test_no_column_for_an_accuracy_that_nobody_counts(
    small_class: list[Result], report: Callable[[list[Result]], Page]
) -> None:
    assert "Held-out accuracy" in report(small_class).text
    class_ = [one.model_copy(update={"accuracy": None}) for one in small_class]
    assert "Held-out accuracy" not in report(class_).text
