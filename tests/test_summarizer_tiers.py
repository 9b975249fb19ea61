from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.engines.base import ModelUnavailableError
from summarizer.machine import find_machine, settle_model
from summarizer.tiers import (
    AUTO,
    Machine,
    ModelName,
    ModelNameError,
    choose_tier,
    estimate_hours,
    load_tiers,
    parse_model,
    write_bytes,
)

GB = 1_000_000_000
AVX2 = frozenset({"avx2"})
CONTROL_GROUP = "sys/fs/cgroup"


def test_the_tiers_are_the_models_that_were_compared_smallest_first() -> None:
    assert [(tier.word, tier.model) for tier in load_tiers().values()] == [
        ("small", "Qwen/Qwen3-0.6B"),
        ("default", "Qwen/Qwen3-1.7B"),
        ("quality", "Qwen/Qwen3-4B-Instruct-2507"),
    ]
    sizes = [tier.parameters for tier in load_tiers().values()]
    assert sizes == sorted(sizes)


def test_what_a_tier_takes_agrees_with_what_was_measured() -> None:
    small, default, _ = load_tiers().values()
    assert small.memory("int8") == pytest.approx(1.1 * GB, rel=0.02)
    assert default.memory("int8") == pytest.approx(2.2 * GB, rel=0.02)
    assert small.download == pytest.approx(1.2 * GB, rel=0.02)
    assert small.memory("int8") < small.memory("bfloat16") < small.memory("float32")


@pytest.mark.parametrize(
    ("memory", "cores", "gpu", "instructions", "tier", "why"),
    [
        (7.3, 2, None, AVX2, "default", "2 cores about 1.4 hours"),
        (3.4, 2, None, AVX2, "small", "default needs 2.9 GB to load"),
        (1.6, 2, None, AVX2, None, "small (Qwen/Qwen3-0.6B) needs 1.4 GB to load"),
        (0, 1, None, frozenset(), None, "0 bytes that is free"),
        (15, 2, None, AVX2, "default", "quality would keep 2 cores busy for about 3.4 hours a day"),
        (15, 4, None, AVX2, "quality", "15.0 GB of memory"),
        (7.3, 2, None, frozenset({"neon"}), "default", "2.2 GB of the 7.3 GB"),
        (7.3, 2, None, frozenset(), "small", "default would keep 2 cores busy"),
        (7.3, 1, None, frozenset(), None, "would keep 1 core busy"),
        (7.3, 2, 139, AVX2, "quality", "139.0 GB that is free on the GPU"),
        (7.3, 2, 8, AVX2, "default", "4.9 GB of the 8.0 GB"),
        (7.3, 2, 1, AVX2, "default", "of memory that is free"),
        (1.6, 2, 6, AVX2, "default", "on the GPU"),
    ],
)
def test_auto_chooses_by_memory_and_processor_and_says_why(
    memory: float,
    cores: int,
    gpu: int | None,
    instructions: frozenset[str],
    tier: str | None,
    why: str,
) -> None:
    machine = Machine(int(memory * GB), cores, gpu and gpu * GB, instructions)
    choice = choose_tier(machine)
    assert (choice.tier and choice.tier.word) == tier
    assert why in choice.reason
    assert choice.reason.startswith("auto takes ")
    assert choice.reason.count(". ") == 0
    assert choice.reason.endswith(".")


@given(memory=st.integers(0, 10**13), cores=st.integers(1, 512), wide=st.booleans())
def test_a_larger_machine_never_gets_a_smaller_model(memory: int, cores: int, wide: bool) -> None:
    words = [None, *load_tiers()]
    smaller = choose_tier(Machine(memory, cores, None, AVX2 if wide else frozenset())).tier
    larger = choose_tier(Machine(2 * memory, 2 * cores, None, AVX2)).tier
    ranks = [words.index(tier.word if tier else None) for tier in (smaller, larger)]
    assert ranks == sorted(ranks)


