import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import tiny_models
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from local_hub import HubModel, LocalHub, hash_as_git

from summarizer.__main__ import main
from summarizer.engines.base import ModelUnavailableError
from summarizer.hub import Hub, Snapshot, fetch, get_folder, locate
from summarizer.hub.folders import find_damage, list_shards
from summarizer.hub.listing import ListedFile, choose_files
from summarizer.hub.progress import show_on_stderr
from summarizer.tiers import load_tiers, parse_model

ROOT = Path(__file__).parents[1]
NAME = "maker/tiny"
TINY = parse_model(NAME)
TOKEN = "let-me-in"
SECOND_COMMIT = "2" * 40


def make_weights(*tensors: str, size: int = 400_000) -> bytes:
    """A safetensors file with tensors of so many bytes."""
    places = {
        tensor: {
            "dtype": "U8",
            "shape": [size],
            "data_offsets": [number * size, (number + 1) * size],
        }
        for number, tensor in enumerate(tensors)
    }
    header = json.dumps(places | {"__metadata__": {"format": "pt"}}).encode()
    body = b"".join(bytes([number + 1]) * size for number in range(len(tensors)))
    return len(header).to_bytes(8, "little") + header + body


WEIGHTS = make_weights("a", "b")
FILES = {
    "README.md": b"A model.",
    "config.json": b'{"model_type": "tiny"}',
    "generation_config.json": b"{}",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"a pickle",
    "tokenizer.json": b'{"version": "1.0"}',
}
NEEDED = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"]
SHARDS = {
    "model-1-of-2.safetensors": make_weights("a"),
    "model-2-of-2.safetensors": make_weights("b"),
}
INDEX = json.dumps({"weight_map": dict(zip("ab", SHARDS, strict=True))}).encode()
SHARDED = {"config.json": b"{}", "model.safetensors.index.json": INDEX, **SHARDS}


@pytest.fixture
def server() -> Iterator[LocalHub]:
    with LocalHub({NAME: HubModel(dict(FILES))}) as running:
        yield running


@pytest.fixture
def hub(server: LocalHub, tmp_path: Path) -> Hub:
    return Hub(server.url, tmp_path / "cache", patience=2, sleep=lambda _: None)


def find_blob(hub: Hub, content: bytes) -> Path:
    return hub.find_repository(NAME) / "blobs" / hashlib.sha256(content).hexdigest()


def read(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def run(
    *arguments: str, server: LocalHub | None = None, home: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=make_environment(server, home) | environment,
        timeout=60,
        check=False,
    )


def make_environment(server: LocalHub | None, home: Path) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUMMARY_", "HF_", "TRANSFORMERS_"))
    }
    return inherited | {
        "HF_HOME": str(home),
        "HF_ENDPOINT": server.url if server else "http://127.0.0.1:9",
    }


# What is fetched


def test_what_loading_needs_is_fetched_and_no_pickle(hub: Hub, server: LocalHub) -> None:
    snapshot = fetch(TINY, hub)
    assert read(snapshot.folder) == {name: FILES[name] for name in NEEDED}
    assert snapshot.commit == snapshot.folder.name == "1" * 40
    assert not any("pytorch_model" in asked.path for asked in server.asked)


def test_a_model_in_shards_is_fetched_with_its_index(hub: Hub, server: LocalHub) -> None:
    server.models[NAME].files = dict(SHARDED)
    assert sorted(read(fetch(TINY, hub).folder)) == sorted(SHARDED)


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("config.json", True),
        ("tokenizer_config.json", True),
        ("tokenizer.model", True),
        ("special_tokens_map.json", True),
        ("merges.txt", True),
        ("spiece.model", True),
        ("source.spm", True),
        ("qwen.tiktoken", True),
        ("chat_template.jinja", True),
        ("additional_chat_templates/tools.jinja", True),
        ("model-00001-of-00002.safetensors", True),
        ("model.safetensors-00001-of-00002.safetensors", True),
        ("model.safetensors.index.json", True),
        ("pytorch_model.bin", False),
        ("model.pt", False),
        ("tokenizer.pkl", False),
        ("model-q4_0.gguf", False),
        ("onnx/model.onnx", False),
        ("onnx/config.json", False),
        ("adapter_model.safetensors", False),
        ("consolidated.safetensors", False),
        ("model.fp16.safetensors", False),
        ("modeling_tiny.py", False),
        ("README.md", False),
        ("../config.json", False),
        ("additional_chat_templates/../../x.jinja", False),
        ("/etc/config.json", False),
    ],
)
def test_only_files_that_loading_reads_are_chosen(path: str, needed: bool) -> None:
    assert bool(choose_files([ListedFile(path, 1)])) is needed


