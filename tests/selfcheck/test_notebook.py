"""What of a notebook is the submission: only what a graded definition needs is ever run."""

from __future__ import annotations

import inspect
import textwrap
import typing
from collections.abc import Callable

import pytest

from autograder.selfcheck.frames import message_of, student_frames
from autograder.selfcheck.notebook import NotebookModule

Load = Callable[..., NotebookModule]
NEVER = "raise RuntimeError('this cell must not run')"


def test_magics_plots_and_cells_that_raise_are_never_run(notebook: Load) -> None:
    module = notebook(
        "%matplotlib inline\n!pip install torchmetrics\nimport math",
        NEVER,
        "while True: pass",
        "files = !ls\nfiles?",
        "%%bash\nexit 1",
        "def area(r):\n    return math.pi * r * r",
        "history = area('no number')\nplot(history)",
        "print(area(1) / 0)",
    )
    assert module.area(1) == pytest.approx(3.14159, rel=1e-5)


def test_a_definition_brings_the_assignments_that_it_needs(notebook: Load) -> None:
    module = notebook(
        "A = 2",
        "B = A + 1",
        "def g():\n    return B",
        "def f():\n    return g() * A",
        "A, C = 5, 6",
    )
    assert module.f() == 15


@pytest.mark.parametrize("opening", ["with nothing():", "if SURE:", "try:"])
def test_definitions_inside_of_with_if_and_try_count(notebook: Load, opening: str) -> None:
    closing = "\nexcept ImportError:\n    pass" if opening == "try:" else ""
    module = notebook(
        "from contextlib import nullcontext as nothing\nSURE = True",
        f"{opening}\n    import math\n    {NEVER}\n    N = 4\n    def f():\n        "
        f"return math.sqrt(N){closing}",
    )
    assert module.f() == 2.0


def test_a_branch_that_is_not_taken_defines_nothing(notebook: Load) -> None:
    module = notebook(
        "KIND = 'b'",
        "if KIND == 'a':\n    N = 1\nelif KIND == 'b':\n    N = 2\nelse:\n    N = 3",
        "if KIND == 'c':\n    def f(): return 0\nelse:\n    def f(): return N",
    )
    assert module.f() == 2


def test_the_name_that_a_with_binds_is_known_inside(notebook: Load, tmp_path: typing.Any) -> None:
    (tmp_path / "n.txt").write_text("3")
    module = notebook(
        "from nowhere import *",
        f"with open({str(tmp_path / 'n.txt')!r}) as file:\n    N = int(file.read())",
        "def f(): return N",
    )
    assert module.N == 3


def test_an_import_that_fails_decides_what_follows_in_a_try(notebook: Load) -> None:
    cell = "try:\n    import nowhere\n    FAST = True\nexcept ImportError:\n    FAST = False"
    assert notebook(cell).FAST is False
    assert notebook(cell.replace("nowhere", "math")).FAST is True
    other = (
        "try:\n    import nowhere as m\nexcept ImportError:\n    import math as m\nelse:\n    N = 1"
    )
    module = notebook(other, "def f(): return m.pi")
    assert module.f() > 3
    with pytest.raises(AttributeError, match=r"loaders.ipynb defines no 'N'"):
        module.N  # noqa: B018


def test_assignments_to_items_and_attributes_belong_to_the_name(notebook: Load) -> None:
    module = notebook(
        "X = {}\nclass C: pass", "X['a'] = 1\nX['b'] = [0]\nX['b'][0] += 2\nC.y = X['a']"
    )
    assert module.X == {"a": 1, "b": [2]}
    assert module.C.y == 1


def test_augmented_assignments_add_up(notebook: Load) -> None:
    assert notebook("N = 1", "N += 1", "N *= 5", "M = N", "N -= 3").N == 7


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("def f(): return 1", "def f(): return 2"), 2),
        (("def f(): return 1", "f = lambda: 2"), 2),
        (("def f(): return 1", "def twice(g): return lambda: 2 * g()", "f = twice(f)"), 2),
        (("def twice(g): return lambda: 2 * g()", "@twice\ndef f(): return 1"), 2),
        (("def f(): return 1", "old = f", "def f(): return old() + 1"), 2),
        (("def f(): return 1", "def f(g=f): return g() + 1"), 2),
        (("class f:\n    def __new__(c): return 1", "class f(f):\n  def __new__(c): return 2"), 2),
        (("import math as f", "f = lambda: 2"), 2),
        (("f = None", "f: object = lambda: 2"), 2),
        (("N = 1", "def f(): return N", "N = 2"), 2),
        (("N = [1]", "M = N + [1]", "N = []", "def f(): return len(M)"), 2),
    ],
)
def test_the_last_definition_in_document_order_wins(
    notebook: Load, cells: tuple[str, ...], expected: int
) -> None:
    assert notebook(*cells, NEVER).f() == expected


