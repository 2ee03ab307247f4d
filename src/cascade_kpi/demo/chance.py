"""Numbers that look random and are the same on every machine, for ever.

A number depends on a key alone ("churn of P0012 in 2026Q3"), not on how many were
drawn before it: a KPI can be added to the case and no other number moves. numpy's
generators promise neither.
"""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["around", "chance", "whole"]


def chance(*key: object) -> float:
    """A number from 0 up to, and without, 1, spread evenly over the keys."""
    digest = blake2b("/".join(map(str, key)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2.0**53


def whole(low: int, high: int, *key: object) -> int:
    """A whole number from `low` to `high`, both included, each as likely."""
    return low + int(chance(*key) * (high - low + 1))


def around(middle: float, spread: float, *key: object) -> float:
    """A number near `middle`, bell-shaped, never further off than 3.5 `spread`.

    The sum of four even chances has a standard deviation of 1/√3, so that of the
    answer is `spread`. Nothing but +, −, × and ÷ is used: these are the same to the
    last bit everywhere, which exp and log are not.
    """
    four = sum(chance(*key, i) for i in range(4))
    return middle + spread * (four - 2.0) * 1.7320508075688772