def test_weights_in_one_file_are_preferred_to_shards() -> None:
    paths = ["model.safetensors", "model-1-of-1.safetensors", "model.safetensors.index.json"]
    chosen = choose_files([ListedFile(path, 1) for path in paths])
    assert [file.path for file in chosen] == ["model.safetensors"]


def test_a_model_that_was_fetched_is_one_that_transformers_loads(
    hub: Hub, server: LocalHub, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    server.models[NAME].files = read(tiny_models.build_random(tmp_path / "model"))
    folder = fetch(TINY, hub).folder
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    network = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    assert tokenizer.chat_template
    assert network.num_parameters() > 0


@pytest.mark.parametrize("revision", ["v1", "1" * 40, "refs/pr/4"])
def test_a_revision_is_a_branch_a_tag_or_a_commit(
    hub: Hub, server: LocalHub, revision: str
) -> None:
    server.models[NAME].revisions = ("main", "v1", "refs/pr/4")
    model = parse_model(NAME, revision)
    assert fetch(model, hub).commit == "1" * 40
    assert locate(model, hub) is not None


def test_nothing_but_the_model_is_asked_for(hub: Hub, server: LocalHub) -> None:
    fetch(TINY, hub)
    assert {NAME in asked.path for asked in server.asked} == {True}


def test_the_token_is_shown_to_the_hub_and_not_to_the_store(hub: Hub, server: LocalHub) -> None:
    server.models[NAME].gated = True
    fetch(TINY, Hub(hub.endpoint, hub.cache, TOKEN))
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}
    assert server.asked_store
    assert not any("authorization" in asked.headers for asked in server.asked_store)
    assert TOKEN not in repr(Hub(token=TOKEN))


# Interrupted and damaged


def test_a_broken_connection_is_resumed_where_it_broke(hub: Hub, server: LocalHub) -> None:
    server.cuts = [(100_000, "close"), (200_000, "reset")]
    assert read(fetch(TINY, hub).folder)["model.safetensors"] == WEIGHTS
    first, second, third = (asked.headers.get("range") for asked in server.asked_store)
    assert (first, second) == (None, "bytes=100000-")
    assert third is not None


def test_a_store_that_is_busy_for_a_while_is_waited_for(hub: Hub, server: LocalHub) -> None:
    waits: list[float] = []
    server.busy = 2
    fetch(TINY, Hub(hub.endpoint, hub.cache, patience=2, sleep=waits.append))
    assert waits == [2.0, 4.0]


def test_patience_ends_and_the_next_fetch_goes_on_from_there(hub: Hub, server: LocalHub) -> None:
    server.cuts = [(300_000, "close"), (0, "close"), (0, "close"), (0, "close")]
    with pytest.raises(ModelUnavailableError, match="can't be reached"):
        fetch(TINY, hub)
    server.asked_store.clear()
    fetch(TINY, hub)
    assert [asked.headers.get("range") for asked in server.asked_store] == ["bytes=300000-"]


def test_a_fetch_that_was_killed_goes_on_where_it_was(
    hub: Hub, server: LocalHub, tmp_path: Path
) -> None:
    server.cuts = [(300_000, "stall")]
    home = tmp_path / "home"
    blob = find_blob(Hub(cache=home / "hub"), WEIGHTS)
    partial = blob.with_name(f"{blob.name}.incomplete")
    with subprocess.Popen(
        [sys.executable, "-m", "summarizer", "fetch", NAME],
        cwd=ROOT,
        env=make_environment(server, home),
        stderr=subprocess.DEVNULL,
    ) as running:
        while not partial.exists() or partial.stat().st_size < 100_000:
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    have = partial.stat().st_size
    snapshot = fetch(TINY, Hub(hub.endpoint, home / "hub"))
    assert server.asked_store[-1].headers["range"] == f"bytes={have}-"
    assert read(snapshot.folder)["model.safetensors"] == WEIGHTS