def test_asking_for_one_name_does_not_change_another(notebook: Load) -> None:
    module = notebook("N = 1", "M = N + 1", "N = 10", "def f(): return N")
    assert module.f() == 10
    assert module.M == 2
    assert module.f() == 10
    assert module.N == 10


def test_nothing_runs_twice(notebook: Load) -> None:
    module = notebook("RUNS = []", "def note(x): RUNS.append(x)", "A = note(1)", "B = A", "C = A")
    assert module.B is module.C is None
    assert module.RUNS == [1]


def test_functions_keep_what_they_store_in_the_module(notebook: Load) -> None:
    module = notebook("N = 0\ndef f():\n    global N\n    N += 1\n    return N", "M = N + 5")
    assert [module.f(), module.f(), module.M, module.f()] == [1, 2, 5, 3]


class TestImports:
    def test_one_that_fails_costs_nothing(self, notebook: Load) -> None:
        module = notebook("import nowhere\nfrom nowhere.else_ import x", "def f(): return 1")
        assert module.f() == 1

    def test_one_that_is_needed_fails_with_its_own_words(self, notebook: Load) -> None:
        module = notebook("import nowhere as nw", "def f(): return nw.x")
        for _ in range(2):
            with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
                module.f()

    def test_each_name_of_an_import_stands_for_itself(self, notebook: Load) -> None:
        module = notebook("import math, nowhere", "from os import path, nothing_like_this")
        assert module.math.pi > 3
        assert module.path.sep
        with pytest.raises(ImportError, match="nothing_like_this"):
            module.nothing_like_this  # noqa: B018

    def test_dotted_imports_add_up(self, notebook: Load) -> None:
        module = notebook(
            "import json.decoder", "import json.scanner", "import json.nothing_like_this",
            "def f(): return json.decoder, json.scanner",
        )  # fmt: skip
        assert len(module.f()) == 2

    def test_of_everything(self, notebook: Load) -> None:
        module = notebook("from math import *", "def f(): return sqrt(pow(4, 2))")
        assert module.f() == 4.0
        assert isinstance(notebook("from math import *", "def f(): return pow(2, 2)").f(), float)

    def test_of_everything_may_fail_where_all_names_are_known(self, notebook: Load) -> None:
        cells = "from nowhere import *", "def f(x): return len(x)"
        assert notebook(*cells).f("abc") == 3
        with pytest.raises(ModuleNotFoundError, match="nowhere"):
            notebook(*cells, "def g(): return unknown").g()

    def test_from_the_future(self, notebook: Load) -> None:
        module = notebook(
            "from __future__ import annotations\nfrom __future__ import no_such_thing",
            "def f(x: Unknown) -> Nothing: return x",
        )
        assert module.f(1) == 1
        assert module.f.__annotations__ == {"x": "Unknown", "return": "Nothing"}


