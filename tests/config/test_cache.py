"""The cache of the validated config, and the conditions under which it is ignored."""

from __future__ import annotations

import json
import os
import stat
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import pytest

from nightcare.config import cache
from nightcare.config.cache import FILE_NAME, load_cached
from nightcare.config.config_file import example_text
from nightcare.config.config_source import (
    ConfigSource,
    LoadResult,
    error_from_json,
    error_to_json,
    result_from_json,
    result_to_json,
    source_of,
)
from nightcare.config.load import load, load_source
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.errors import ConfigError

BROKEN = sorted(Path(__file__).with_name("broken").glob("*.toml"))

CONFIG = """timezone = "Europe/Copenhagen"
[reminders.sip]
topic = "hydration"
at = [07:30:00, "wake + 1h"]
"""


class Kept:
    """A config file and the folder beside it; counts how often it was really loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "state"
        self.folder.mkdir(mode=0o700)
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG, encoding="utf-8")
        self.loads = 0

    @property
    def file(self) -> Path:
        """The cache file."""
        return self.folder / FILE_NAME

    def load(self, **variables: str) -> LoadResult:
        """Load, from what is kept where that is the same."""
        return load_cached(source_of(self.config, variables), self.folder, self._load)

    def _load(self, source: ConfigSource) -> LoadResult:
        self.loads += 1
        return load_source(source)


@pytest.fixture
def person(tmp_path: Path) -> Kept:
    """Return a person with a config that was loaded once."""
    made = Kept(tmp_path)
    made.load()
    assert made.loads == 1
    return made


def test_what_is_kept_equals_what_would_be_loaded(person: Kept) -> None:
    """The second load uses the cache."""
    assert person.load() == person.load() == load(person.config, {})
    assert person.loads == 1


def test_it_is_for_its_owner_alone(person: Kept) -> None:
    """A schedule is nobody else's business."""
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o600


def _never(source: ConfigSource) -> LoadResult:
    raise AssertionError(source)


def test_the_built_in_schedule_was_validated_when_nightcare_was_made(tmp_path: Path) -> None:
    """Without a file, and with one that is the example; nothing is kept of it."""
    assert load_cached(source_of(None, {}), tmp_path, _never) == load(None, {})
    copy = tmp_path / "config.toml"
    copy.write_text(example_text(), encoding="utf-8")
    assert load_cached(source_of(copy, {}), tmp_path, _never) == load(copy, {})
    assert not (tmp_path / FILE_NAME).exists()