def test_a_store_that_can_not_resume_sends_the_whole_again(hub: Hub, server: LocalHub) -> None:
    server.ignores_ranges = True
    server.cuts = [(100_000, "close")]
    assert read(fetch(TINY, hub).folder)["model.safetensors"] == WEIGHTS


def test_a_file_that_is_longer_or_shorter_than_listed_is_not_taken(
    hub: Hub, server: LocalHub
) -> None:
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    for size, said in [(len(WEIGHTS) - 1, "arrived damaged"), (len(WEIGHTS) + 1, "shorter")]:
        lfs = {"sha256": sha256, "size": size, "pointerSize": 130}
        server.models[NAME].listed = {"model.safetensors": {"size": size, "lfs": lfs}}
        with pytest.raises(ModelUnavailableError, match=said):
            fetch(TINY, hub)
        assert not find_blob(hub, WEIGHTS).exists()


@pytest.mark.parametrize("path", ["model.safetensors", "config.json"])
def test_a_file_that_arrives_altered_is_named_and_the_next_fetch_mends_it(
    hub: Hub, server: LocalHub, path: str
) -> None:
    server.garbled = {path}
    with pytest.raises(ModelUnavailableError, match=rf"^{path} arrived damaged .* removed"):
        fetch(TINY, hub)
    assert locate(TINY, hub) is None
    server.garbled = set()
    assert read(fetch(TINY, hub).folder)[path] == FILES[path]


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def alter(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize("path", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", [cut_short, alter, Path.unlink])
def test_what_is_damaged_on_disk_is_mended_and_the_rest_is_left(
    hub: Hub, server: LocalHub, path: str, damage: Callable[[Path], None]
) -> None:
    folder = fetch(TINY, hub).folder
    damage((folder / path).resolve())
    server.asked.clear()
    assert read(fetch(TINY, hub).folder)[path] == FILES[path]
    sent = {asked.path.rpartition("/")[2] for asked in server.asked if asked.method == "GET"}
    assert not sent & (set(NEEDED) - {path})


def test_a_new_commit_that_can_not_be_had_leaves_the_old_one_in_place(
    hub: Hub, server: LocalHub
) -> None:
    old = fetch(TINY, hub)
    files = FILES | {"model.safetensors": make_weights("c")}
    server.models[NAME] = HubModel(files, SECOND_COMMIT)
    server.garbled = {"model.safetensors"}
    with pytest.raises(ModelUnavailableError):
        fetch(TINY, hub)
    assert locate(TINY, hub) == old
    server.garbled = set()
    assert fetch(TINY, hub).commit == SECOND_COMMIT
    assert locate(parse_model(NAME, old.commit), hub) == old


def test_two_that_want_the_same_model_take_turns(hub: Hub, server: LocalHub) -> None:
    found: list[Snapshot] = []
    threads = [threading.Thread(target=lambda: found.append(fetch(TINY, hub))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(server.asked_store) == 1


def test_whoever_waits_for_another_is_told(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    place = hub.find_cache() / ".locks" / hub.find_repository(NAME).name / "fetch.lock"
    place.parent.mkdir(parents=True)
    waiting = threading.Thread(target=fetch, args=(TINY, hub))
    with FileLock(place):
        waiting.start()
        while "Another process is fetching the model maker/tiny" not in caplog.text:
            assert waiting.is_alive()
            time.sleep(0.01)
        assert locate(TINY, hub) is None
    waiting.join()
    assert locate(TINY, hub) is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_is_said_and_what_is_there_stays(hub: Hub) -> None:
    blob = find_blob(hub, WEIGHTS)
    blob.parent.mkdir(parents=True)
    # A device on which every disk is full.
    blob.with_name(f"{blob.name}.incomplete").symlink_to("/dev/full")
    with pytest.raises(ModelUnavailableError, match="the disk is full") as refused:
        fetch(TINY, hub)
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC


# Why not


def make_gated(server: LocalHub) -> None:
    server.models[NAME].gated = True


def remove_model(server: LocalHub) -> None:
    server.models.clear()


def answer_500(server: LocalHub) -> None:
    server.status = 500


def fail_after_the_weights(server: LocalHub) -> None:
    server.status, server.spared = 503, 2


def answer_429(server: LocalHub) -> None:
    server.status = 429


def answer_403(server: LocalHub) -> None:
    server.status = 403


def answer_a_page(server: LocalHub) -> None:
    server.page = b"<html>Welcome to the network. Log in!</html>"


def answer_a_list(server: LocalHub) -> None:
    server.page = b"[]"


def answer_without_files(server: LocalHub) -> None:
    server.page = b'{"id": "maker/tiny"}'


def answer_a_strange_commit(server: LocalHub) -> None:
    server.models[NAME].commit = "../../../x"


def leave_pickles(server: LocalHub) -> None:
    del server.models[NAME].files["model.safetensors"]


def leave_no_config(server: LocalHub) -> None:
    del server.models[NAME].files["config.json"]


def list_a_petabyte(server: LocalHub) -> None:
    lfs = {"sha256": "0" * 64, "size": 10**15, "pointerSize": 130}
    server.models[NAME].listed = {"model.safetensors": {"size": 10**15, "lfs": lfs}}


def lack_a_shard(server: LocalHub) -> None:
    server.models[NAME].files = {
        path: content for path, content in SHARDED.items() if path != "model-2-of-2.safetensors"
    }


def publish_nonsense(server: LocalHub) -> None:
    server.models[NAME].files["model.safetensors"] = b"not safetensors at all"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_gated, "maker/tiny is gated: accept its licence .* HF_TOKEN"),
        (remove_model, "knows no model maker/tiny; .* HF_TOKEN"),
        (answer_500, r"busy or down \(status 500\); try again later"),
        (fail_after_the_weights, r"busy or down \(status 503\)"),
        (answer_429, r"busy or down \(status 429\)"),
        (answer_403, r"refuses the model maker/tiny \(status 403\): check HF_TOKEN"),
        (answer_a_page, "doesn't answer as a model hub does; HF_ENDPOINT may be wrong"),
        (answer_a_list, "doesn't answer as a model hub does"),
        (answer_without_files, "doesn't answer as a model hub does"),
        (answer_a_strange_commit, "doesn't answer as a model hub does"),
        (leave_pickles, "no weights in safetensors.*; choose another"),
        (leave_no_config, "it has no config.json; choose another"),
        (list_a_petabyte, r"needs 1000000\.\d GB of disk, .*; make room, or set HF_HOME"),
        (lack_a_shard, "its model-2-of-2.safetensors is missing"),
        (publish_nonsense, "its model.safetensors is damaged"),
    ],
)
def test_why_a_model_can_not_be_had_is_one_sentence_that_says_what_to_do(
    hub: Hub, server: LocalHub, make: Callable[[LocalHub], None], said: str
) -> None:
    make(server)
    with pytest.raises(ModelUnavailableError, match=said) as refused:
        get_folder(TINY, hub)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")
    assert locate(TINY, hub) is None


def test_a_gated_model_stays_gated_for_a_token_without_its_licence(
    hub: Hub, server: LocalHub
) -> None:
    make_gated(server)
    with pytest.raises(ModelUnavailableError, match="is gated") as refused:
        fetch(TINY, Hub(hub.endpoint, hub.cache, "another-token"))
    assert "another-token" not in str(refused.value)


def test_a_revision_that_is_not_there_is_named(hub: Hub) -> None:
    with pytest.raises(ModelUnavailableError, match="maker/tiny has no revision v9"):
        fetch(parse_model(NAME, "v9"), hub)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("http://127.0.0.1:9", r"127\.0\.0\.1:9 can't be reached \(.*refused\).*HF_ENDPOINT"),
        ("http://me:secret@127.0.0.1:9/hub", "127.0.0.1:9 can't be reached"),
        ("hub.example", "HF_ENDPOINT is no web address"),
        ("ftp://hub.example", "HF_ENDPOINT is no web address"),
        ("http://[", "HF_ENDPOINT is no web address"),
    ],
)
def test_a_hub_that_can_not_be_reached_is_named_without_its_password(
    tmp_path: Path, endpoint: str, said: str
) -> None:
    with pytest.raises(ModelUnavailableError, match=said) as refused:
        fetch(TINY, Hub(endpoint, tmp_path))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("token", ["hf_é", "hf_secret\r\nX-Evil: 1", "hf_\x00secret"])
