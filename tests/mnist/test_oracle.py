"""What the checks expect agrees with PyTorch's own layers, losses and optimizers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .harness import kit

CHALLENGE, CLOSED, ORACLE = (kit()[name] for name in ("challenge", "closed_forms", "oracle"))


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(20)


def linear_after_a_step(
    weight: torch.Tensor, bias: torch.Tensor, inputs: torch.Tensor, labels: torch.Tensor, loss_fn
) -> nn.Linear:
    """A linear model after one step of SGD at rate 1."""
    model = nn.Linear(*weight.T.shape).double()
    model.load_state_dict({"weight": weight, "bias": bias})
    loss_fn(model(inputs.flatten(1).double()), labels).backward()
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    return model


def test_pull_is_a_step_down_the_gradient(rng: torch.Generator) -> None:
    inputs, labels = CHALLENGE.draw_images(rng, 11), CHALLENGE.draw_labels(rng, 11)
    weight, bias = (value.double() for value in CHALLENGE.draw_weights(rng))
    model = linear_after_a_step(weight, bias, inputs, labels, nn.NLLLoss())
    step, bias_step = CLOSED.pull(inputs, labels)
    torch.testing.assert_close(model.weight.detach(), weight + step)
    torch.testing.assert_close(model.bias.detach(), bias + bias_step)


def test_pull_from_zero_is_a_step_of_cross_entropy(rng: torch.Generator) -> None:
    inputs, labels = CHALLENGE.draw_images(rng, 11), CHALLENGE.draw_labels(rng, 11)
    weight, bias = torch.zeros(3, 16).double(), torch.zeros(3).double()
    model = linear_after_a_step(weight, bias, inputs, labels, nn.CrossEntropyLoss())
    step, bias_step = CLOSED.pull_from_zero(inputs, labels)
    torch.testing.assert_close(model.weight.detach(), step)
    torch.testing.assert_close(model.bias.detach(), bias_step)


def test_linear_scores_loss_and_share(rng: torch.Generator) -> None:
    inputs, labels = CHALLENGE.draw_images(rng, 40), CHALLENGE.draw_labels(rng, 40)
    weight, bias = CHALLENGE.draw_weights(rng)
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    model[1].load_state_dict({"weight": weight, "bias": bias})
    scores = model(inputs).detach().double()
    found = CLOSED.linear_scores(weight, bias, inputs)
    torch.testing.assert_close(found, scores, rtol=1e-5, atol=1e-5)
    by_hand = [-row.log_softmax(0)[label].item() for row, label in zip(found, labels, strict=True)]
    assert CLOSED.mean_loss(found, labels) == pytest.approx(sum(by_hand) / 40)
    right = sum(int(row.argmax() == label) for row, label in zip(found, labels, strict=True))
    assert CLOSED.share_right(found, labels) == right / 40


def test_labels_hold_every_class_and_clusters_number_their_images(rng: torch.Generator) -> None:
    assert set(CHALLENGE.draw_labels(rng, 5).tolist()) == {0, 1, 2}
    inputs, labels = CHALLENGE.clusters(rng, 30)
    numbers = inputs[:, 0, 0, 0]
    assert len(set(numbers.tolist())) == 30
    assert torch.equal(numbers, numbers.long().float())
    assert sorted(labels.bincount().tolist()) == [5, 10, 15]


def test_numbers_of_samples_differ_and_are_exact_in_float32(rng: torch.Generator) -> None:
    numbers = CHALLENGE.draw_numbers(rng, 600)
    assert len(set(numbers.tolist())) == 600
    assert torch.equal(numbers, numbers.float().long())
    assert numbers.tolist() != sorted(numbers.tolist())


@pytest.mark.parametrize("right", [0, 3, 8])
def test_as_many_are_guessed_right_as_wanted(rng: torch.Generator, right: int) -> None:
    weight, bias = CHALLENGE.draw_weights(rng)
    inputs, labels = CHALLENGE.draw_guessed(rng, weight, bias, 8, right)
    scores = CLOSED.linear_scores(weight, bias, inputs)
    assert CLOSED.share_right(scores, labels) == right / 8
    assert CLOSED.shares_possible(scores, labels) == (right / 8, right / 8)


def test_alignment_is_that_of_directions(rng: torch.Generator) -> None:
    way = torch.randn(3, 16, generator=rng).double()
    assert CLOSED.alignment(2 * way, way) == pytest.approx(1)
    assert CLOSED.alignment(-way, way) == pytest.approx(-1)
    assert abs(CLOSED.alignment(torch.randn(3, 16, generator=rng), way)) < 5 / 48**0.5


@pytest.mark.parametrize(("hidden", "classes"), [(7, 4), (33, 10)])
def test_mlp_formula_and_gradients(rng: torch.Generator, hidden: int, classes: int) -> None:
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, classes)
    ).double()
    inputs = torch.randn(9, 1, 28, 28, generator=rng).double()
    weights = [parameter.detach() for parameter in model.parameters()]
    scores = model(inputs)
    torch.testing.assert_close(ORACLE.mlp_scores(weights, inputs), scores.detach())
    wanted = torch.autograd.grad(scores.sum(), list(model.parameters()))
    for found, expected in zip(ORACLE.mlp_gradients(weights, inputs), wanted, strict=True):
        torch.testing.assert_close(found, expected)


def test_readings_find_the_parameters_by_their_shapes(rng: torch.Generator) -> None:
    shapes = [(5, 784), (5,), (3, 5), (3,)]
    weights = [torch.randn(shape, generator=rng) for shape in shapes]
    handed_in = [weights[3], weights[2].T, weights[0].T, weights[1]]
    [found] = ORACLE.readings(handed_in, shapes)
    assert all(torch.equal(one, other) for one, other in zip(found, weights, strict=True))


def test_readings_try_both_ways_where_shapes_do_not_tell(rng: torch.Generator) -> None:
    shapes = [(5, 784), (5,), (5, 5), (5,)]
    weights = [torch.randn(shape, generator=rng) for shape in shapes]
    ways = list(ORACLE.readings(weights, shapes))
    assert len(ways) == 4
    assert any(torch.equal(way[2], weights[2].T) and way[1] is weights[3] for way in ways)


@pytest.mark.parametrize(
    "shapes", [[], [(5, 784), (5,), (3, 5)], [(5, 784), (5,), (3, 5), (4,)], [(784,)] * 4]
)
def test_no_reading_of_other_shapes(shapes: list[tuple[int, ...]]) -> None:
    parameters = [torch.zeros(shape) for shape in shapes]
    assert list(ORACLE.readings(parameters, [(5, 784), (5,), (3, 5), (3,)])) == []


@pytest.fixture
def normed(rng: torch.Generator) -> tuple[nn.Sequential, dict[str, torch.Tensor]]:
    """The network that the oracle computes by hand, from PyTorch's layers."""
    state = ORACLE.draw_normed(rng)
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6), nn.Dropout(0.0), nn.Linear(6, 3)
    )
    model.load_state_dict(state)
    return model.double(), state


@pytest.mark.parametrize("training", [False, True])
def test_normed_scores(rng: torch.Generator, normed, training: bool) -> None:
    model, state = normed
    inputs = CHALLENGE.draw_images(rng, 20)
    found = ORACLE.normed_scores(ORACLE.double(state), inputs, training)
    torch.testing.assert_close(found, model.train(training)(inputs.double()).detach())


def test_normed_epoch_is_what_sgd_does(rng: torch.Generator, normed) -> None:
    model, state = normed
    inputs, labels = CHALLENGE.draw_images(rng, 40), CHALLENGE.draw_labels(rng, 40)
    batches = list(zip(inputs.split(16), labels.split(16), strict=True))
    how = {"lr": 0.2, "momentum": 0.8, "weight_decay": 0.05}
    optimizer = torch.optim.SGD(model.parameters(), **how)
    total = 0.0
    for batch, wanted in batches:
        optimizer.zero_grad()
        scores = model(batch.double())
        loss = ((scores - nn.functional.one_hot(wanted, 3)) ** 2).mean()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(wanted)
    found, mean = ORACLE.normed_epoch(state, batches, **how)
    assert mean == pytest.approx(total / 40)
    assert found.keys() == dict(model.named_parameters()).keys()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(found[name], parameter.detach())
