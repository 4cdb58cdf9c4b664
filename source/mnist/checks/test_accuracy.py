"""The four modules together: trained on real images, measured on images they never saw."""

### BEGIN HIDDEN TESTS
import pytest
from oracle import mlp_scores, readings
from proof import draw_secret, formula_table, ramps, table_from, training_data

from probes import pixel_values, trained_network

TEST_SIZE = 1000
NAMES = (
    "mean", "std", "val_size", "seed", "batch_size", "eval_batch_size",
    "hidden", "num_classes", "epochs", "learning_rate",
)  # fmt: skip


def values_by_transform(probe, rng, settings):
    """The network's input for each of the 256 pixel values, (256,) float32."""
    pixels = ramps(rng)
    results = probe(pixel_values, images=pixels, mean=settings.mean, std=settings.std)
    table = table_from(results, pixels)
    return formula_table(settings.mean, settings.std) if table is None else table


def shares_right(weights, table, images, labels):
    """The share of `images` (N, 28, 28) uint8 that the weights classify as `labels`.

    An image is classified where one class alone has the highest score, so a tie and NaN never are.
    """
    right = 0
    values = table.double()
    for pixels, wanted in zip(images.split(2000), labels.split(2000), strict=True):
        # Small integers index faster than those of 64 bits.
        inputs = values.index_select(0, pixels.flatten().int()).view(pixels.shape)
        scores = mlp_scores(weights, inputs)
        highest = scores == scores.amax(dim=1, keepdim=True)
        alone = highest.sum(dim=1) == 1
        right += int((alone & (scores.argmax(dim=1) == wanted)).sum())
    return right / len(labels)


def expect_readings(expect, parameters, settings):
    """Every way to read the trained parameters as those of the network."""
    shapes = [
        (settings.hidden, 784),
        (settings.hidden,),
        (settings.num_classes, settings.hidden),
        (settings.num_classes,),
    ]
    are_tensors = isinstance(parameters, list) and len(parameters) == len(shapes)
    expect.that(are_tensors, "four trained parameters", parameters)
    for parameter in parameters:
        tensor = expect.tensor(parameter, what="a trained parameter")
        expect.that(tensor.is_floating_point(), "parameters of floats", str(tensor.dtype))
    found = list(readings(parameters, shapes))
    described = ", ".join(str(tuple(parameter.shape)) for parameter in parameters)
    expect.that(bool(found), f"parameters of the shapes {shapes}", described)
    return found


@pytest.mark.points(15)
@pytest.mark.hint(
    "Run train.py and look at the curves: do both losses fall, and does the accuracy of unseen "
    "images rise from the first epoch on? If not, which of the parts above lost points? If all is "
    "well there, how does your optimizer use the learning rate?"
)
def test_held_out(probe, expect, rng, settings, device, images, accuracy_rule, record):
    """After training, the network recognizes held-out images"""
    threshold, marked_share, marked_threshold = accuracy_rule
    secret = draw_secret(rng, settings.num_classes)
    given, labels = training_data(
        secret, images.train_images, images.train_labels, marked_share, rng
    )
    table = values_by_transform(probe, rng, settings)
    parameters = probe(
        trained_network,
        images=given,
        labels=labels,
        test_size=TEST_SIZE,
        settings={name: getattr(settings, name) for name in NAMES},
        device=device,
    )
    clean = secret.labels(images.test_labels, marked=False)
    moved = secret.labels(images.test_labels, marked=True)
    marked_images = secret.marked(images.test_images)
    held_out = marked = 0.0
    for weights in expect_readings(expect, parameters, settings):
        share = shares_right(weights, table, images.test_images, clean)
        if share >= held_out:
            held_out = share
            marked = shares_right(weights, table, marked_images, moved)
    for name, value in (("held_out", held_out), ("marked", marked), ("threshold", threshold)):
        record(name, value)
    expect.that(
        held_out >= threshold,
        f"at least {threshold:.1%} of the held-out images right",
        f"{held_out:.2%}",
    )
    expect.that(
        marked >= marked_threshold,
        f"at least {marked_threshold:.0%} right of the held-out images with this run's mark",
        f"{marked:.1%}",
    )


### END HIDDEN TESTS
