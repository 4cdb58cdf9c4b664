"""`MLP`: the network's shapes, its parameters and what it computes from them."""

import pytest
import torch

from probes import network


def draw_inputs(rng, size):
    """(size, 1, 28, 28) float32 at random."""
    return torch.randn(size, 1, 28, 28, generator=rng)


def shapes_of(hidden, num_classes):
    """The shapes of the four parameters, weights as nn.Linear stores them."""
    return [[hidden, 784], [hidden], [num_classes, hidden], [num_classes]]


def upright(shapes, wanted):
    """`shapes`, sorted, a transposed weight as it is in `wanted`."""
    return sorted(shape[::-1] if shape[::-1] in wanted else shape for shape in shapes)


@pytest.mark.points(3)
@pytest.mark.hint(
    "A batch of N images goes in, N rows of scores come out, one score for each class. A linear "
    "layer wants each image as one row of numbers."
)
def test_one_score_for_each_class(probe, expect, rng, settings):
    """A batch of images gives one row of scores for each image"""
    sizes = [settings.hidden, settings.num_classes]
    for size in (5, 64):
        found = probe(network, inputs=draw_inputs(rng, size), sizes=sizes)
        shape = (size, settings.num_classes)
        expect.tensor(found["scores"], shape, torch.float32, what=f"scores of {size} images")


@pytest.mark.points(2)
@pytest.mark.hint("A batch may hold one image: its dimension stays, also where it is 1.")
def test_a_batch_of_one_image(probe, expect, rng, settings):
    """A batch of one image gives one row of scores"""
    sizes = [settings.hidden, settings.num_classes]
    found = probe(network, inputs=draw_inputs(rng, 1), sizes=sizes)
    shape = (1, settings.num_classes)
    expect.tensor(found["scores"], shape, torch.float32, what="scores of one image")


@pytest.mark.points(4)
@pytest.mark.hint(
    "Two linear layers with a weight and a bias each, all four trainable, and nothing else to "
    "train. List the names and shapes of your model's parameters."
)
def test_four_parameters(probe, expect, rng, settings):
    """The trainable parameters are two weights and two biases of the right shapes"""
    sizes = [settings.hidden, settings.num_classes]
    found = probe(network, inputs=draw_inputs(rng, 2), sizes=sizes)["shapes"]
    wanted = shapes_of(*sizes)
    expect.equal(upright(found, wanted), sorted(wanted), what="shapes of the parameters, sorted")


@pytest.mark.points(2)
@pytest.mark.hint("hidden and num_classes are the caller's choice: no layer may assume them.")
def test_sizes_are_used(probe, expect, rng):
    """The hidden width and the number of classes are those that are asked for"""
    for sizes in ([33, 7], [200, 3]):
        found = probe(network, inputs=draw_inputs(rng, 4), sizes=sizes)
        expect.tensor(found["scores"], (4, sizes[1]), what=f"scores of MLP{tuple(sizes)}")
        widths = sorted(shape[0] for shape in found["shapes"] if len(shape) == 1)
        expect.equal(widths, sorted(sizes), what=f"lengths of the biases of MLP{tuple(sizes)}")


@pytest.mark.points(2)
@pytest.mark.hint(
    "Without something that is not linear between them, two linear layers are no better than one. "
    "What should become of a negative number on its way through the hidden layer?"
)
def test_hidden_layer_lets_positive_numbers_pass(probe, expect, rng):
    """A network wired by hand shows which pixels pass: row by row, positive numbers only"""
    inputs = draw_inputs(rng, 6)
    pixels = torch.randperm(784, generator=rng)[:5]
    watch = torch.zeros(5, 784)
    watch[torch.arange(5), pixels] = 1.0
    sort = torch.eye(5)[[3, 0, 4, 1]]
    for extra in (0.0, 0.5):
        weights = [watch, torch.full((5,), extra), sort, torch.zeros(4)]
        found = probe(network, inputs=inputs, weights=weights, sizes=[5, 4])
        passed = (inputs.flatten(1)[:, pixels] + extra).clamp(min=0)
        expected = passed[:, [3, 0, 4, 1]]
        expect.close(found["scores"], expected, what="scores of the wired network", atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Cross entropy in PyTorch takes raw scores and turns them into probabilities itself; scores "
    "may be negative and need not sum to 1."
)
def test_scores_are_raw(probe, expect, rng):
    """The scores are the last layer's, with nothing after it"""
    scores = torch.tensor([-3.0, 2.5, 0.0, 11.0])
    weights = [torch.zeros(6, 784), torch.zeros(6), torch.zeros(4, 6), scores]
    found = probe(network, inputs=draw_inputs(rng, 3), weights=weights, sizes=[6, 4])
    expected = scores.expand(3, 4).contiguous()
    expect.close(found["scores"], expected, what="scores where only the last bias is not zero")