def test_a_day_takes_longer_with_a_larger_model_or_fewer_cores() -> None:
    small, default, quality = load_tiers().values()
    two, four = Machine(8 * GB, 2, None, AVX2), Machine(8 * GB, 4, None, AVX2)
    hours = [estimate_hours(tier, two) for tier in (small, default, quality)]
    assert hours == sorted(hours)
    assert estimate_hours(default, four) < estimate_hours(default, two)


def test_a_tiers_word_is_its_model_at_its_revision() -> None:
    assert parse_model("small") == ModelName("Qwen/Qwen3-0.6B", "main", "small")
    assert parse_model("small", "v2") == ModelName("Qwen/Qwen3-0.6B", "v2", "small")
    assert parse_model("small@" + "a" * 40).revision == "a" * 40


@pytest.mark.parametrize(
    ("value", "revision", "name"),
    [
        ("maker/model", None, ModelName("maker/model")),
        (" maker/model\n", None, ModelName("maker/model")),
        ("maker/model@v1.2", None, ModelName("maker/model", "v1.2")),
        ("maker/model@v1", "v2", ModelName("maker/model", "v1")),
        ("maker/model", "refs/pr/4", ModelName("maker/model", "refs/pr/4")),
        ("maker/model", " ", ModelName("maker/model")),
        ("gpt2", None, ModelName("gpt2")),
        ("auto", None, ModelName("auto", tier=AUTO)),
        ("./small", None, ModelName("./small", is_folder=True)),
        ("/srv/models/a@b", None, ModelName("/srv/models/a@b", is_folder=True)),
        ("~/model", "v1", ModelName("~/model", is_folder=True)),
        ("..", None, ModelName("..", is_folder=True)),
        ("models/qwen/small", None, ModelName("models/qwen/small", is_folder=True)),
        ("C:\\models\\a", None, ModelName("C:\\models\\a", is_folder=True)),
        ("/模型", None, ModelName("/模型", is_folder=True)),
    ],
)
def test_a_value_is_a_name_with_or_without_revision_or_a_folder(
    value: str, revision: str | None, name: ModelName
) -> None:
    assert parse_model(value, revision) == name


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "no name of a model"),
        ("   ", "no name of a model"),
        ("maker/mo del", "no name of a model"),
        ("maker/model\x1b[31m", "no name of a model"),
        ("maker/a\nb", "no name of a model"),
        ("maker/a..b", "no name of a model"),
        ("maker--model/a", "no name of a model"),
        ("maker/model.", "no name of a model"),
        ("模型", "no name of a model"),
        ("a" * 97, "no name of a model"),
        ("maker/" + "a" * 10_000, "…"),
        ("https://hub.example/maker/model", "is an address"),
        ("hf://maker/model", "is an address"),
        ("maker/model@", "no revision"),
        ("maker/model@../../x", "no revision"),
        ("maker/model@a..b", "no revision"),
        ("maker/model@/etc/passwd", "no revision"),
        ("maker/model@-x", "no revision"),
        ("maker/model@a b", "no revision"),
        ("maker/model@a@b", "no revision"),
        ("maker/model@" + "a" * 201, "no revision"),
        ("@main", "no name of a model"),
        ("auto@main", "auto has no revision"),
        ("$(reboot)", "no name of a model"),
    ],
)
def test_a_value_that_can_be_neither_gets_a_message(value: str, said: str) -> None:
    with pytest.raises(ModelNameError, match=said) as refused:
        parse_model(value)
    assert isinstance(refused.value, ModelUnavailableError)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


@given(st.text(), st.none() | st.text())
def test_any_value_is_a_well_formed_name_or_a_message(value: str, revision: str | None) -> None:
    try:
        model = parse_model(value, revision)
    except ModelNameError as error:
        said = str(error)
    else:
        check_form(model)
        said = ""
    assert said.isprintable()


def check_form(model: ModelName) -> None:
    assert model.name.isprintable()
    assert model.revision is None or ".." not in model.revision
    if not model.is_folder:
        assert model.name.isascii()


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_200, "1 kB"), (5_600_000, "5.6 MB"), (8e9, "8.0 GB")],
)
def test_bytes_are_written_for_people(size: float, written: str) -> None:
    assert write_bytes(size) == written


