"""A row of a scenario table: who asks what, the status, what the answer must contain and what it must not."""

from dataclasses import dataclass
from typing import Callable

import pytest

# No answer, good or bad, may show the inside of the program.
INSIDE = ("Fatal error", "stack", ".swift", "SQLite", "SELECT ", "NSError", "Optional(")


@dataclass(frozen=True)
class Row:
    name: str
    ask: Callable
    status: int | tuple
    contains: tuple = ()
    lacks: tuple = ()


def table(*rows):
    """Parametrizes a test named by the rows."""
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def check(row, answer, hidden=()):
    """`hidden` are secrets that no refusal repeats."""
    allowed = row.status if isinstance(row.status, tuple) else (row.status,)
    shown = f"{row.name}: {answer.status_code} {dict(answer.headers)} {answer.text[:600]}"
    assert answer.status_code in allowed, shown
    for text in row.contains:
        assert text in answer.text, f"{text!r} is missing. {shown}"
    refusal_lacks = tuple(hidden) if answer.status_code >= 400 else ()
    for text in (*row.lacks, *INSIDE, *refusal_lacks):
        assert text not in answer.text, f"{text!r} is shown. {shown}"
    return answer
