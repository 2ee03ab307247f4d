"""How a broken law is caught, whatever the rule that breaks it."""

import pytest

ASKED = []  # grows whenever a rule that is not pure is asked


def caught(check, rule, law, *args):
    with pytest.raises(AssertionError, match=law) as told:
        check(rule, *args)
    assert str(told.value).startswith(f"{rule!r}: it")
