"""`build_transform`: a PIL image becomes the tensor that a network can take."""

import pytest
import torch
from answers import listed
from challenge import draw_repeats, drawn_digit

from probes import transformed


def scaled(pixels, mean, std):
    """The contract's formula, in float64."""
    return (pixels.double() / 255 - mean) / std


def some_pixels(rng, images=1):
    """(images, 28, 28) uint8 at random."""
    return torch.randint(0, 256, (images, 28, 28), generator=rng).to(torch.uint8)


def results_for(probe, expect, pixels, mean, std):
    """What the transform makes of `pixels`, one by one."""
    results = probe(transformed, pixels=pixels.to(torch.uint8), mean=mean, std=std)
    return listed(expect, results, len(pixels), "results")


def draw_targets(rng, images):
    """Images (images, 28, 28) of a spot in a ring on a ground, and the greys (images, 3) of these.

    Ground and spot differ by 50 at least, and the images look the same from all four sides.
    """
    greys = torch.randint(0, 256, (images, 3), generator=rng)
    greys[:, 2] = (greys[:, 0] + torch.randint(50, 206, (images,), generator=rng)) % 256
    distance = (torch.arange(28) - 13.5).abs()
    distance = torch.maximum(distance[:, None], distance)
    area = (distance < 9).long() + (distance < 5)
    return greys[:, area.flatten()].view(-1, 28, 28), greys


def between(ground, ring, spot):
    """How far along the way from the ground to the spot the ring is."""
    return (ring - ground).double() / (spot - ground)


def is_same(one, other):
    """Are these the same numbers in the same places?"""
    return one.shape == other.shape and bool((one == other).all())


def expect_repeats(expect, results, kinds, seen=None):
    """Images of one kind have the same result, images of two kinds never do."""
    seen = {} if seen is None else seen
    for result, kind in zip(results, kinds, strict=True):
        found = expect.tensor(result, what="the transform of one image")
        first = seen.setdefault(kind, found)
        expect.equal(found, first, what="the transform of the same image again")
    for kind, found in seen.items():
        same = [other for other, result in seen.items() if is_same(found, result)]
        expect.equal(same, [kind], what="images that become one and the same tensor")


@pytest.mark.points(3)
@pytest.mark.hint(
    "A network computes with float32 tensors whose first dimension is the channel. Print the type, "
    "the dtype and the shape of what your transform returns for one image."
)
@pytest.mark.reread("Why a network can't read a picture")
def test_image_becomes_a_float_tensor(probe, expect, rng, settings):
    """A PIL image becomes a float32 tensor of shape (1, 28, 28)"""
    pixels, greys = draw_targets(rng, images=12)
    images = results_for(probe, expect, pixels, settings.mean, settings.std)
    for image in images:
        expect.tensor(image, (1, 28, 28), torch.float32, what="the transform of one image")
    # Ground, ring and spot in the middle row; whether their values are right is not asked here.
    found = between(*torch.stack(images)[:, 0, 13, [0, 7, 13]].T)
    what = "the ring's share of the way from the ground's value to the spot's"
    expect.close(found, between(*greys.T), what=what, rtol=0, atol=0.05)


@pytest.mark.points(4)
@pytest.mark.hint(
    "Two steps: pixels from 0 to 255 are scaled to 0 to 1, and then normalized. Follow one black "
    "and one white pixel through both by hand, and mind the order."
)
@pytest.mark.reread("Normalise: where do 0.1307 and 0.3081 come from?")
def test_pixels_are_scaled_and_normalized(probe, expect, show, rng, settings):
    """Pixels are scaled to 0-1, then normalized with the course's mean and std"""
    pixels = torch.cat([some_pixels(rng), drawn_digit()])
    images = results_for(probe, expect, pixels, settings.mean, settings.std)
    expected = scaled(pixels, settings.mean, settings.std)
    show.images("A digit before and after your transform", pixels[1], images[1], expected[1])
    for image, wanted in zip(images, expected, strict=True):
        found = expect.tensor(image, what="the transform of one image").flatten()
        expect.close(found, wanted.flatten(), what="the pixels of one image", rtol=0, atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.hint(
    "The numbers belong to the data set, not to your code: whoever calls build_transform says "
    "which mean and std to use."
)
@pytest.mark.reread("Exercise: `build_transform`")
def test_mean_and_std_are_used(probe, expect, show, rng):
    """The mean and std that it is given are used, whatever they are"""
    pixels = torch.cat([some_pixels(rng), drawn_digit()])
    for mean, std in [(0.5, 0.5), (0.5, 0.25), (0.0, 1.0)]:
        images = results_for(probe, expect, pixels, mean, std)
        expected = scaled(pixels, mean, std)
        show.images("A digit through another mean and std", pixels[1], images[1], expected[1])
        for image, wanted in zip(images, expected, strict=True):
            found = expect.tensor(image, what="the transform of one image").flatten()
            what = f"pixels for mean {mean}, std {std}"
            expect.close(found, wanted.flatten(), what=what, rtol=0, atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Random changes to images (augmentation) are a fine idea, but not here: validation and test "
    "images go through this transform too, and the same image has to give the same numbers."
)
@pytest.mark.reread("Exercise: `build_transform`")
def test_same_image_gives_the_same_tensor(probe, expect, rng, settings):
    """The same image always gives the same tensor"""
    pixels, kinds = some_pixels(rng, images=4), draw_repeats(rng, kinds=4, times=3)
    results = results_for(probe, expect, pixels[kinds], settings.mean, settings.std)
    expect_repeats(expect, results, kinds.tolist())
