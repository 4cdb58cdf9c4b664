from __future__ import annotations

import gzip
import hashlib
import http.server
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import datasets

from autograder import data
from autograder.data import DataUnavailable, idx, mnist


def loaded(root: Path | None, **options: Any) -> data.ImageData:
    return data.load("mnist", root, **{"allow_synthetic": False, **options})


def is_stand_in(images: data.ImageData) -> bool:
    first = (
        images.train_images[0, 0, 0],
        images.train_labels[0],
        images.test_images[0, 0, 0],
        images.test_labels[0],
    )
    return images.name == "mnist" and [int(value) for value in first] == [5, 6, 7, 8]


# --- a folder that someone names


@pytest.mark.parametrize("below", [".", "raw", "MNIST/raw"])
def test_each_layout_is_found(tmp_path: Path, stand_in: Path, below: str) -> None:
    shutil.copytree(stand_in, tmp_path / below, dirs_exist_ok=True)
    images = loaded(tmp_path)
    assert is_stand_in(images)
    assert images.origin == f"MNIST from {tmp_path / below}"
    assert images.train_images.shape == (60_000, 28, 28)
    assert images.test_images.shape == (10_000, 28, 28)
    assert images.train_labels.shape == (60_000,)
    assert images.test_labels.shape == (10_000,)
    assert images.train_images.dtype == images.test_images.dtype == torch.uint8
    assert images.train_labels.dtype == images.test_labels.dtype == torch.int64


def test_plain_and_gzipped_files_may_stand_side_by_side(tmp_path: Path, stand_in: Path) -> None:
    shutil.copytree(stand_in, tmp_path, dirs_exist_ok=True)
    packed = tmp_path / f"{mnist.TEST_IMAGES}.gz"
    (tmp_path / mnist.TEST_IMAGES).write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert is_stand_in(loaded(tmp_path))


def test_mnist_root_names_a_folder_too(
    tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_ROOT", str(stand_in))
    assert is_stand_in(loaded(None))
    with pytest.raises(DataUnavailable, match="expected a folder with MNIST, found nothing there"):
        loaded(tmp_path / "nowhere")  # the option counts first


def test_a_tilde_is_the_home_folder(
    stand_in: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(stand_in.parent))
    monkeypatch.setenv("USERPROFILE", str(stand_in.parent))
    assert is_stand_in(loaded(Path("~", stand_in.name)))


@pytest.mark.parametrize("allow_synthetic", [False, True])
def test_a_named_folder_that_is_wrong_is_an_error(tmp_path: Path, allow_synthetic: bool) -> None:
    file = tmp_path / "file"
    file.touch()
    for root, text in [
        (tmp_path / "no", "no: expected a folder with MNIST, found nothing there; name a folder"),
        (file, "file: expected a folder with MNIST, found a file; name a folder"),
        (tmp_path, "plain or .gz, in it or in MNIST/raw below it, found none of them; name a"),
    ]:
        with pytest.raises(DataUnavailable) as caught:
            loaded(root, allow_synthetic=allow_synthetic)
        assert text in str(caught.value)
        assert "--data-root DIR, or MNIST_ROOT" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path, stand_in: Path) -> None:
    shutil.copytree(stand_in, tmp_path, dirs_exist_ok=True)
    (tmp_path / f"{mnist.TEST_LABELS}.gz").unlink()
    with pytest.raises(DataUnavailable) as caught:
        loaded(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected {mnist.TEST_LABELS} or {mnist.TEST_LABELS}.gz beside MNIST's other "
        "files, found neither; put it there"
    )


@pytest.mark.parametrize(
    ("name", "array", "text"),
    [
        (
            mnist.TRAIN_IMAGES,
            np.zeros((100, 28, 28), np.uint8),
            "expected an array of 60000×28×28, found one of 100×28×28",
        ),
        (
            mnist.TRAIN_LABELS,
            np.zeros(10_000, np.uint8),
            "expected an array of 60000, found one of 10000",
        ),
        (
            mnist.TEST_LABELS,
            np.full(10_000, 26, np.uint8),
            "expected labels from 0 to 9, found 26",
        ),
    ],
)
def test_files_of_another_data_set_are_refused(
    tmp_path: Path, stand_in: Path, name: str, array: np.ndarray[Any, Any], text: str
) -> None:
    shutil.copytree(stand_in, tmp_path, dirs_exist_ok=True)
    idx.write(tmp_path / name, array)  # plain files come before gzipped ones
    with pytest.raises(DataUnavailable) as caught:
        loaded(tmp_path)
    assert str(caught.value) == f"{tmp_path / name}: {text}; get the file again"


def test_a_name_that_is_no_data_set_is_refused() -> None:
    with pytest.raises(
        DataUnavailable, match="expected mnist or synthetic, found 'cifar'; name one"
    ):
        data.load("cifar", None, allow_synthetic=True)