def test_a_token_that_can_not_be_sent_is_said_and_not_shown(hub: Hub, token: str) -> None:
    with pytest.raises(ModelUnavailableError, match="HF_TOKEN has characters") as refused:
        fetch(TINY, Hub(hub.endpoint, hub.cache, token))
    assert "hf_" not in str(refused.value)


# On this machine


def test_a_model_on_this_machine_is_taken_without_asking_the_hub(
    hub: Hub, server: LocalHub
) -> None:
    assert locate(TINY, hub) is None
    fetched = get_folder(TINY, hub)
    server.asked.clear()
    assert get_folder(TINY, hub) == locate(TINY, hub) == fetched
    assert not server.asked


def test_a_damaged_model_on_this_machine_is_mended_when_it_is_wanted(hub: Hub) -> None:
    folder = get_folder(TINY, hub).folder
    cut_short((folder / "model.safetensors").resolve())
    assert locate(TINY, hub) is None
    assert read(get_folder(TINY, hub).folder)["model.safetensors"] == WEIGHTS


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("files", [FILES, SHARDED])
def test_a_folder_is_itself(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder = write_folder(tmp_path / "model", files)
    assert get_folder(parse_model(str(folder))) == Snapshot(folder)


def test_a_name_that_is_a_folder_here_is_that_folder(
    hub: Hub, server: LocalHub, tmp_path: Path
) -> None:
    with chdir(tmp_path):
        write_folder(Path(NAME), FILES)
        assert get_folder(TINY, hub) == Snapshot(Path(NAME))
        assert not server.asked
        # A revision is one of the hub.
        assert get_folder(parse_model(NAME, "main"), hub).commit


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no model to load: it has no config.json"),
        ({"config.json": b"{nonsense"}, "its config.json is damaged"),
        ({"config.json": b"[" * 100_000}, "its config.json is damaged"),
        ({"config.json": b"{}", "pytorch_model.bin": b"x"}, "no weights in safetensors"),
        (FILES | {"model.safetensors": WEIGHTS[:-9]}, r"is damaged: 800,\d+ bytes instead of 800,"),
        (FILES | {"model.safetensors": WEIGHTS + b"x"}, "its model.safetensors is damaged"),
        (FILES | {"model.safetensors": b""}, "its model.safetensors is damaged"),
        (SHARDED | {"model-2-of-2.safetensors": b"\xff" * 99}, "its model-2-of-2.safetensors is"),
        (SHARDED | {"model.safetensors.index.json": b"{}"}, "index.json is damaged"),
    ],
)
def test_a_folder_without_a_whole_model_is_named(
    tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    folder = write_folder(tmp_path / "model", files)
    with pytest.raises(ModelUnavailableError, match=said) as refused:
        get_folder(parse_model(str(folder)))
    assert str(folder) in str(refused.value)


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "~nobody-at-all/model"])
def test_a_folder_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ModelUnavailableError, match=f"There is no model folder {name}"):
        get_folder(parse_model(name))


