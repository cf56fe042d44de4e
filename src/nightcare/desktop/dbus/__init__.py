"""Connect to message buses and call what is on them."""

from enum import StrEnum


class Fault(StrEnum):
    """The reason why a call has no usable reply; here, not in `client`, which needs Linux."""

    ABSENT = "absent"
    """There is nobody to call."""
    LATE = "late"
    """There was no reply in time."""
    REFUSED = "refused"
    """The reply was an error, or of another type."""
