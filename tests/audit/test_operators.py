"""Every operator makes the bug that it is named for, and leaves alone what it has no bug for."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from autograder.audit.code import wrong_versions
from autograder.audit.operators import OPERATORS

LOOP = """
model.train()
total = 0.0
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
return total
"""
FUNCTION = (
    "def f(model, loader: DataLoader, other_loader: DataLoader, loss_fn, optimizer, device, "
    "size: int, rate: float):"
)
# operator: the correct body of a function, and a piece of a wrong one in its place.
BODIES = {
    "forget-zero-grad": (LOOP, "    optimizer.zero_grad()\n", ""),
    "forget-backward": (LOOP, "    loss.backward()\n", ""),
    "forget-step": (LOOP, "    optimizer.step()\n", ""),
    "forget-train-mode": (LOOP, "model.train()\n", ""),
    "forget-eval-mode": ("model.eval()\nreturn model(size)", "model.eval()\n", ""),
    "exchange-modes": (LOOP, "model.train()", "model.eval()"),
    "mode-too-late": (
        "model.eval()\nfor x in loader:\n    g(x)\nreturn 1",
        "model.eval()\nfor x in loader:\n    g(x)\n",
        "for x in loader:\n    g(x)\nmodel.eval()\n",
    ),
    "mode-for-one-batch": (
        LOOP, "    optimizer.step()\n", "    optimizer.step()\n    model.eval()\n",
    ),
    "zero-grad-once": (
        LOOP,
        "for x, y in loader:\n    optimizer.zero_grad()\n",
        "optimizer.zero_grad()\nfor x, y in loader:\n",
    ),
    "zero-grad-after-backward": (
        LOOP,
        "    optimizer.zero_grad()\n    loss = loss_fn(model(x), y)\n    loss.backward()\n",
        "    loss = loss_fn(model(x), y)\n    loss.backward()\n    optimizer.zero_grad()\n",
    ),
    "zero-grad-after-step": (
        "optimizer.zero_grad()\noptimizer.step()\n",
        "optimizer.zero_grad()\noptimizer.step()\n",
        "optimizer.step()\noptimizer.zero_grad()\n",
    ),
    "step-before-backward": (
        LOOP,
        "    loss.backward()\n    optimizer.step()\n",
        "    optimizer.step()\n    loss.backward()\n",
    ),
    "step-once-an-epoch": (LOOP, "    optimizer.step()\n", "optimizer.step()\n"),
    "step-twice": (LOOP, "    optimizer.step()\n", "    optimizer.step()\n    optimizer.step()\n"),
    "track-gradients": (
        "with torch.no_grad():\n    y = model(size)\nreturn y",
        "with torch.no_grad():\n    y = model(size)\n",
        "y = model(size)\n",
    ),
    "guard-too-narrow": (
        "with torch.no_grad():\n    for x in loader:\n        g(x)\n        h(x)\n",
        "with torch.no_grad():\n    for x in loader:\n        g(x)\n        h(x)\n",
        "for x in loader:\n    g(x)\n    with torch.no_grad():\n        h(x)\n",
    ),
    "last-line-outside": (
        "for x in loader:\n    g(x)\n    h(x)\n", "    h(x)\n", "h(x)\n",
    ),
    "next-line-inside": (LOOP, "return total", "    return total"),
    "line-before-inside": (
        "total = 0\nfor x in loader:\n    total += x\nreturn total",
        "total = 0\nfor x in loader:\n",
        "for x in loader:\n    total = 0\n",
    ),
    "one-round": (
        "for x in loader:\n    g(x)\n", "    g(x)\n", "    g(x)\n    break\n",
    ),
    "every-other-round": ("for x in loader:\n    g(x)\n", "in loader", "in list(loader)[::2]"),
    "forget-shuffle": ("return DataLoader(size, shuffle=True)", ", shuffle=True", ""),
    "flip-flag": ("return DataLoader(size, shuffle=True)", "True", "False"),
    "add-shuffle": ("return DataLoader(size)", "size", "size, shuffle=True"),
    "drop-last-batch": ("return DataLoader(size)", "size", "size, drop_last=True"),
    "drop-argument": ("return g(1, key=2)", "g(1, key=2)", "g(key=2)"),
    "swap-arguments": ("return g(size, rate)", "size, rate", "rate, size"),
    "hard-code-argument": ("return g(size)", "size", "64"),
    "use-the-other-one": ("return g(loader)", "loader", "other_loader"),
    "swap-returned": ("return size, rate", "size, rate", "rate, size"),
    "return-one-alone": ("return size, rate", "size, rate", "rate"),
    "return-one-twice": ("return size, rate", "size, rate", "size, size"),
    "return-nothing": ("return g(size)", "return g(size)", "g(size)"),
    "swap-unpacked": ("a, b = g(size)\nreturn a", "a, b", "b, a"),
    "smooth-labels": (
        "return nn.CrossEntropyLoss()", "()", "(label_smoothing=0.1)",
    ),
    "sum-the-loss": ("return nn.MSELoss()", "()", '(reduction="sum")'),
    "other-loss": ("return nn.CrossEntropyLoss()", "CrossEntropyLoss", "NLLLoss"),
    "forget-bias": ("return nn.Linear(3, size)", "size", "size, bias=False"),
    "wrong-dimension": ("return g.argmax(dim=-1)", "-1", "0"),
    "no-dimension": ("return g.flatten(1)", "1", ""),
    "sum-or-mean": ("return g.sum()", "sum", "mean"),
    "other-extreme": ("return g.argmax(1)", "argmax", "argmin"),
    "last-for-total": ("total += size", "+=", "="),
    "forget-item": ("return loss_fn(size).item()", ".item()", ""),
    "off-by-one": ("for i in range(1, size + 1):\n    g(i)\n", "size + 1", "size + 1 - 1"),
    "wrong-constant": ("return 28 * size", "28", "29"),
    "wrong-operator": ("return size - rate", "-", "+"),
    "whole-division": ("return size / rate", "/", "//"),
    "forget-operand": ("return size * rate", "size * rate", "size"),
    "turn-comparison": ("return size == rate", "==", "!="),
    "batches-for-samples": ("return size / rate", "rate", "len(loader)"),
    "full-batches": ("size += len(rate)", "len(rate)", "loader.batch_size"),
    "turn-condition": ("if size:\n    g(1)\n", "size", "not size"),
    "forget-device": ("y = size.to(device)\nreturn y", ".to(device)", ""),
    "always-cuda": ("y = size.to(device)\nreturn y", "to(device)", "cuda()"),
    "throw-away-result": ("size = size.to(device)\nreturn size", "size = size", "size"),
    "use-the-other-key": (
        'h = {"a": 1, "b": 2}\nreturn h["a"]', '["a"]', '["b"]',
    ),
    "misspell-key": ('return {"loss": size}', '"loss"', '"losses"'),
    "note-twice": ("model.append(size)", "append(size)", "extend([size, size])"),
    "forget-line": ("g(size)\nh(size)\n", "g(size)\n", ""),
}  # fmt: skip
# The same for the body of the `forward` of a network.
FORWARDS = {
    "drop-layer": ("return self.b(torch.relu(self.a(x)))", "torch.relu(self.a(x))", "self.a(x)"),
    "double-layer": ("return self.a(x)", "self.a(x)", "self.a(self.a(x))"),
    "exchange-activation": ("return torch.relu(self.a(x))", "relu", "tanh"),
    "use-the-other-layer": ("return self.b(self.a(x))", "self.b", "self.a"),
    "add-softmax": ("return self.a(x)", "self.a(x)", "torch.softmax(self.a(x), dim=1)"),
    "add-log-softmax": ("return self.a(x)", "self.a(x)", "torch.log_softmax(self.a(x), dim=1)"),
    "add-activation": ("return self.a(x)", "self.a(x)", "torch.relu(self.a(x))"),
}
ROWS = {**BODIES, **FORWARDS}


def module(operator: str, body: str) -> str:
    """A module with one function, or one network, of this body."""
    if operator in FORWARDS:
        return f"class Net(nn.Module):\n    def forward(self, x):\n{indent(body, ' ' * 8)}\n"
    return f"{FUNCTION}\n{indent(dedent(body).strip(), ' ' * 4)}\n"


def made(text: str, *operators: str) -> list[str]:
    """The wrong versions of a module, as plain code."""
    chosen = [one for one in OPERATORS if one.name in operators]
    return [
        ast.unparse(ast.parse(wrong.text))
        for wrong in wrong_versions(text, [range(1, 100)], {"size": 64}, chosen)
    ]


@pytest.mark.parametrize("operator", ROWS)
def test_operator_makes_its_bug(operator: str) -> None:
    before, right, wrong = ROWS[operator]
    assert before.count(right) >= 1
    after = before.replace(right, wrong, 1)
    assert ast.unparse(ast.parse(module(operator, after))) in made(
        module(operator, before), operator
    )


def test_every_operator_has_an_example_a_name_of_its_own_and_a_thought() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(set(names)) == len(names) >= 25
    assert set(ROWS) == set(names)
    for operator in OPERATORS:
        assert operator.thought.endswith(".")
        assert operator.thought[0].isupper()


@pytest.mark.parametrize(
    ("operator", "body"),
    [
        ("forget-step", "count.step\nother.steps()"),
        ("flip-flag", "return g(size, True)"),
        ("add-shuffle", "return DataLoader(size, shuffle=False)"),
        ("hard-code-argument", "return model.size"),
        ("drop-layer", "return g(x, self.a)"),
        ("double-layer", "return torch.relu(x)"),
        ("wrong-dimension", "return g.reshape(1, 2)"),
        ("throw-away-result", "x = size.to(device)\nreturn x"),
        ("step-before-backward", "optimizer.step()\nloss.backward()"),
        ("last-line-outside", "for x in loader:\n    g(x)\n"),
        ("forget-line", 'print(size)\n"a text"\n'),
        ("wrong-constant", 'print(f"{size:.4f}", 3)'),
    ],
)
def test_operator_leaves_alone_what_is_no_bug_of_its_kind(operator: str, body: str) -> None:
    assert made(module(operator, body), operator) == []


def test_nothing_is_made_of_annotations_docstrings_and_what_is_printed() -> None:
    text = 'def f(a: g(1, 2) = None) -> g(1):\n    """Text 1."""\n    print(1 + a)\n'
    assert made(text, *(operator.name for operator in OPERATORS)) == []