@given(st.binary(max_size=60), st.integers(0, 40))
def test_no_weights_are_so_strange_that_looking_at_them_fails(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, length: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "strange"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "model.safetensors").write_bytes(length.to_bytes(8, "little") + header)
    assert find_damage(folder) or header[:1] == b"{"


@pytest.mark.parametrize(
    "index",
    [None, [], {}, {"weight_map": []}, {"weight_map": {"a": 1}}, {"weight_map": {"a": "../b"}}],
)
def test_an_index_that_names_no_files_of_the_model_is_none(index: object) -> None:
    assert list_shards(index) == []


# The command line, and the environment


def test_fetching_prints_the_folder_and_tells_how_far_it_is(
    server: LocalHub, tmp_path: Path
) -> None:
    done = run("fetch", f"{NAME}@main", server=server, home=tmp_path, HF_TOKEN=TOKEN)
    folder = Path(done.stdout.strip())
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert sorted(read(folder)) == NEEDED
    assert folder.is_relative_to(tmp_path)
    assert "maker/tiny: 800 kB of 800 kB" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert "\x1b" not in done.stderr


def test_offline_is_a_model_that_is_here_and_a_sentence_about_one_that_is_not(
    server: LocalHub, hub: Hub, tmp_path: Path
) -> None:
    fetched = fetch(TINY, Hub(server.url, tmp_path / "hub"))
    server.asked.clear()
    here = run("fetch", NAME, server=server, home=tmp_path, HF_HUB_OFFLINE="1")
    assert (here.returncode, here.stdout.strip()) == (0, str(fetched.folder))
    other = run("fetch", "maker/other", server=server, home=tmp_path, HF_HUB_OFFLINE="1")
    assert (other.returncode, other.stdout) == (1, "")
    assert "not on this machine, and HF_HUB_OFFLINE forbids" in other.stderr
    cut_short((fetched.folder / "model.safetensors").resolve())
    damaged = run("fetch", NAME, server=server, home=tmp_path, HF_HUB_OFFLINE="1")
    assert "not whole on this machine (its model.safetensors is damaged" in damaged.stderr
    assert not server.asked


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch"], "fetch and TIER_OR_NAME go together"),
        (["models", NAME], "fetch and TIER_OR_NAME go together"),
        (["fetch", "no such name"], "is no name of a model"),
        (["fetch", NAME, "--revision", "../x"], "is no revision"),
        (["fetch", "./folder"], "is a folder; only names on the hub can be fetched"),
    ],
)
def test_wrong_use_is_told_and_exits_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as exit_:
        status = exit_.code
    told = capsys.readouterr()
    assert (status, told.out) == (2, "")
    assert said in told.err


