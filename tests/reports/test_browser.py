"""The pages in a real browser: no complaint, no request, nobody left out, and the table works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.figures import (
    Confusion,
    Curve,
    Curves,
    Gallery,
    Images,
    Mistake,
    Order,
    Picture,
    Sequence,
    Values,
)
from autograder.grading.places import folder_name
from autograder.grading.results import (
    AccuracyResult,
    Outcome,
    Result,
    Standing,
    Status,
    write_result,
)
from autograder.reports.class_report import write_report
from autograder.reports.disclosure import Rules
from autograder.reports.feedback import write_feedback

from .conftest import check, part, result

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREENS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
CROWD = 1_000
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """This machine's Chromium, without a window."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"there is no browser: {', '.join(BROWSERS)}")
    # A browser's own sandbox refuses root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with everything in it that a page can show."""
    out = tmp_path_factory.mktemp("pages")
    class_ = a_class()
    for one in class_:
        folder = out / folder_name(one.student)
        write_result(one, folder)
        write_feedback(one, folder, "Handwritten <digits>", Rules(revealed=True))
    before = {
        "ada": Standing(status=Status.GRADED, score=4.0, parts={"loaders": 4.0}),
        "bo": Standing(status=Status.REJECTED, score=None, parts={}),
    }
    write_report(class_, out, "Handwritten <digits>", before)
    return out


def a_class() -> list[Result]:
    """Six students, one of them with every figure and every ending."""
    accuracy = AccuracyResult(held_out=0.96, threshold=0.94, marked=0.8, data="mnist", device="cpu")
    said = {"message": "Words.", "hint": "A hint.", "reread": "“B” in a"}
    endings = [
        check(outcome.value, 2.0, outcome=outcome, **said)
        for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT)
    ]
    compared = {"expected": "[64, 64, 2]", "found": "[64, 64]", "message": "x [64, 64]"}
    seen = check("seen", 2.0, outcome=Outcome.FAILED, figures=figures(), **compared)
    same = check("same", 2.0, outcome=Outcome.FAILED, **compared)
    hidden = check("hidden", 2.0, outcome=Outcome.FAILED, visible=False, hint="Think.")
    everything = part("loaders", *endings, seen, same, hidden)
    full = part("loaders", check("passed", 14.0))
    nothing = check("passed", 14.0, outcome=Outcome.FAILED, message="not attempted")
    how: dict[str, Any] = {"max_score": 14.0}
    return [
        result("ada", everything, accuracy=accuracy, notes=("A note.",), **how),
        result("bo", full, accuracy=accuracy, seconds=40.0, **how),
        result("cy", part("loaders", nothing, attempted=False), seconds=0.5, **how),
        result("di", status=Status.REJECTED, score=None, notes=("Rejected: a link",), **how),
        result("eve", status=Status.INTERNAL, score=None, **how),
        result(HOSTILE, full, seconds=9.0, **how),
    ]


def figures() -> tuple[Any, ...]:
    grey = Picture(width=2, height=2, pixels="AID/QA==")
    values = Values(picture=grey, words="w", lowest=-1.0, highest=1.0, counts=(1, 2, 1))
    how: dict[str, Any] = {"public": True, "always": True}
    same = (Sequence(name="Epoch 1", places=(2, 0, 1)), Sequence(name="Epoch 2", places=(2, 0, 1)))
    return (
        Images(title="I", given=grey, found=values, expected=values, low=-1.0, high=3.0, **how),
        Order(title="O", size=3, sequences=same, **how),
        Curves(
            title="C", x="epoch", y="loss", **how,
            curves=(
                Curve(name="a", values=(1.0, 0.5), low=(0.9, 0.4), high=(1.1, 0.6)),
                Curve(name="b", values=(0.9, 0.7)),
            ),
        ),
        Confusion(title="M", names=tuple("0123456789"), counts=((1, 900) * 5,) * 10, **how),
        Gallery(title="G", mistakes=(Mistake(picture=grey, label="4", said="9"),), **how),
    )  # fmt: skip


