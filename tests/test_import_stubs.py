"""Stubs stand in for modules only while a library is imported, and only where that works."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightcare.import_stubs import Stubs, import_with_stubs
from parts.processes import run_tool

STUBS: Stubs = {"wsgiref.util": {"is_hop_by_hop": len}, "colorsys": {"ONE_THIRD": 2}}


@pytest.fixture(autouse=True)
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for libraries to import; none of the modules that tests stub is loaded."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    for name in ("wsgiref", "wsgiref.util", "colorsys"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield tmp_path
    for name in sys.modules.keys() - before:
        del sys.modules[name]


def library(folder: Path, text: str, name: str = "library") -> None:
    """Write a module that can be imported."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def test_the_library_gets_the_stub_and_everybody_later_the_module(libraries: Path) -> None:
    """By its own name, and as a part of its package."""
    library(libraries, "import colorsys, wsgiref.util\nhop = wsgiref.util.is_hop_by_hop\n")
    made = import_with_stubs("library", stubs=STUBS)
    assert made.hop is len
    assert made.colorsys.ONE_THIRD == 2
    import colorsys  # noqa: PLC0415 - after the stub
    import wsgiref.util  # noqa: PLC0415 - likewise

    assert wsgiref.util.is_hop_by_hop("connection")
    assert colorsys.ONE_THIRD < 1


def test_a_module_may_be_said_not_to_be_there(libraries: Path) -> None:
    """For a library that can do without it."""
    library(libraries, "try:\n    import colorsys\nexcept ImportError:\n    colorsys = None\n")
    assert import_with_stubs("library", stubs={"colorsys": None}).colorsys is None
    import colorsys  # noqa: PLC0415 - after the stub

    assert colorsys.ONE_THIRD < 1


def test_what_is_loaded_already_stays(libraries: Path) -> None:
    """Modules that hold it keep it."""
    library(libraries, "import json\n")
    assert import_with_stubs("library", stubs={"json": {}}).json.loads("1") == 1


@pytest.mark.parametrize(
    "use",
    [
        "from colorsys import rgb_to_hsv",
        "import colorsys; colorsys.rgb_to_hsv(0, 0, 0)",
        "import colorsys; assert colorsys.ONE_THIRD < 1",
        "import colorsys, sys; sys.modules.pop('colorsys')",
    ],
)
def test_a_library_that_needs_more_than_the_stub_is_imported_plainly(
    libraries: Path, use: str
) -> None:
    """With all of its parts, whatever went wrong, and nothing of the stub is left."""
    library(libraries, "import colorsys\n", "library_part")
    (libraries / "package").mkdir()
    library(libraries / "package", "", "__init__")
    library(libraries / "package", "import colorsys\n", "part")
    library(libraries / "package", f"import package.part\n{use}\n", "whole")
    import_with_stubs("package.whole", stubs=STUBS)
    import colorsys  # noqa: PLC0415 - after the stub

    assert colorsys.ONE_THIRD < 1
    if "pop" not in use:
        assert sys.modules["package.part"].colorsys is colorsys


@pytest.mark.parametrize("take", ["import colorsys", "from wsgiref.util import is_hop_by_hop"])
def test_a_stub_that_a_module_of_others_took_is_replaced(libraries: Path, take: str) -> None:
    """A stub is made for one library, and any other would fail with it later."""
    library(libraries, f"{take}\n", "other")
    library(libraries, "import other\n")
    stubs: Stubs = {"wsgiref.util": {"is_hop_by_hop": lambda _: None}, "colorsys": {}}
    other = import_with_stubs("library", stubs=stubs).other
    if "colorsys" in take:
        assert other.colorsys.ONE_THIRD < 1
    else:
        assert other.is_hop_by_hop("connection")


def test_a_library_that_is_not_there_is_told_and_nothing_is_left() -> None:
    """As the plain import tells it."""
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        import_with_stubs("no_such_library", stubs={"no_such_module": {}, "colorsys": {}})
    assert "no_such_module" not in sys.modules
    assert "colorsys" not in sys.modules


def test_the_service_is_imported_where_a_stub_does_not_fit() -> None:
    """A newer APScheduler might need any name of what is stubbed: it is imported plainly then."""
    program = (
        "import sys\n"
        "import nightcare.import_stubs as one\n"
        "real = one._stub\n"
        "one._stub = lambda name, content: real(name, content and {})\n"
        "import nightcare.service.scheduler as scheduling\n"
        "import apscheduler.job, uuid, random\n"
        "assert scheduling.AsyncIOScheduler\n"
        "assert uuid.uuid4() and random.random() >= 0\n"
        "assert apscheduler.job.uuid4 is uuid.uuid4\n"
        "print('plainly')\n"
    )
    assert run_tool([sys.executable, "-c", program], {}) == b"plainly\n"
