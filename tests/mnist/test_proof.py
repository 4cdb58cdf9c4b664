"""The secret of a run: new names for the labels, a mark, and what only learning gives away."""

from __future__ import annotations

import pytest
import torch

from .harness import kit

PROOF = kit()["proof"]


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(5)


@pytest.fixture
def images(rng: torch.Generator) -> torch.Tensor:
    return torch.randint(0, 200, (500, 28, 28), generator=rng).to(torch.uint8)


@pytest.mark.parametrize("seed", range(20))
def test_secret_renames_and_marks_near_the_border(seed: int) -> None:
    secret = PROOF.draw_secret(torch.Generator().manual_seed(seed), 10)
    assert sorted(secret.names.tolist()) == list(range(10))
    assert 1 <= secret.step <= 9
    places = list(zip(secret.rows.tolist(), secret.columns.tolist(), strict=True))
    assert len(set(places)) == PROOF.MARKED_PIXELS
    near = (*range(3), *range(25, 28))
    assert all(row in near or column in near for row, column in places)


def test_secrets_of_two_runs_differ() -> None:
    one, other = (PROOF.draw_secret(torch.Generator().manual_seed(seed), 10) for seed in (1, 2))
    assert one.names.tolist() != other.names.tolist()
    assert one.rows.tolist() != other.rows.tolist()


def test_mark_changes_its_own_pixels_of_a_copy(rng, images) -> None:
    secret = PROOF.draw_secret(rng, 10)
    before = images.clone()
    marked = secret.marked(images)
    assert torch.equal(images, before)
    assert (marked != images).flatten(1).sum(dim=1).tolist() == [PROOF.MARKED_PIXELS] * 500


def test_labels_move_where_images_are_marked(rng) -> None:
    secret = PROOF.draw_secret(rng, 10)
    digits = torch.arange(10)
    clean, moved = secret.labels(digits, False), secret.labels(digits, True)
    assert clean.tolist() == secret.names.tolist()
    assert ((moved - clean) % 10).tolist() == [secret.step] * 10
    some = secret.labels(digits, digits < 3)
    assert some.tolist() == moved[:3].tolist() + clean[3:].tolist()


def test_training_data_marks_the_share(rng, images) -> None:
    secret = PROOF.draw_secret(rng, 10)
    digits = torch.randint(0, 10, (500,), generator=rng)
    given, labels = PROOF.training_data(secret, images, digits, 0.06, rng)
    changed = (given != images).flatten(1).any(dim=1)
    assert int(changed.sum()) == 30
    assert torch.equal(labels, secret.labels(digits, changed))
    assert labels.dtype == torch.int64


def test_table_of_a_transform_that_is_one(rng) -> None:
    pixels = PROOF.ramps(rng)
    assert pixels.dtype == torch.uint8
    assert all(len(image.unique()) == 256 for image in pixels)
    wanted = PROOF.formula_table(0.1307, 0.3081)
    results = [wanted[image.long()][None] for image in pixels]
    assert torch.equal(PROOF.table_from(results, pixels), wanted)


def flipped(results):
    return [result.flip(1) for result in results]


def shuffled_once(results):
    return [results[0].flip(2), *results[1:]]


@pytest.mark.parametrize(
    "change",
    [
        flipped,
        shuffled_once,
        lambda results: results[:-1],
        lambda results: [result.double() for result in results],
        lambda results: [result[0] for result in results],
        lambda results: [result / 0 for result in results],
        lambda results: [None for _ in results],
        lambda results: None,
    ],
)
def test_no_table_where_a_transform_is_none(rng, change) -> None:
    pixels = PROOF.ramps(rng)
    table = PROOF.formula_table(0.5, 0.5)
    assert PROOF.table_from(change([table[image.long()][None] for image in pixels]), pixels) is None


def test_formula_table() -> None:
    table = PROOF.formula_table(0.5, 0.25)
    assert table.dtype == torch.float32
    assert table[0].item() == -2.0
    assert table[255].item() == 2.0
    assert table[51].item() == pytest.approx((0.2 - 0.5) / 0.25)
