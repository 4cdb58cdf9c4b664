"""What is said and drawn, word by word, for one calibration."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from autograder.calibrate.figure import figure, write_figure
from autograder.calibrate.findings import setting_of
from autograder.calibrate.progress import watched
from autograder.calibrate.record import Calibration, Kind, Setting
from autograder.calibrate.runner import Done, ToDo
from autograder.calibrate.runs import Runs
from autograder.calibrate.variants import Variant
from autograder.calibrate.words import sentences, table_of

from .conftest import RULE, run, runs

GOLDEN = Path(__file__).with_name("calibration.txt")


@pytest.fixture
def setting(luck, drawn) -> Setting:
    variants = [
        Variant("reference", Kind.REFERENCE, {}),
        Variant("skill/one_way", Kind.WHEAT, {}),
        Variant("skill/another", Kind.WHEAT, {}),
        Variant("no_luck", Kind.WEAK, {}, "why"),
        Variant("as_good", Kind.WEAK, {}, "why"),
        Variant("never_ends", Kind.WEAK, {}, "why"),
    ]
    found = {
        "reference": drawn(500, seed=1),
        "skill/one_way": runs(0.96, 0.962),
        "skill/another": runs(0.96, 0.961, marked=0.4),
        "no_luck": runs(0.8, 0.81, 0.82, marked=0.1),
        "as_good": runs(0.96, 0.95),
        "never_ends": Runs((run(None, None),)),
    }
    placed = luck.model_copy(update={"accuracy": RULE})
    return setting_of(placed, "mnist", "cpu", found, variants, 1e-6)


def test_words_are_those_of_the_golden_file(setting):
    console = Console(file=io.StringIO(), width=110, color_system=None)
    console.print(table_of(setting))
    for sentence in sentences(setting):
        console.print(sentence, soft_wrap=True, highlight=False)
    assert console.file.getvalue() == GOLDEN.read_text(encoding="utf-8")


def test_a_few_keys_are_not_made_to_say_more_than_they_do(setting, luck, drawn):
    placed = luck.model_copy(update={"accuracy": RULE})
    variants = [Variant("reference", Kind.REFERENCE, {})]
    few = setting_of(placed, "mnist", "cpu", {"reference": drawn(10)}, variants, 1e-6)
    said = list(sentences(few))
    assert "The upper end of that interval is not shown to be below the wanted 1e-06." in said
    assert (
        "These keys show of no threshold that it fails at most 1e-06 of honest submissions; by the "
        f"estimate alone it would be {few.findings.recommended_by_estimate:.1%}. Measure more of "
        "them with --keys." in said
    )


def test_figure_has_a_row_a_submission_and_a_panel_a_setting(setting, tmp_path):
    both = Calibration(assignment="luck").having(setting)
    both = both.having(setting.model_copy(update={"data": "synthetic"}))
    drawn = figure(both)
    assert drawn == figure(both)
    ElementTree.fromstring(drawn)
    texts = re.findall(r">([^<>]+)</text>", drawn.decode())
    for row in ("reference", "correct variants", "no luck", "as good"):
        assert texts.count(row) == 1
    for title in ("mnist on cpu: 500 keys", "synthetic on cpu: 500 keys", "threshold 94.0%"):
        assert title in texts
    path = write_figure(both, tmp_path)
    assert path.read_bytes() == drawn
    assert path.name == "calibration.svg"


def test_progress_passes_all_on_and_says_now_and_then():
    reference = Variant("reference", Kind.REFERENCE, {})
    done = [Done(ToDo(reference, number), run(0.96), kept=number < 3) for number in range(40)]
    done[6] = Done(ToDo(reference, 6), None, problem="disk")
    done[7] = Done(ToDo(reference, 7), run(None))
    console = Console(file=io.StringIO(), width=80)
    assert list(watched(done, 40, console)) == done
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 21
    assert lines[0] == "[ 2/40] reference, key 1: 96.00%, kept"
    assert "[ 7/40] reference, key 6: the grader failed" in lines
    assert "[ 8/40] reference, key 7: failed" in lines


def test_progress_is_a_bar_on_a_terminal():
    reference = Variant("reference", Kind.REFERENCE, {})
    done = [Done(ToDo(reference, number), run(0.96)) for number in range(3)]
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    assert list(watched(done, 3, console)) == done
    assert "3 of 3" in console.file.getvalue()
