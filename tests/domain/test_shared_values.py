"""Values of several computers, of which the last one written counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nightcare.domain.shared_values import SharedValue, changed_values, is_credible, latest

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def value(text: str | None, at: datetime = NOW, computer: str = "desk") -> SharedValue:
    """Return the value of a pause."""
    return SharedValue("pause", computer, at, text)


def test_the_last_one_written_counts() -> None:
    """Of two that were written at once, that of the computer with the larger id, everywhere."""
    first, second = value("1"), value(None, NOW + MINUTE, "laptop")
    assert latest([first, second]) == latest([second, first]) == {"pause": second}
    at_once = value("2", computer="laptop")
    assert latest([first, at_once]) == latest([at_once, first]) == {"pause": at_once}


def test_what_is_known_is_not_written_again() -> None:
    """A removal is not either."""
    assert changed_values({"pause": "1"}, {"pause": value("1")}, "laptop", NOW) == []
    assert changed_values({}, {"pause": value(None)}, "laptop", NOW) == []


def test_a_change_is_written_later_than_what_it_replaces() -> None:
    """It is so by a clock that is behind, or when the person gave it earlier."""
    written = {"pause": value("1", NOW + 10 * MINUTE)}
    (changed,) = changed_values({"pause": "2"}, written, "laptop", NOW)
    assert changed == value("2", NOW + 10 * MINUTE + datetime.resolution, "laptop")
    (removed,) = changed_values({}, written, "laptop", NOW)
    assert removed.value is None
    assert removed.at > written["pause"].at
    recorded = {"pause": NOW - MINUTE}
    (new,) = changed_values({"pause": "2"}, {}, "laptop", NOW, recorded)
    assert new.at == NOW - MINUTE
    (new,) = changed_values({}, {"pause": value("1", NOW - 2 * MINUTE)}, "laptop", NOW, recorded)
    assert (new.at, new.value) == (NOW - MINUTE, None)
    # That was another time: what is known has been written since.
    (new,) = changed_values({}, {"pause": value("1", NOW - MINUTE)}, "laptop", NOW, recorded)
    assert new.at == NOW


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["set", "remove", "receive"]),
            st.integers(0, 3),
            st.integers(-10, 10),
        ),
        max_size=25,
    )
)
def test_computers_that_know_the_same_have_the_same(steps: list[tuple[int, str, int, int]]) -> None:
    """It is a value that was written without knowledge of a later one."""
    known: list[dict[str, SharedValue]] = [{}, {}, {}]
    superseded: set[SharedValue] = set()
    for number, (computer, step, other, skew) in enumerate(steps):
        own = known[computer]
        before = latest(own.values())
        if step == "receive":
            for one in known[other % 3].values():
                if one.computer not in own or own[one.computer].at < one.at:
                    own[one.computer] = one
            continue
        present = {"pause": str(number)} if step == "set" else {}
        now = NOW + (number + skew) * MINUTE
        for one in changed_values(present, before, f"computer{computer}", now):
            superseded.update(before.values())
            own[one.computer] = one
        assert {
            name: one.value for name, one in latest(own.values()).items() if one.value is not None
        } == present
    everything = [one for each in known for one in each.values()]
    by_computer = {one.computer: one for one in sorted(everything, key=lambda one: one.at)}
    counts = set(latest(by_computer.values()).values())
    assert not counts & superseded


def test_a_value_of_a_clock_that_is_far_ahead_is_not_credible() -> None:
    """Clocks that differ by minutes, or by a wrong zone, are."""
    assert is_credible(NOW + timedelta(hours=14), NOW)
    assert not is_credible(NOW + timedelta(days=2), NOW)


def test_what_was_recorded_by_a_clock_that_was_ahead_was_written_now() -> None:
    """It would count for nothing."""
    (found,) = changed_values({"pause": "1"}, {}, "desk", NOW, {"pause": NOW + timedelta(days=700)})
    assert found.at == NOW
