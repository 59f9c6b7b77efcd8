# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as the endpoints say it: without spaces, in UTF-8."""
import functools
import json
from typing import Tuple

as_text = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@functools.lru_cache(1024)
def as_key(name: str) -> str:
    """The name of a member, with its colon."""
    return as_text(name) + ":"


@functools.lru_cache(16)
def encoded_names(names: Tuple[str, ...]) -> str:
    """An array of strings."""
    return as_text(names)


def as_bytes(text: str) -> bytes:
    """What UTF-8 has no bytes for, as half of a pair of surrogates, becomes `?`."""
    return text.encode("utf-8", "replace")
