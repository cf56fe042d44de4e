"""Consequences of a reload."""

from __future__ import annotations

from pathlib import Path

from service.bench import CONFIG, Bench


def test_a_reload_takes_up_the_file_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    """The mistake is told with its place.

    As it broke elsewhere: entracte#212.
    """
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'))
        bench.app.reload()
        await bench.until(lambda: "Next: water (sip), " in bench.out.getvalue())
        assert "The new schedule is active." in bench.out.getvalue()
        before = bench.app.settings.loaded.schedule
        bench.file.write_text(CONFIG.replace('"1h"', '"soon"'))
        bench.app.reload()
        await bench.until(lambda: "reminders.sip.every" in bench.err.getvalue())
        assert f"{bench.file}:8:9: reminders.sip.every" in bench.err.getvalue()
        assert bench.app.settings.loaded.schedule is before

    bench.run(test)


def test_another_backend_in_the_config_is_said_to_come_later(tmp_path: Path) -> None:
    """The screen in use stays until the next start, and the log says so."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.app.reload()
        await bench.until(lambda: "is active" in bench.out.getvalue())
        assert "next start" not in bench.out.getvalue()
        bench.file.write_text(CONFIG.replace('"terminal"', '"plyer"'), encoding="utf-8")
        bench.app.reload()
        await bench.until(lambda: "next start" in bench.out.getvalue())
        assert (
            '[notify] backend = "plyer" takes effect with the next start.' in bench.out.getvalue()
        )
        assert bench.app.desktop.notifier.name == "terminal"

    bench.run(test)