def test_a_model_that_can_not_be_fetched_is_told_and_exits_1(tmp_path: Path) -> None:
    done = run("fetch", "small", home=tmp_path, HF_TOKEN=TOKEN)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "can't be reached" in done.stderr
    assert TOKEN not in done.stderr


def test_the_models_are_listed_with_what_is_on_this_machine(
    server: LocalHub, tmp_path: Path
) -> None:
    small, default, _ = load_tiers().values()
    for tier in (small, default):
        server.models[tier.model] = HubModel(dict(FILES))
    hub = Hub(server.url, tmp_path / "hub")
    folder = fetch(small.model_name, hub).folder
    cut_short((fetch(default.model_name, hub).folder / "model.safetensors").resolve())
    table = run("models", home=tmp_path)
    assert table.returncode == 0
    head, _, first, second, third, *_ = table.stdout.splitlines()
    assert "licence" in head
    assert str(folder) in first
    assert "damaged: its model.safetensors" in second
    assert "| no " in third
    assert "auto takes" in table.stdout
    lines = [
        json.loads(line) for line in run("models", "--json", home=tmp_path).stdout.splitlines()
    ]
    assert [line["folder"] for line in lines] == [str(folder), None, None]
    assert [line["commit"] for line in lines] == ["1" * 40, None, None]
    assert sum(line["auto"] for line in lines) <= 1


def test_in_a_terminal_there_is_one_bar(server: LocalHub, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    subprocess.run(
        [sys.executable, "-m", "summarizer", "fetch", NAME],
        cwd=ROOT,
        env=make_environment(server, tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        check=True,
        timeout=60,
    )
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert drawn.count("\n") == 1
    assert "maker/tiny: 100%" in drawn


def test_plain_lines_tell_each_tenth_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with show_on_stderr("model", 1_000) as advance:
        for _ in range(100):
            advance(10)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "model: 100 bytes of 1 kB"
    assert len(lines) == 10


def test_the_local_hub_lists_what_git_would() -> None:
    # The hash of git's empty object, which is known.
    assert hash_as_git(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
