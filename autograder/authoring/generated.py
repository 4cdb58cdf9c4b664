"""Writes the small files of a release: settings, pytest's own, the listing of the checks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from .. import selfcheck
from ..course import Assignment, Course
from ..selfcheck.manifest import ListedPart

CONFTEST = '''"""Makes `pytest` in this folder a self-check."""

pytest_plugins = ["selfcheck.plugin"]
'''

PYTEST_INI = """\
# `pytest` in this folder checks your work. `pytest -k NAME` checks one part of it.
[pytest]
minversion = 8
testpaths = checks
pythonpath = .
addopts = --import-mode=prepend
"""

_SETUP = """\
# In Google Colab, this cell fetches the files beside the notebook. Elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import os
    import subprocess

    copy, folder = "/content/{folder}", "release/{assignment}"
    if not os.path.isdir(f"{{copy}}/{{folder}}"):
        address = "https://github.com/{repository}.git"
        options = ["--quiet", "--depth=1", "--filter=blob:none", "--sparse", "--branch={branch}"]
        subprocess.run(["git", "clone", *options, address, copy], check=True)
        subprocess.run(["git", "-C", copy, "sparse-checkout", "set", folder], check=True)
    os.chdir(f"{{copy}}/{{folder}}")
    sys.path.insert(0, os.getcwd())"""


def kit_texts() -> list[str]:
    """What the kit itself writes into every release, whatever the assignment."""
    package = Path(selfcheck.__file__).parent
    own = [path.read_text(encoding="utf-8") for path in sorted(package.glob("*.py"))]
    return [*own, CONFTEST, PYTEST_INI, _SETUP]


def settings_module(assignment: Assignment) -> str:
    """settings.py: every setting of the course as a constant."""
    lines = [
        f"{name.upper()} = {value!r}" for name, value in assignment.settings.model_dump().items()
    ]
    return "\n".join(['"""The numbers of this assignment."""', "", *lines, ""])


def manifest_json(
    assignment: Assignment, parts: Sequence[ListedPart], stubs: Mapping[str, str]
) -> str:
    """What `selfcheck` knows about the release; `stubs` are the digests of the modules' files."""
    manifest = {
        "assignment": assignment.name,
        "title": assignment.title,
        "settings": assignment.settings.model_dump(mode="json"),
        "modules": assignment.modules,
        "stubs": dict(stubs),
        "parts": [asdict(part) for part in parts],
    }
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def colab_setup(course: Course, assignment: Assignment) -> str:
    """The code of the cell that lets a notebook run in Google Colab."""
    return _SETUP.format(
        folder=course.repository.partition("/")[2],
        repository=course.repository,
        branch=course.branch,
        assignment=assignment.name,
    )


def colab_badge(course: Course, assignment: Assignment, module: str) -> str:
    """A badge in Markdown that opens the notebook of `module` in Google Colab."""
    notebook = f"release/{assignment.name}/{module}.ipynb"
    address = f"{course.repository}/blob/{course.branch}/{notebook}"
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    target = f"https://colab.research.google.com/github/{address}"
    return f"[![Open {module}.ipynb in Colab]({image})]({target})"