def write_files(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


MEMINFO = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    7000000 kB\n"
CPUINFO = "processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512f avx512_bf16\n"
PLAIN = {"proc/meminfo": MEMINFO, "proc/cpuinfo": CPUINFO}


def test_the_machine_is_what_the_system_says_is_free(tmp_path: Path) -> None:
    machine = find_machine(write_files(tmp_path, PLAIN))
    assert machine.memory == 7_000_000 * 1024
    assert machine.instructions == {"avx2", "avx512", "bf16"}
    assert machine.gpu_memory is None
    assert machine.cores >= 1


def test_the_room_of_a_control_group_is_what_it_has_left_with_files_given_back(
    tmp_path: Path,
) -> None:
    root = write_files(
        tmp_path,
        PLAIN
        | {
            "proc/self/cgroup": "0::/system.slice/bot.service\n",
            f"{CONTROL_GROUP}/system.slice/memory.max": "max\n",
            f"{CONTROL_GROUP}/system.slice/bot.service/memory.max": "2000000000\n",
            f"{CONTROL_GROUP}/system.slice/bot.service/memory.current": "900000000\n",
            f"{CONTROL_GROUP}/system.slice/bot.service/memory.stat": (
                "anon 600000000\ninactive_file 300000000\n"
            ),
            f"{CONTROL_GROUP}/system.slice/cpu.max": "100000 100000\n",
        },
    )
    machine = find_machine(root)
    assert (machine.memory, machine.cores) == (1_400_000_000, 1)


def test_in_a_container_the_mount_is_the_group_itself(tmp_path: Path) -> None:
    root = write_files(
        tmp_path,
        PLAIN
        | {
            "proc/self/cgroup": "0::/docker/0123\n",
            f"{CONTROL_GROUP}/memory.max": "4000000000\n",
            f"{CONTROL_GROUP}/memory.current": "1000000000\n",
        },
    )
    assert find_machine(root).memory == 3_000_000_000


def test_control_groups_of_the_first_version_are_read_too(tmp_path: Path) -> None:
    root = write_files(
        tmp_path,
        PLAIN
        | {
            "proc/self/cgroup": "5:memory:/box\n3:cpu,cpuacct:/box\n1:name=systemd:/box\n",
            f"{CONTROL_GROUP}/memory/box/memory.limit_in_bytes": "1000000000\n",
            f"{CONTROL_GROUP}/memory/box/memory.usage_in_bytes": "400000000\n",
            f"{CONTROL_GROUP}/cpu/box/cpu.cfs_quota_us": "50000\n",
            f"{CONTROL_GROUP}/cpu/box/cpu.cfs_period_us": "100000\n",
            f"{CONTROL_GROUP}/cpu/cpu.cfs_quota_us": "-1\n",
        },
    )
    machine = find_machine(root)
    assert (machine.memory, machine.cores) == (600_000_000, 1)


@pytest.mark.parametrize("content", ["", "MemAvailable: kB\n", "MemAvailable:\n", "\x00\xff"])
def test_a_system_that_tells_nothing_still_has_memory_and_cores(
    tmp_path: Path, content: str
) -> None:
    root = write_files(
        tmp_path,
        {
            "proc/meminfo": content,
            "proc/cpuinfo": "Features\t: fp asimd bf16\n",
            "proc/self/cgroup": "nonsense\n0::/../../etc\n0::\n",
            f"{CONTROL_GROUP}/memory.max": "many\n",
            f"{CONTROL_GROUP}/cpu.max": "1 0\n",
        },
    )
    machine = find_machine(root)
    assert machine.memory > 0
    assert machine.cores >= 1
    assert machine.instructions == {"neon", "bf16"}


def test_auto_is_settled_on_this_machine_and_any_other_name_stays() -> None:
    choice = choose_tier(find_machine())
    try:
        settled = settle_model(parse_model("auto"))
    except ModelUnavailableError:
        assert choice.tier is None
    else:
        assert choice.tier
        assert settled[0] == choice.tier.model_name
    assert settle_model(parse_model("maker/model")) == (ModelName("maker/model"), None)
