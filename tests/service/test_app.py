"""The service as a whole: start and lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.config.load import load
from nightcare.errors import StateError
from nightcare.service.app import ServiceApp
from service.bench import Bench


def test_a_second_daemon_is_told_that_one_runs(tmp_path: Path) -> None:
    """There is one service a user."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        with pytest.raises(StateError) as caught:
            ServiceApp(bench.app._context, load(bench.file, {}))
        assert caught.value.key == "already_running"

    bench.run(test)


def test_nothing_is_reckoned_before_the_start(tmp_path: Path) -> None:
    """A reload does not start the service while it is still preparing."""
    bench = Bench(tmp_path)
    bench.app.runtime.handle_presence()
    bench.app.reload()
    assert bench.app.journal.global_state().updated is None
    bench.app.journal.close()
    bench.app._lock.release()
