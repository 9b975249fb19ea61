import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_models
import torch
from measured import run_measured
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from summarizer.engines.transformer.assembling import assemble
from summarizer.engines.transformer.weights import (
    ByteCache,
    Checkpoint,
    Matrix,
    Weight,
    WeightsError,
    read_as_bytes,
)

_TOKENS = torch.tensor([[5, 9, 200, 31, 7, 7, 90]])
# Quicker than to import all libraries once more.
_FORKING = multiprocessing.get_context("fork")
_IN_MANY_PARTS = 60_000_000  # numbers


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.build_random(tmp_path_factory.mktemp("made"))


@pytest.fixture
def model(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def put_together(model: Path, cache: Path | None) -> PreTrainedModel:
    network: PreTrainedModel = assemble(
        AutoConfig.from_pretrained(model), AutoModelForCausalLM, Checkpoint.open(model), cache
    )
    return network


@torch.inference_mode()
def say(network: PreTrainedModel) -> torch.Tensor:
    logits: torch.Tensor = network(_TOKENS, use_cache=True).logits
    return logits


def find_only(cache: Path) -> Path:
    (folder,) = cache.iterdir()
    return folder


def list_times(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


def spoil_contents(weights: Path) -> None:
    """Other contents in a file of the same size and time, which leave no way to read it."""
    state = weights.stat()
    weights.write_bytes(b"\xff" * state.st_size)
    os.utime(weights, ns=(state.st_atime_ns, state.st_mtime_ns))


def change_weights(model: Path) -> None:
    """Other weights of the same shapes."""
    with torch.no_grad():
        network = AutoModelForCausalLM.from_pretrained(model)
        network.lm_head.weight.mul_(-1)
    network.save_pretrained(model)


def test_the_second_time_the_cache_is_read_and_the_weights_are_not(
    model: Path, cache: Path
) -> None:
    first = say(put_together(model, cache))
    times = list_times(find_only(cache))
    damaged = model / "model.safetensors"
    index = {"weight_map": dict.fromkeys(Checkpoint.open(model).files, damaged.name)}
    assert torch.equal(say(put_together(model, cache)), first)
    # With an index the checkpoint can be opened without a look into its weights.
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    spoil_contents(damaged)
    assert torch.equal(say(put_together(model, cache)), first)
    assert list_times(find_only(cache)) == times
    with pytest.raises(WeightsError, match="damaged"):
        put_together(model, None)


def test_with_and_without_cache_a_model_says_the_same(model: Path, cache: Path) -> None:
    assert torch.equal(say(put_together(model, cache)), say(put_together(model, None)))


def test_changed_weights_are_made_bytes_anew_and_the_earlier_go(model: Path, cache: Path) -> None:
    first = say(put_together(model, cache))
    earlier = find_only(cache)
    change_weights(model)
    assert torch.allclose(say(put_together(model, cache)), -first)
    assert find_only(cache) != earlier


def test_models_in_other_folders_keep_their_caches(model: Path, cache: Path) -> None:
    other = Path(shutil.copytree(model, model.parent / "other"))
    put_together(model, cache)
    put_together(other, cache)
    assert len(list(cache.iterdir())) == 2


def cut_part(cache: Path) -> None:
    part = next(cache.glob("part-*"))
    os.truncate(part, part.stat().st_size // 2)


def remove_part(cache: Path) -> None:
    next(cache.glob("part-*")).unlink()


def empty_rows(cache: Path) -> None:
    os.truncate(next(cache.glob("rows-*")), 0)


def cut_rows(cache: Path) -> None:
    rows = next(cache.glob("rows-*"))
    os.truncate(rows, rows.stat().st_size - 1)


def remove_rows(cache: Path) -> None:
    next(cache.glob("rows-*")).unlink()


def garble_manifest(cache: Path) -> None:
    (cache / "manifest.json").write_text("{half")


def empty_manifest(cache: Path) -> None:
    (cache / "manifest.json").write_text("[]")


@pytest.mark.parametrize(
    "damage",
    [
        cut_part,
        remove_part,
        empty_rows,
        cut_rows,
        remove_rows,
        garble_manifest,
        empty_manifest,
    ],
)
def test_a_damaged_cache_is_made_anew(
    model: Path, cache: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    expected = say(put_together(model, cache))
    damage(find_only(cache))
    assert torch.equal(say(put_together(model, cache)), expected)
    assert caplog.text.count("is made anew") == 1
    caplog.clear()
    assert torch.equal(say(put_together(model, cache)), expected)
    assert caplog.text == ""


def test_a_cache_without_its_manifest_is_not_taken_for_whole(model: Path, cache: Path) -> None:
    expected = say(put_together(model, cache))
    (find_only(cache) / "manifest.json").unlink()
    assert torch.equal(say(put_together(model, cache)), expected)
    assert (find_only(cache) / "manifest.json").is_file()


def test_a_cache_that_cannot_be_written_is_done_without(
    model: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_text("a file stands where the folder should be")
    assert torch.equal(say(put_together(model, cache)), say(put_together(model, None)))
    assert caplog.text.count("can't be kept in") == 1


def put_together_on_a_full_disk(model: Path, cache: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    put_together(model, cache)


def test_a_cache_that_does_not_fit_on_the_disk_is_done_without(model: Path, cache: Path) -> None:
    process = _FORKING.Process(target=put_together_on_a_full_disk, args=(model, cache))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert list(cache.iterdir()) == []


def write_slowly(model: Path, cache: Path, delay: float) -> None:
    """Make a model bytes with a pause at each tensor."""
    checkpoint = Checkpoint.open(model)

    def wait(weight: tuple[str, Weight]) -> tuple[str, Weight]:
        time.sleep(delay)
        return weight

    embedded = {"model.embed_tokens.weight"}
    matrices = {*embedded, "lm_head.weight"}
    weights = read_as_bytes(checkpoint, sorted(checkpoint.files), matrices)
    ByteCache(cache, checkpoint).write(map(wait, weights), embedded)


def test_who_is_killed_while_writing_leaves_no_half_cache(model: Path, cache: Path) -> None:
    expected = say(put_together(model, None))
    process = _FORKING.Process(target=write_slowly, args=(model, cache, 0.05))
    process.start()
    while not list(cache.glob("making-*/*")):
        assert process.is_alive()
        time.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    left = find_only(cache)
    assert torch.equal(say(put_together(model, cache)), expected)
    assert left.is_dir()  # it might be another process's that goes on
    os.utime(left, (0, 0))
    change_weights(model)
    put_together(model, cache)
    assert find_only(cache).name.startswith("int8-")


def test_two_that_make_the_same_at_once_both_end_well(model: Path, cache: Path) -> None:
    processes = [
        _FORKING.Process(target=write_slowly, args=(model, cache, delay)) for delay in (0.01, 0.02)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert (find_only(cache) / "manifest.json").is_file()


_LOADING = """
import sys
from pathlib import Path
from transformers import AutoConfig, AutoModelForCausalLM
from summarizer.engines.transformer.assembling import assemble
from summarizer.engines.transformer.weights import Checkpoint
from summarizer.worker.memory import read_held

kept = []
for model, cache in zip(sys.argv[1::2], map(Path, sys.argv[2::2])):
    checkpoint = Checkpoint.open(Path(model))
    kept += [assemble(AutoConfig.from_pretrained(model), AutoModelForCausalLM, checkpoint, cache)]
    print(read_held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="held memory can't be told from its peak")
def test_making_bytes_takes_little_more_memory_than_the_finished_network(
    model: Path, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    config = Qwen3Config(
        vocab_size=24_000,
        hidden_size=768,
        intermediate_size=2_304,
        num_hidden_layers=8,
        num_attention_heads=12,
        num_key_value_heads=4,
        head_dim=64,
        tie_word_embeddings=True,
    )
    with torch.device("meta"):
        network = Qwen3ForCausalLM(config).bfloat16()
    network.to_empty(device="cpu")
    for weight in network.parameters():
        weight.data.fill_(0.01)
    assert sum(weight.numel() for weight in network.parameters()) > _IN_MANY_PARTS
    network.save_pretrained(big)
    del network
    cache = tmp_path / "big-cache"
    # The first is tiny: what it holds is the libraries.
    done = run_measured(["-c", _LOADING, model, tmp_path / "cache", big, cache], tmp_path)
    assert done.status == 0, done.errors
    libraries, steady = map(int, done.output.split())
    assert done.peak - libraries < 1.3 * (steady - libraries)
    assert len(list(cache.glob("*/part-*"))) > 1


def test_weights_are_read_in_pieces_without_a_seam(tmp_path: Path) -> None:
    network = tiny_models.build_network(40_000, hidden=128)
    network.save_pretrained(tmp_path)
    name = "lm_head.weight"
    ((_, found),) = read_as_bytes(Checkpoint.open(tmp_path), [name], {name})
    assert isinstance(found, Matrix)
    weight = network.lm_head.weight.detach()
    error = (found.rows * found.scales[:, None] - weight).abs()
    assert found.rows.shape == weight.shape
    assert bool((error <= found.scales[:, None] * 0.501).all())
