"""The table over the failures says what each class says."""

import re

import pytest

from channels import errors

ROWS = dict(
    (name, (retried == "yes", alarms == "yes"))
    for name, retried, alarms in re.findall(r"[├└]── (\w+) .* (yes|no) +(yes|no)$", errors.__doc__ or "", re.MULTILINE)
)
CLASSES = {one.__name__: one for one in errors.SendFailure.__subclasses__()}


def test_the_table_names_every_failure() -> None:
    assert ROWS.keys() == CLASSES.keys()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_the_table_says_whether_a_failure_is_retried_and_alarms(name: str) -> None:
    assert ROWS[name] == (CLASSES[name].retried, CLASSES[name].alarms)
