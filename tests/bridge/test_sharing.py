"""One round of the exchange with other computers, by the files of one of them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightcare.bridge.act_exchange import SharedMessage
from nightcare.bridge.reader import JournalReader
from nightcare.bridge.sharing import Sharing
from nightcare.config.load import load
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.salvage import set_aside
from nightcare.paths import own_page
from parts.bridge_bench import CONFIG, HERE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def reader_in(folder: Path) -> JournalReader:
    """Return the reader of a computer whose files are in a folder."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(port=8883) + HERE + "share = true\n", encoding="utf-8")
    return JournalReader(folder, {"HOME": str(folder), "LANG": "C.UTF-8"}, load(path, {}))


def test_an_erasure_elsewhere_removes_pages_and_corrupt_journals_too(tmp_path: Path) -> None:
    """They hold copies of what is erased; the config stays."""
    copies = [own_page(tmp_path, "report"), own_page(tmp_path, "page")]
    (tmp_path / FILE_NAME).write_bytes(b"corrupt")
    aside = set_aside(tmp_path, NOW)
    assert aside is not None
    for one in copies:
        one.write_text("<p>calf</p>", encoding="utf-8")
    with closing(reader_in(tmp_path)) as reader:
        assert reader.settings is not None
        sharing = Sharing(reader, reader.settings, "desk", NOW)
        sharing.exchange([], NOW, live=False)
        assert all(one.exists() for one in (aside, *copies))
        erased = {"name": "erased", "at": (NOW + timedelta(minutes=1)).isoformat(), "value": True}
        message = SharedMessage("laptop", "values/settings/1", json.dumps([erased]).encode())
        sharing.exchange([message], NOW + timedelta(minutes=2), live=True)
    assert not any(one.exists() for one in (aside, *copies))
    assert (tmp_path / "config.toml").exists()
