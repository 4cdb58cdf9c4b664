"""`build_transform`: a PIL image becomes the tensor that a network can take."""

import pytest
import torch

from probes import transformed


def scaled(pixels, mean, std):
    """The contract's formula, in float64."""
    return (pixels.double() / 255 - mean) / std


def some_pixels(rng, images=1):
    """(images, 28, 28) uint8 at random."""
    return torch.randint(0, 256, (images, 28, 28), generator=rng).to(torch.uint8)


@pytest.mark.points(3)
@pytest.mark.hint(
    "A network computes with float32 tensors whose first dimension is the channel. Print the type, "
    "the dtype and the shape of what your transform returns for one image."
)
def test_image_becomes_a_float_tensor(probe, expect, rng, settings):
    """A PIL image becomes a float32 tensor of shape (1, 28, 28)"""
    pixels = some_pixels(rng)
    [image] = probe(transformed, pixels=pixels, mean=settings.mean, std=settings.std)
    expect.tensor(image, (1, 28, 28), torch.float32, what="the transform of one image")


@pytest.mark.points(4)
@pytest.mark.hint(
    "Two steps: pixels from 0 to 255 are scaled to 0 to 1, and then normalized. Follow one black "
    "and one white pixel through both by hand, and mind the order."
)
def test_pixels_are_scaled_and_normalized(probe, expect, rng, settings):
    """Pixels are scaled to 0-1, then normalized with the course's mean and std"""
    pixels = some_pixels(rng)
    [image] = probe(transformed, pixels=pixels, mean=settings.mean, std=settings.std)
    found = expect.tensor(image, what="the transform of one image").flatten()
    expected = scaled(pixels, settings.mean, settings.std).flatten()
    expect.close(found, expected, what="the pixels of one image", rtol=0, atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.hint(
    "The numbers belong to the data set, not to your code: whoever calls build_transform says "
    "which mean and std to use."
)
def test_mean_and_std_are_used(probe, expect, rng):
    """The mean and std that it is given are used, whatever they are"""
    pixels = some_pixels(rng)
    for mean, std in [(0.5, 0.5), (0.5, 0.25), (0.0, 1.0)]:
        [image] = probe(transformed, pixels=pixels, mean=mean, std=std)
        found = expect.tensor(image, what="the transform of one image").flatten()
        expected = scaled(pixels, mean, std).flatten()
        expect.close(found, expected, what=f"pixels for mean {mean}, std {std}", rtol=0, atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Random changes to images (augmentation) are a fine idea, but not here: validation and test "
    "images go through this transform too, and the same image has to give the same numbers."
)
def test_same_image_gives_the_same_tensor(probe, expect, rng, settings):
    """The same image always gives the same tensor"""
    pixels = some_pixels(rng).expand(12, 28, 28).contiguous()
    images = probe(transformed, pixels=pixels, mean=settings.mean, std=settings.std)
    expect.equal(len(images), 12, what="number of results")
    first = expect.tensor(images[0], what="the transform of one image")
    for image in images[1:]:
        expect.equal(image, first, what="the transform of the same image again")