class TestDefinitions:
    def test_class_attributes_and_methods(self, notebook: Load) -> None:
        module = notebook(
            "N = 2\nM = 3", "x = 7", NEVER,
            "class Base:\n    n = N\n    def m(self): return M * self.n\n    x = x",
            "class A(Base):\n    size = [N for _ in range(M)]",
        )  # fmt: skip
        assert module.A().m() == 6
        assert module.A.size == [2, 2, 2]
        assert module.A.x == 7

    def test_dataclasses(self, notebook: Load) -> None:
        module = notebook(
            "from dataclasses import dataclass, field",
            "SIZE = 64",
            "@dataclass\nclass Config:\n    batch: int = SIZE\n    names: list = field("
            "default_factory=list)",
        )
        assert module.Config() == module.Config(64, [])

    def test_defaults_are_evaluated_where_they_stand(self, notebook: Load) -> None:
        module = notebook("N = 1", "def f(n=N, *, m=N + 1): return n, m, N", "N = 5")
        assert module.f() == (1, 2, 5)

    def test_nested_functions_and_comprehensions(self, notebook: Load) -> None:
        module = notebook(
            "K = 2",
            "i = exploration()",
            "def f(xs):\n    def g(y): return [y * K + i for i in xs]\n    return g(1)",
            "TABLE = [i * K for i in range(3)]",
        )
        assert module.f([1, 2]) == [3, 4]
        assert module.TABLE == [0, 2, 4]

    def test_a_walrus_binds_too(self, notebook: Load) -> None:
        assert notebook("M = (N := 3) + 1", "def f(): return N").f() == 3

    def test_recursion_and_functions_that_need_each_other(self, notebook: Load) -> None:
        module = notebook(
            "def even(n): return n == 0 or odd(n - 1)", "def odd(n): return n > 0 and even(n - 1)"
        )
        assert module.even(10)

    def test_a_definition_that_fails_fails_each_time_and_says_where(
        self, notebook: Load, tmp_path: typing.Any
    ) -> None:
        module = notebook("#: text", "x = 1", "\nLIMIT = 1 / 0\n", "def f(n=LIMIT): return n")
        traces = []
        for _ in range(3):
            with pytest.raises(ZeroDivisionError) as caught:
                module.f()
            traces.append(student_frames(caught.value.__traceback__, tmp_path))
        assert [str(frame) for frame in traces[0]] == ["loaders.ipynb[cell 3]:1\n    LIMIT = 1 / 0"]
        assert traces[0] == traces[1] == traces[2]

    def test_a_name_that_is_not_there(self, notebook: Load) -> None:
        module = notebook("def f(): pass")
        with pytest.raises(AttributeError, match=r"^loaders\.ipynb defines no 'g'$"):
            module.g  # noqa: B018
        assert not hasattr(module, "g")


class TestSyntaxErrors:
    BROKEN = "def f(:\n    return 1"

    def test_one_elsewhere_costs_nothing(self, notebook: Load) -> None:
        assert notebook("x = = 1", self.BROKEN, "def g(): return 1").g() == 1

    def test_a_later_definition_heals_it(self, notebook: Load) -> None:
        assert notebook(self.BROKEN, "def f(): return 1").f() == 1

    def test_one_in_the_last_definition_is_reported_with_its_line(self, notebook: Load) -> None:
        module = notebook("def f(): return 0", f"%%time\n{self.BROKEN}")
        for _ in range(2):
            with pytest.raises(SyntaxError) as caught:
                module.f()
            assert message_of(caught.value) == (
                "SyntaxError: loaders.ipynb[cell 2]:2: invalid syntax: def f(:"
            )

    def test_a_return_at_the_top_is_only_an_error_of_its_cell(self, notebook: Load) -> None:
        module = notebook("return 5", "x = await y", "yield 3", "def f(): return 1")
        assert module.f() == 1


class TestTools:
    def test_a_traceback_shows_cell_line_and_text(
        self, notebook: Load, tmp_path: typing.Any
    ) -> None:
        module = notebook(
            "#: Loaders", "x = 1", "%%time\n!ls\ndef f(x):\n    y = x\n\n    return y.nothing"
        )
        with pytest.raises(AttributeError) as caught:
            module.f(1)
        (frame,) = student_frames(caught.value.__traceback__, tmp_path)
        assert str(frame) == "loaders.ipynb[cell 3]:6 in f\n    return y.nothing"

    def test_the_source_of_a_function_can_be_read(self, student: typing.Any) -> None:
        cell = "import math\ndef f(x):\n    return math.sqrt(x)  # a note\n\ny = 1\n"
        module = student({"loaders.ipynb": (cell,)}).loaders
        assert inspect.getsource(module.f) == textwrap.dedent(
            "def f(x):\n    return math.sqrt(x)  # a note\n"
        )

    def test_type_hints_resolve(self, notebook: Load) -> None:
        module = notebook(
            "from __future__ import annotations\nfrom typing import Callable",
            "def f(x: Callable[[int], Size]) -> Size: ...",
            "class Size: pass",
        )
        assert typing.get_type_hints(module.f)["return"] is module.Size

    def test_what_star_gives(self, notebook: Load) -> None:
        module = notebook(
            "import math\nN = 2\nSLOW = exploration()\n_own = 3",
            "def f(): return N * math.pi * _own",
            "def broken(x=nothing): pass",
        )
        assert set(module.__all__) == {"f", "N", "math"}
        assert notebook("__all__ = ['N']", "N = 1", "def f(): pass").__all__ == ["N"]


def test_a_long_notebook_is_read_quickly(notebook: Load) -> None:
    cells = [f"N{i} = {i}\ndef f{i}(x): return f{i - 1}(x) + N{i}" for i in range(1, 300)]
    module = notebook("def f0(x): return x", *cells)
    assert module.f299(0) == sum(range(300))
