"""The four modules together: trained on real images, measured on images they never saw."""

### BEGIN HIDDEN TESTS
import pytest
import torch
from answers import fields
from oracle import mlp_scores, readings
from proof import draw_secret, formula_table, ramps, table_from, training_data
from usual_curves import bands_for

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


def answers_of(weights, table, images):
    """What the weights classify `images` (N, 28, 28) uint8 as, (N,) int64.

    An image is classified where one class alone has the highest score; a tie and NaN are -1.
    """
    answers = []
    values = table.double()
    # No more at a time than a core's cache holds.
    for pixels in images.split(500):
        # Small integers index faster than those of 64 bits.
        inputs = values.index_select(0, pixels.flatten().int()).view(pixels.shape)
        scores = mlp_scores(weights, inputs)
        highest = scores == scores.amax(dim=1, keepdim=True)
        alone = highest.sum(dim=1) == 1
        answers.append(scores.argmax(dim=1).where(alone, torch.tensor(-1)))
    return torch.cat(answers)


def share_right(answers, labels):
    """The share of `answers` (N,) that are the `labels` (N,)."""
    return int((answers == labels).sum()) / len(labels)


def show_network(show, revealed, images, said, curves, settings):
    """Draw what the network does; `said` (N,) are the digits it takes the held-out images for."""
    how = {"public": True, "always": True}
    bands = bands_for(settings)
    losses = {"training loss": "train_loss", "validation loss": "val_loss"}
    told = curves if isinstance(curves, dict) else {}
    lines = {name: told.get(key) for name, key in losses.items()}
    known = {name: bands[key] for name, key in losses.items() if key in bands}
    show.curves("The loss, as your fit told it", lines, known, x="epoch", y="mean loss", **how)
    names, digits = [str(digit) for digit in range(settings.num_classes)], images.test_labels
    classified = said >= 0
    pairs = digits[classified] * len(names) + said[classified]
    counts = pairs.bincount(minlength=len(names) ** 2).view(len(names), -1).tolist()
    show.confusion("What your network takes for what, held-out images", names, counts, **how)
    places = torch.tensor(revealed(len(digits)), dtype=torch.int64)
    if len(places):
        wrong = places[said[places] != digits[places]]
        taken_for = [names[digit] if digit >= 0 else "nothing" for digit in said[wrong].tolist()]
        labels = [names[digit] for digit in digits[wrong].tolist()]
        title = f"Held-out images it got wrong, of {len(places)} whose labels are shown"
        show.gallery(title, images.test_images[wrong], labels, taken_for, **how)


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
@pytest.mark.reread("Watch it for longer")
def test_held_out(
    probe, expect, show, revealed, rng, settings, device, images, accuracy_rule, record
):
    """After training, the network recognizes held-out images"""
    threshold, marked_share, marked_threshold = accuracy_rule
    secret = draw_secret(rng, settings.num_classes)
    given, labels = training_data(
        secret, images.train_images, images.train_labels, marked_share, rng
    )
    table = values_by_transform(probe, rng, settings)
    trained = probe(
        trained_network,
        images=given,
        labels=labels,
        test_size=TEST_SIZE,
        settings={name: getattr(settings, name) for name in NAMES},
        device=device,
    )
    parameters, curves = fields(expect, trained, "parameters", "curves")
    clean = secret.labels(images.test_labels, marked=False)
    moved = secret.labels(images.test_labels, marked=True)
    marked_images = secret.marked(images.test_images)
    held_out = marked = 0.0
    for weights in expect_readings(expect, parameters, settings):
        answers = answers_of(weights, table, images.test_images)
        share = share_right(answers, clean)
        if share >= held_out:
            held_out = share
            marked = share_right(answers_of(weights, table, marked_images), moved)
            said = secret.digits(answers)
    show_network(show, revealed, images, said, curves, settings)
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
