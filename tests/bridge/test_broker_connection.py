"""The delays between attempts, and the reasons of failures."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta

import pytest

from nightcare.bridge.broker_answers import trouble_of
from nightcare.bridge.broker_connection import backoff
from nightcare.i18n.error_text import trouble_text
from nightcare.i18n.translator import read_words


def test_attempts_become_rarer_up_to_ten_minutes() -> None:
    """From five seconds on, each twice as late, with chance that only shortens."""
    latest = [backoff(number, lambda: 1.0) for number in range(20)]
    assert latest[:4] == [timedelta(seconds=5 * 2**number) for number in range(4)]
    assert max(latest) == latest[-1] == timedelta(minutes=10)
    assert backoff(3, lambda: 0.0) == latest[3] / 2
    assert latest[2] / 2 <= backoff(2) <= latest[2]


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    """Return the error of a certificate that OpenSSL refuses with a code."""
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = code, "refused"
    return error


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (socket.gaierror(-2, "unknown"), "host"),
        (ConnectionRefusedError(), "closed"),
        (TimeoutError(), "silent"),
        (certificate_error(9), "clock"),
        (certificate_error(10), "clock"),
        (certificate_error(18), "certificate"),
        (ssl.SSLError(1, "wrong version"), "tls"),
        (UnicodeError("label empty or too long"), "host"),
        (OSError(101, "unreachable"), "network"),
        (ValueError("strange"), "garbage"),
    ],
)
def test_each_failure_has_a_text(error: Exception, key: str) -> None:
    """In every language, with what was said."""
    trouble = trouble_of(error)
    assert trouble.key == key
    for language in ("en", "da"):
        assert trouble_text(trouble.key, trouble.reason, read_words(language))
