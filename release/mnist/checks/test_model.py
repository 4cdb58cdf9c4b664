"""`MLP`: the network's shapes, its parameters and what it computes from them."""

import pytest
import torch
from answers import fields, listed
from challenge import draw_repeats
from closed_forms import linear_scores

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


def draw_weights(rng, hidden, num_classes):
    """Four float32 parameters at random."""
    shapes = shapes_of(hidden, num_classes)
    return [torch.randn(shape, generator=rng) / shape[-1] ** 0.5 for shape in shapes]


def draw_repeated(rng, kinds, times):
    """Images with a black border, (kinds * times, 1, 28, 28), and which of them are the same."""
    images = torch.zeros(kinds, 1, 28, 28)
    images[:, :, 3:-3, 3:-3] = torch.randn(kinds, 1, 22, 22, generator=rng)
    which = draw_repeats(rng, kinds, times)
    return images[which], which


def expect_repeats(expect, scores, which):
    """Rows of scores are alike for the same image, and not for others.

    Alike, not equal: that evaluation is steady is another check's business.
    """
    apart = torch.cdist(scores.double(), scores.double())
    same, itself = which == which[:, None], torch.eye(len(which)).bool()
    near, far = apart[same & ~itself].mean().item(), apart[~same].mean().item()
    expect.that(
        near < 0.5 * far,
        "scores that are alike where the images are, and differ where they differ",
        f"rows that differ by {near:.3g} for the same image, by {far:.3g} for two images",
    )


def draw_bright(rng, hidden, num_classes):
    """Grey images, and four parameters without any negative number.

    Nothing that is done to negative numbers, and no order of pixels, matters to these.
    """
    greys = 20 ** -torch.rand(24, 1, 1, 1, generator=rng)
    drawn = [torch.rand(shape, generator=rng) for shape in shapes_of(hidden, num_classes)]
    classes = torch.rand(num_classes, 1, generator=rng)
    weights = [drawn[0] / 4, 5 + 5 * drawn[1], classes * (0.5 + drawn[2]) / hidden, 2 * drawn[3]]
    return greys.expand(24, 1, 28, 28).contiguous(), weights


def expect_bright(expect, found, images, weights):
    """The scores of `draw_bright` follow from all four parameters.

    What counts are differences between classes, within a fifth, also as a softmax leaves them:
    dropout and softmax are the business of other checks.
    """
    expected = linear_scores(*weights[2:], linear_scores(*weights[:2], images))
    [scores] = scores_of(expect, found, 1)
    expect.tensor(scores, tuple(expected.shape), what="scores of images with one grey each")
    wanted = expected - expected.mean(dim=1, keepdim=True)
    room = 0.2 * wanted.abs().amax(dim=1, keepdim=True)
    fits = False
    for one in (scores.double(), scores.double().log()):
        differences = one - one.mean(dim=1, keepdim=True)
        fits = fits or bool(((differences - wanted).abs() <= room).all())
    expect.that(fits, "scores that all four parameters have a part in", scores)


def scores_of(expect, found, batches):
    """The scores of each of so many batches."""
    return listed(expect, fields(expect, found, "scores")[0], batches, "tensors of scores")


def parameter_shapes(expect, found):
    """The shapes of the trainable parameters, a list of lists."""
    [shapes] = fields(expect, found, "shapes")
    for shape in listed(expect, shapes, None, "shapes"):
        sizes = listed(expect, shape, None, "sizes")
        expect.that(all(type(size) is int for size in sizes), "sizes of a parameter", sizes)
    return shapes


def expect_shapes(expect, found, sizes):
    """The trainable parameters have the shapes of the network of these sizes."""
    shapes, wanted = parameter_shapes(expect, found), shapes_of(*sizes)
    expect.equal(upright(shapes, wanted), sorted(wanted), what="shapes of the parameters, sorted")


@pytest.mark.points(3)
@pytest.mark.hint(
    "A batch of N images goes in, N rows of scores come out, one score for each class. A linear "
    "layer wants each image as one row of numbers."
)
@pytest.mark.reread("Follow the shapes")
def test_one_score_for_each_class(probe, expect, rng, settings):
    """A batch of images gives one row of scores for each image"""
    sizes = [settings.hidden, settings.num_classes]
    batches, which = zip(*(draw_repeated(rng, 8, times) for times in (2, 8)), strict=True)
    weights = draw_weights(rng, *sizes)
    found = probe(network, batches=list(batches), weights=weights, sizes=sizes)
    for scores, batch, same in zip(scores_of(expect, found, 2), batches, which, strict=True):
        shape = (len(batch), settings.num_classes)
        expect.tensor(scores, shape, torch.float32, what=f"scores of {len(batch)} images")
        expect_repeats(expect, scores, same)