# --- the cache and the download


@pytest.fixture
def server(
    stand_in: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """A mirror on this machine, the only one that torchvision knows; gives what it was asked."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            asked.append(self.path)

    serving = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(stand_in))
    )
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{serving.server_port}/"
    files = [f"{name}.gz" for name in mnist.FILES]
    digests = [hashlib.md5((stand_in / name).read_bytes()).hexdigest() for name in files]
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(datasets.MNIST, "mirrors", [address])
    monkeypatch.setattr(datasets.MNIST, "resources", list(zip(files, digests, strict=True)))
    yield asked
    serving.shutdown()
    serving.server_close()
    thread.join()


def test_the_download_is_quiet_and_kept(
    server: list[str], empty_cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert is_stand_in(loaded(None))
    assert capfd.readouterr() == ("", "")
    server.clear()
    assert is_stand_in(loaded(None))
    assert is_stand_in(loaded(None, download=False))
    assert not server, "asked the network again"
    left = sorted(path.name for path in empty_cache.rglob("*") if path.is_file())
    assert left == sorted(mnist.FILES)
    assert socket.getdefaulttimeout() is None


def test_torchvision_reads_the_cache_too(server: list[str], empty_cache: Path) -> None:
    loaded(None)
    assert len(datasets.MNIST(empty_cache, train=False, download=False)) == 10_000


def test_a_damaged_cache_is_mended(server: list[str], empty_cache: Path) -> None:
    loaded(None)
    (empty_cache / mnist.RAW / mnist.TEST_IMAGES).write_bytes(b"cut short")
    with pytest.raises(DataUnavailable, match="expected an IDX file of bytes"):
        loaded(None, download=False)
    assert is_stand_in(loaded(None))


def test_a_mirror_that_is_down_is_passed_over(
    server: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    up = datasets.MNIST.mirrors[0]
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/", f"{up}gone/", up])
    assert is_stand_in(loaded(None))


def test_a_download_of_something_else_is_refused(
    server: list[str], empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [(name, "0" * 32) for name, _ in datasets.MNIST.resources]
    monkeypatch.setattr(datasets.MNIST, "resources", wrong)
    with pytest.raises(DataUnavailable, match=r"could not be downloaded \(.*corrupted"):
        loaded(None)
    assert not [path for path in empty_cache.rglob("*") if path.is_file()]


def test_without_a_network_the_text_says_what_to_do(empty_cache: Path) -> None:
    start = time.monotonic()
    with pytest.raises(DataUnavailable) as caught:
        loaded(None)
    assert time.monotonic() - start < 10
    text = str(caught.value)
    assert text.startswith("MNIST could not be downloaded (https://")
    assert "tests have no network" in text
    assert "--data-root DIR, or MNIST_ROOT in the environment" in text
    assert text.endswith("or allow the synthetic digits (--allow-synthetic)")


def test_a_network_that_never_answers_is_given_up_soon(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("no_proxy", "*")
        mirror = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(datasets.MNIST, "mirrors", [mirror])
        monkeypatch.setattr(mnist, "_ANSWER_SECONDS", 0.3)
        start = time.monotonic()
        with pytest.raises(
            DataUnavailable, match=r"downloaded \((no answer within 0.3|.*timed out)"
        ):
            loaded(None)
        assert time.monotonic() - start < 3


def test_a_cache_that_cannot_be_written_is_said(server: list[str], empty_cache: Path) -> None:
    empty_cache.parent.mkdir(parents=True, exist_ok=True)
    empty_cache.touch()  # a file where the folder should be
    with pytest.raises(DataUnavailable, match="MNIST could not be downloaded"):
        loaded(None)


def test_without_a_download_nothing_is_asked(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "_download", lambda cache: pytest.fail("asked the network"))
    with pytest.raises(DataUnavailable, match="MNIST has not been downloaded yet; name a folder"):
        loaded(None, download=False)


def test_synthetic_digits_stand_in_where_they_may(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(cache: Path) -> None:
        raise RuntimeError("Error downloading train:\nTried one mirror\n")

    monkeypatch.setattr(mnist, "_download", fails)
    monkeypatch.setattr(data.digits, "TRAIN_SIZE", 50)
    monkeypatch.setattr(data.digits, "TEST_SIZE", 10)
    images = loaded(None, allow_synthetic=True)
    assert images.name == "synthetic"
    assert images.origin.startswith(
        "synthetic digits, drawn from fonts: MNIST could not be downloaded "
        "(Error downloading train: Tried one mirror); name a folder"
    )


@pytest.mark.mnist
def test_the_real_thing(mnist_root: Path) -> None:
    images = loaded(mnist_root)
    pixels = images.train_images.double() / 255
    assert images.train_labels[0] == 5
    assert abs(pixels.mean() - 0.1307) < 1e-4
    assert abs(pixels.std() - 0.3081) < 1e-4
