"""Codes by the vectors of the RFCs, locks that grow, passwords that will not do, sessions that end."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.access import RoleAccess
from maritime_grid.domain.login import LoginRules, lock_s, password_fault, session_over
from maritime_grid.domain.totp import code_of, enrolment_uri, matching_step, secret_text, step_of

SECRET = b32encode(b"12345678901234567890").decode()  # of both RFCs
RULES = LoginRules(
    password_min=10, failures=5, address_failures=20, lock_s=30, lock_max_s=3600, half_login_s=600, one_time_s=604_800
)  # fmt: skip
NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
TIMES = st.integers(60, 2**40)


@pytest.mark.parametrize(
    ("count", "code"),
    list(
        enumerate(("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"))
    ),
)
def test_codes_are_those_of_rfc_4226_appendix_d(count, code):
    assert code_of(SECRET, count) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
        (2000000000, "69279037"), (20000000000, "65353130"),
    ],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238_appendix_b(at, code):
    assert code_of(SECRET, step_of(at), digits=8) == code


@given(st.binary(min_size=20, max_size=20), TIMES, st.integers(-29, 29))
def test_code_of_a_clock_less_than_a_step_off_is_taken_once(raw, at, off):
    secret = secret_text(raw)
    code = code_of(secret, step_of(at + off))
    step = matching_step(secret, code, at, after=-2)
    assert step is not None
    assert matching_step(secret, code, at, after=step) is None


def test_code_of_a_chinese_keyboard_is_taken():
    at = 1_800_000_000
    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code_of(SECRET, step_of(at)))
    assert matching_step(SECRET, f"{typed[:3]}\u3000{typed[3:]}", at, after=0) == step_of(at)


@pytest.mark.parametrize("off", [-61, -60, 60, 61])
def test_code_two_steps_off_is_not_taken(off):
    at = 1_800_000_000 + (30 if off > 0 else 0)
    assert matching_step(SECRET, code_of(SECRET, step_of(at + off)), at, after=0) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000", "\x00" * 6])
def test_other_text_is_no_code(typed):
    assert matching_step(SECRET, typed, 59, after=0) is None


def test_blanks_in_a_code_do_not_count():
    assert matching_step(SECRET, " 287 082 ", 59, after=0) == 1


def test_uri_of_enrolment_names_issuer_and_account():
    uri = enrolment_uri("ABC", "wang.wu", "海上网格")
    assert uri.startswith("otpauth://totp/%E6%B5%B7%E4%B8%8A%E7%BD%91%E6%A0%BC%3Awang.wu?secret=ABC&issuer=")
    assert uri.isascii()


def test_lock_begins_with_the_fifth_failure_and_doubles_up_to_an_hour():
    assert [lock_s(n, 5, RULES) for n in (0, 4, 5, 6, 7, 11, 12, 13, 10_000)] == [
        0, 0, 30, 60, 120, 1920, 3600, 3600, 3600,
    ]  # fmt: skip


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_failures_never_lock_for_less(a, b):
    assert lock_s(min(a, b), 5, RULES) <= lock_s(max(a, b), 5, RULES)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short", False), ("123456789", False), ("x" * 257, False), ("abababababab", False), ("worker2026!!", False),
        ("WORKER-of-dongji", False), ("渔船回港避风要早一点", True), ("quay-of-shenjiamen", True), ("x7 " * 80, False),
    ],
)  # fmt: skip
def test_password_is_long_enough_and_not_the_name(password, good):
    assert (password_fault(password, "worker", RULES) is None) == good


def role(idle_s: float | None, absolute_s: float | None) -> RoleAccess:
    return RoleAccess(("wall",), frozenset(), {}, second_factor=False, idle_s=idle_s, absolute_s=absolute_s)


@pytest.mark.parametrize(
    ("idle_s", "absolute_s", "seen", "now", "over"),
    [
        (60, 600, 0, 59, False), (60, 600, 0, 60, True), (60, 600, 590, 599, False), (60, 600, 590, 600, True),
        (None, 600, 0, 599, False), (60, None, 10**6, 10**6 + 59, False), (None, None, 0, 10**9, False),
    ],
)  # fmt: skip
def test_session_is_over_when_idle_or_old(idle_s, absolute_s, seen, now, over):
    def after(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

    assert session_over(role(idle_s, absolute_s), NOON, after(seen), after(now)) == over