@pytest.mark.points(2)
@pytest.mark.hint("A batch may hold one image: its dimension stays, also where it is 1.")
@pytest.mark.reread("Follow the shapes")
def test_a_batch_of_one_image(probe, expect, rng, settings):
    """A batch of one image gives one row of scores"""
    sizes = [settings.hidden, settings.num_classes]
    images, which = draw_repeated(rng, 6, 4)
    weights = draw_weights(rng, *sizes)
    found = probe(network, batches=list(images.split(1)), weights=weights, sizes=sizes)
    rows = scores_of(expect, found, len(images))
    for row in rows:
        shape = (1, settings.num_classes)
        expect.tensor(row, shape, torch.float32, what="scores of one image")
    expect_repeats(expect, torch.cat(rows), which)


@pytest.mark.points(4)
@pytest.mark.hint(
    "Two linear layers with a weight and a bias each, all four trainable, and nothing else to "
    "train. List the names and shapes of your model's parameters."
)
@pytest.mark.reread("Follow the shapes")
def test_four_parameters(probe, expect, rng, settings):
    """The trainable parameters are two weights and two biases of the right shapes"""
    sizes = [settings.hidden, settings.num_classes]
    images, weights = draw_bright(rng, *sizes)
    found = probe(network, batches=[images], weights=weights, sizes=sizes)
    expect_shapes(expect, found, sizes)
    expect_bright(expect, found, images, weights)


@pytest.mark.points(2)
@pytest.mark.hint("hidden and num_classes are the caller's choice: no layer may assume them.")
@pytest.mark.reread("Exercise: `MLP`")
def test_sizes_are_used(probe, expect, rng):
    """The hidden width and the number of classes are those that are asked for"""
    for few, many in ([3, 7], [8, 12]):
        sizes = torch.randint(100, 250, (1,), generator=rng).tolist()
        sizes += torch.randint(few, many, (1,), generator=rng).tolist()
        images, weights = draw_bright(rng, *sizes)
        found = probe(network, batches=[images], weights=weights, sizes=sizes)
        expect_bright(expect, found, images, weights)
        widths = [shape[0] for shape in parameter_shapes(expect, found) if len(shape) == 1]
        expect.equal(sorted(widths), sorted(sizes), what=f"lengths of the biases of MLP{sizes}")


@pytest.mark.points(2)
@pytest.mark.hint(
    "Without something that is not linear between them, two linear layers are no better than one. "
    "What should become of a negative number on its way through the hidden layer?"
)
@pytest.mark.reread("Why not just stack linear layers?")
def test_hidden_layer_lets_positive_numbers_pass(probe, expect, rng):
    """A network wired by hand shows which pixels pass: row by row, positive numbers only"""
    inputs = draw_inputs(rng, 6)
    pixels = torch.randperm(784, generator=rng)[:5]
    watch = torch.zeros(5, 784)
    watch[torch.arange(5), pixels] = 1.0
    sort = torch.eye(5)[[3, 0, 4, 1]]
    for extra in (0.0, 0.5):
        weights = [watch, torch.full((5,), extra), sort, torch.zeros(4)]
        found = probe(network, batches=[inputs], weights=weights, sizes=[5, 4])
        passed = (inputs.flatten(1)[:, pixels] + extra).clamp(min=0)
        [scores] = scores_of(expect, found, 1)
        expected = passed[:, [3, 0, 4, 1]]
        expect.close(scores, expected, what="scores of the wired network", atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Cross entropy in PyTorch takes raw scores and turns them into probabilities itself; scores "
    "may be negative and need not sum to 1."
)
@pytest.mark.reread("Exercise: `MLP`")
def test_scores_are_raw(probe, expect, rng):
    """The scores are the last layer's, with nothing after it"""
    last = 5 * torch.randn(4, generator=rng) + torch.tensor([-10.0, 0.0, 5.0, 10.0])
    weights = [torch.zeros(6, 784), torch.zeros(6), torch.zeros(4, 6), last]
    found = probe(network, batches=[draw_inputs(rng, 3)], weights=weights, sizes=[6, 4])
    [scores] = scores_of(expect, found, 1)
    expected = last.expand(3, 4).contiguous()
    expect.close(scores, expected, what="scores where only the last bias is not zero")