@pytest.fixture
def opened(browser: Any, pages: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page; afterwards it must have asked for nothing and complained of nothing."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def go(name: str, width: int = 1280, scheme: str = "light", **how: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **how
        )
        contexts.append(context)
        page = context.new_page()
        address = (pages / name).as_uri()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))

        def ask(request: Any) -> None:
            if request.url != address and not request.url.startswith("data:"):
                complaints.append(request.url)

        page.on("request", ask)
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("name", ["report.html", "ada/feedback.html"])
def test_a_page_fits_the_screen_and_axe_finds_nothing(
    opened: Callable[..., Any], name: str, width: int, scheme: str
) -> None:
    page = opened(name, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = axe.Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def rows(page: Any) -> list[str]:
    shown = page.locator("table.students tbody tr:visible th")
    return [text.strip() for text in shown.all_inner_texts()]


def test_the_table_sorts_by_any_column(opened: Callable[..., Any]) -> None:
    page = opened("report.html")
    everybody = [HOSTILE, "ada", "bo", "cy", "di", "eve"]
    assert rows(page) == everybody
    seconds = page.get_by_role("button", name="Time")
    seconds.click()
    assert rows(page)[0] == "cy"
    assert rows(page)[-1] == "bo"
    header = page.locator("th[aria-sort]")
    assert header.count() == 1
    assert header.get_attribute("aria-sort") == "ascending"
    seconds.click()
    assert rows(page)[0] == "bo"
    page.get_by_role("button", name="Score").click()
    assert rows(page)[:2] == ["di", "eve"], "no score is less than any"
    page.get_by_role("button", name="Student").click()
    assert rows(page) == everybody


def test_the_table_shows_whom_one_looks_for(opened: Callable[..., Any]) -> None:
    page = opened("report.html")
    said = page.locator("#shown")
    assert said.inner_text() == "all 6"
    page.get_by_label("Name").fill("A")
    assert rows(page) == [HOSTILE, "ada"]
    assert said.inner_text() == "2 of 6"
    page.get_by_label("Name").fill("")
    page.get_by_label("Status").select_option("rejected")
    assert rows(page) == ["di"]
    page.get_by_label("Status").select_option("any")
    page.get_by_text("What seen does").click()
    page.get_by_role("button", name="all 1 in the table").first.click()
    assert rows(page) == ["ada"]
    assert page.locator(".chosen").inner_text().startswith("Missed: What seen does")
    page.get_by_role("button", name="show all").click()
    assert len(rows(page)) == 6


def test_numbers_can_be_copied(opened: Callable[..., Any]) -> None:
    page = opened("report.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Name").fill("ad")
    page.get_by_role("button", name="Copy the table").click()
    page.get_by_text("Copied 1 rows.").wait_for()
    head, ada = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert head.split("\t")[:3] == ["Student", "Status", "Score of 14"]
    assert ada.split("\t") == ["ada", "graded", "2", "2", "0.96", "6.12"]


def test_the_report_is_whole_without_scripts(opened: Callable[..., Any]) -> None:
    page = opened("report.html", java_script_enabled=False)
    assert len(rows(page)) == 6
    assert not page.locator("#tools").is_visible()
    assert page.get_by_role("link", name="bo").first.get_attribute("href") == "bo/feedback.html"


def test_on_paper_it_is_black_on_white(opened: Callable[..., Any]) -> None:
    for name in ("report.html", "ada/feedback.html"):
        page = opened(name, scheme="dark")
        page.emulate_media(media="print")
        style = "getComputedStyle(document.body)"
        assert page.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(f"{style}.color") == "rgb(28, 29, 31)"
        assert not page.locator("#tools").is_visible()


def test_a_thousand_students(opened: Callable[..., Any], pages: Path) -> None:
    ada, bo, *_ = a_class()
    crowd = [
        (bo if place % 3 else ada).model_copy(update={"student": f"s{place:04}"})
        for place in range(CROWD)
    ]
    write_report(crowd, pages / "crowd", "Many")
    assert (pages / "crowd" / "report.html").stat().st_size < 2_000_000
    page = opened("crowd/report.html")
    assert page.locator("#first > ul > li").count() == 15
    page.get_by_text("319 more").click()
    assert page.locator("#first li:visible").count() == 334
    page.get_by_role("button", name="Score").click()
    page.get_by_role("button", name="Score").click()
    page.get_by_label("Name").fill("s099")
    assert len(rows(page)) == 10
    assert page.locator("#shown").inner_text() == f"10 of {CROWD}"
