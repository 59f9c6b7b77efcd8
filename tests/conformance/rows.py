# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the suite is: a sentence, and a function that raises Failure when the sentence is not so."""
import dataclasses
import typing


class Failure(Exception):
    """What was expected, and what was seen instead."""


class Unfit(Exception):
    """A row that says nothing about this implementation, and why: an extension it does not offer."""


@dataclasses.dataclass(frozen=True)
class Row:
    sentence: str
    run: typing.Callable
    shared: bool  # only reads: any process that runs will do, and it is left running
    needs_slow: bool  # needs a route that takes a while


ROWS = []


def row(sentence, shared=False, needs_slow=False):
    def register(function):
        ROWS.append(Row(sentence, function, shared, needs_slow))
        return function
    return register


def expect(holds, what):
    if not holds:
        raise Failure(what)


def expect_equal(seen, wanted, what):
    expect(seen == wanted, f"{what}: expected {wanted!r}, got {seen!r}")