def test_what_is_no_more_the_built_in_schedule_is_loaded(
    person: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a variable, another text, or another example."""
    person.config.write_text(example_text() + "\n", encoding="utf-8")
    assert person.load() == load(person.config, {})
    person.config.write_text(example_text(), encoding="utf-8")
    variables = {"NIGHTCARE_SLEEP__WAKE": "06:45"}
    assert person.load(**variables) == load(person.config, variables)
    assert person.loads == 3
    monkeypatch.setattr(cache, "_EXAMPLE", Path(__file__))
    assert person.load() == load(person.config, {})
    assert person.loads == 4


def _other_text(person: Kept) -> None:
    person.config.write_text(CONFIG.replace("07:30", "07:31"), encoding="utf-8")


def _same_size_and_time(person: Kept) -> None:
    before = person.config.stat()
    _other_text(person)
    os.utime(person.config, ns=(before.st_atime_ns, before.st_mtime_ns))


def _other_name(person: Kept) -> None:
    other = person.config.with_name("other.toml")
    other.write_text(CONFIG, encoding="utf-8")
    person.config = other


@pytest.mark.parametrize("change", [_other_text, _same_size_and_time, _other_name])
def test_another_file_is_loaded_anew(person: Kept, change: Callable[[Kept], None]) -> None:
    """Its size and times make no difference."""
    change(person)
    assert person.load() == load(person.config, {})
    assert person.loads == 2


def test_another_variable_is_loaded_anew(person: Kept) -> None:
    """A missing variable counts as a change; other variables make no difference."""
    assert person.load(NIGHTCARE_LANGUAGE="da").schedule.language == "da"
    assert person.load(LANG="da").schedule.language is None
    assert person.loads == 3
    person.load(PATH="/bin")
    assert person.loads == 3


def test_another_version_or_python_loads_anew(
    person: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may understand the same words otherwise."""
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    person.load()
    assert person.loads == 2
    monkeypatch.setattr("sys.version", "3.99")
    person.load()
    assert person.loads == 3


def test_other_code_or_libraries_load_anew(
    person: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """This holds for the same version, as during development."""
    monkeypatch.setattr(cache, "_CODE", ("config",))
    person.load()
    assert person.loads == 2
    library = tmp_path / "site-packages"
    library.mkdir()
    monkeypatch.syspath_prepend(str(library))
    person.load()
    assert person.loads == 3
    (library / "pydantic-9.dist-info").mkdir()
    os.utime(library, ns=(0, 0))
    person.load()
    assert person.loads == 4


def test_a_zone_that_the_system_knows_no_more_loads_anew(
    person: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mistake is then reported as always."""

    def nowhere(_: str) -> None:
        raise ValueError

    monkeypatch.setattr("nightcare.config.values.ZoneInfo", nowhere)
    with pytest.raises(ConfigError):
        person.load()
    assert person.loads == 2


def _emptied(text: bytes) -> bytes:
    del text
    return b""


def _cut(text: bytes) -> bytes:
    return text[:-10]


def _one_bit(text: bytes) -> bytes:
    return text[:-10] + bytes([text[-10] ^ 1]) + text[-9:]


def _of_another_kind(text: bytes) -> bytes:
    origin, _ = json.loads(text.partition(b"\n")[2])
    body = json.dumps([origin, ["ConfigSource", None, None, ["dict"]]]).encode()
    return b"%08x\n%s" % (crc32(body), body)


def _of_no_kind(text: bytes) -> bytes:
    origin, _ = json.loads(text.partition(b"\n")[2])
    body = json.dumps([origin, {"path": None, "values": {"sleep": {}}}]).encode()
    return b"%08x\n%s" % (crc32(body), body)


@pytest.mark.parametrize("harm", [_emptied, _cut, _one_bit, _of_another_kind, _of_no_kind])
def test_what_is_damaged_counts_for_nothing(person: Kept, harm: Callable[[bytes], bytes]) -> None:
    """It is loaded, and kept anew."""
    person.file.write_bytes(harm(person.file.read_bytes()))
    assert person.load() == load(person.config, {})
    person.load()
    assert person.loads == 2


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o606])
def test_what_others_may_touch_counts_for_nothing(person: Kept, mode: int) -> None:
    """The file is private to its owner afterwards."""
    person.file.chmod(mode)
    person.load()
    assert person.loads == 2
    assert stat.S_IMODE(person.file.stat().st_mode) == 0o600


def test_a_link_or_a_folder_in_its_place_counts_for_nothing(person: Kept, tmp_path: Path) -> None:
    """Nothing is read or written through it."""
    aside = tmp_path / "aside"
    person.file.rename(aside)
    person.file.symlink_to(aside)
    person.load()
    assert person.loads == 2
    assert not person.file.is_symlink()
    person.file.unlink()
    person.file.mkdir()
    assert person.load() == load(person.config, {})
    assert person.loads == 3


def test_what_is_wrong_is_never_kept(person: Kept) -> None:
    """Each time it is told, and what was kept before counts again once it is mended."""
    person.config.write_text(CONFIG.replace("sip", "no name"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError):
            person.load()
    person.config.write_text(CONFIG, encoding="utf-8")
    person.load()
    assert person.loads == 3


def test_a_file_that_cannot_be_read_is_told_as_always(person: Kept) -> None:
    """This holds if it could be read a moment ago."""
    person.config.unlink()
    with pytest.raises(ConfigError) as caught:
        person.load()
    assert caught.value.problems[0].key == "file_missing"


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    """The folder is not created."""
    load_cached(source_of(None, {}), tmp_path / "state", load_source)
    assert not (tmp_path / "state").exists()


# In another process


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_every_mistake_crosses_whole(file: Path) -> None:
    """Its path, its values, its location and the text of its line."""
    try:
        data = result_to_json(load(file, {}))
    except ConfigError as error:
        data = error_to_json(error)
    crossed = json.loads(json.dumps(data))
    if "problems" in data:
        again = error_to_json(error_from_json(crossed))
    else:
        again = result_to_json(result_from_json(crossed))
    assert again == data


def test_another_process_finds_what_this_one_does(tmp_path: Path) -> None:
    """Be it right or wrong, with variables that are no text, and whatever the file is called."""
    path = tmp_path / "c\udcffnfig.toml"
    path.write_text(CONFIG, encoding="utf-8")
    variables = {"NIGHTCARE_LANGUAGE": "da", "NIGHTCARE_QUIET__IDLE": "show"}
    assert load_in_subprocess(source_of(path, variables)) == load(path, variables)
    variables["NIGHTCARE_LANGUAGE"] = "\udcff"
    with pytest.raises(ConfigError) as here:
        load(path, variables)
    with pytest.raises(ConfigError) as apart:
        load_in_subprocess(source_of(path, variables))
    assert repr(apart.value.problems) == repr(here.value.problems)
    assert apart.value.values == here.value.values


def test_without_another_process_it_is_loaded_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that lets us start none still gets its reminders."""
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    assert load_in_subprocess(source_of(None, {})) == load(None, {})
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert load_in_subprocess(source_of(None, {})) == load(None, {})


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_nobody_waits_for_what_takes_the_place_of_the_cache(tmp_path: Path, kind: str) -> None:
    """Opening a named pipe would wait for its other end."""
    file = tmp_path / FILE_NAME
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    config = tmp_path / "config.toml"
    config.write_text('language = "da"\n', encoding="utf-8")
    loaded = load_cached(source_of(config, {}), tmp_path, load_source)
    assert loaded.schedule.language == "da"
    assert file.is_file() == (kind == "pipe")
