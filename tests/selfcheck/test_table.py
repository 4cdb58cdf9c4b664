"""The table at the end of a self-check, and the manifest that it is made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.selfcheck.checkinfo import CheckInfo
from autograder.selfcheck.manifest import Manifest, read_manifest
from autograder.selfcheck.outcome import ERROR, FAILED, NOT_ATTEMPTED, PASSED, Outcome
from autograder.selfcheck.table import points_text, table


def listed(name: str, title: str, points: float, visible: bool) -> dict[str, Any]:
    return {"id": name, "title": title, "points": points, "visible": visible}


DATA = {
    "assignment": "tiny",
    "title": "Tiny steps",
    "settings": {"mean": 0.5, "epochs": 2},
    "modules": ["loaders", "model"],
    "stubs": {"loaders.py": "sha256:0"},
    "parts": [
        {
            "name": "loaders", "title": "Loaders", "points": 10.0, "modules": ["loaders"],
            "checks": [
                listed("loaders::size", "The sizes are right.", 2.5, True),
                listed("loaders::order", "The order is new.", 3.5, True),
                listed("loaders::all", "Nothing is lost.", 4.0, False),
            ],
        },
        {
            "name": "model", "title": "Model", "points": 5.0, "modules": ["model"],
            "checks": [listed("model::shape", "The shape is right.", 5.0, True)],
        },
        {
            "name": "all", "title": "All", "points": 1.0, "modules": ["loaders", "model"],
            "checks": [listed("all::works", "It learns.", 1.0, False)],
        },
    ],
}  # fmt: skip
HIDDEN = [
    "The hidden checks will also look at:",
    "  loaders (4 hidden points)",
    "    - Nothing is lost.",
    "  all (1 hidden point)",
    "    - It learns.",
]


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    (tmp_path / "manifest.json").write_text(json.dumps(DATA))
    return read_manifest(tmp_path)


def ended(name: str, points: float, kind: str) -> Outcome:
    return Outcome(CheckInfo(name, name.partition("::")[0], "A check.", points), kind)


def test_a_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    assert (manifest.assignment, manifest.title) == ("tiny", "Tiny steps")
    assert manifest.names() == ["loaders", "model", "all"]
    assert manifest.part("loaders").public_points() == 6.0
    assert manifest.part("all").modules == ("loaders", "model")
    assert manifest.settings_object().mean == 0.5
    assert manifest.stubs == {"loaders.py": "sha256:0"}
    with pytest.raises(KeyError, match="no part is called 'loader'; there are loaders, model, all"):
        manifest.part("loader")


def test_the_whole_table(manifest: Manifest) -> None:
    outcomes = [
        ended("loaders::size", 2.5, PASSED),
        ended("loaders::order", 3.5, FAILED),
        ended("model::shape", 5.0, NOT_ATTEMPTED),
    ]
    assert table(manifest, outcomes) == [
        "loaders   2.5 of 6    1 passed, 1 failed",
        "model       0 of 5    not attempted",
        "",
        "2.5 of 11 points in these checks. Public checks only: 11 of 16 points.",
        *HIDDEN,
    ]


def test_only_parts_that_were_looked_at_have_a_row(manifest: Manifest) -> None:
    outcomes = [ended("model::shape", 5.0, PASSED)]
    assert table(manifest, outcomes)[:2] == ["model     5 of 5    all passed", ""]
    assert table(manifest, []) == []


def test_mixed_ends_are_counted(manifest: Manifest) -> None:
    kinds = [PASSED, FAILED, FAILED, ERROR, NOT_ATTEMPTED]
    outcomes = [ended(f"model::{n}", 1.0, kind) for n, kind in enumerate(kinds)]
    assert table(manifest, outcomes)[0] == (
        "model     1 of 5    1 passed, 2 failed, 1 stopped by an error, 1 not attempted"
    )


@pytest.mark.parametrize(
    ("points", "text"), [(5.0, "5"), (2.5, "2.5"), (0, "0"), (1 / 3, "0.333333")]
)
def test_points_have_no_needless_zeros(points: float, text: str) -> None:
    assert points_text(points) == text
