# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of an HTTP/1.1 request, read strictly (RFC 9112): what two servers could read in two ways is refused."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Tuple

from .access import Refusal

LONGEST_HEAD = 16 << 10  # bytes
LONGEST_TARGET = 8 << 10
MOST_FIELDS = 100
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LINE = re.compile(rb"(" + _TOKEN + rb") (/(?:[!$&'()*+,;=:@/?0-9A-Za-z._~-]|%[0-9A-Fa-f]{2})*) HTTP/1\.([01])")
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*((?:[!-~\x80-\xff](?:[ \t!-~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~%!$&'()*+;=-]+)(?::[0-9]{1,5})?")


class BadRequest(Exception):
    """A request that is refused, and after which the connection is closed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(status, code, message)


@dataclass(frozen=True)
class RequestHead:
    """`fields` have names in lower case. `length` is the body's, in bytes."""

    method: str
    target: str
    fields: List[Tuple[str, str]]
    length: int
    keeps_alive: bool

    def values(self, name: str) -> List[str]:
        return [value for key, value in self.fields if key == name]


def parse(head: bytes) -> RequestHead:
    """`head` is all before the empty line, without the line end in front of that. Raises BadRequest."""
    lines = head.split(b"\r\n")
    line = _LINE.fullmatch(lines[0])
    if len(lines[0]) > LONGEST_TARGET:
        raise BadRequest(414, "uri_too_long", f"a request line of at most {LONGEST_TARGET} bytes is read")
    if line is None:
        raise BadRequest(400, "bad_request", "expected METHOD /PATH HTTP/1.1")
    if len(lines) - 1 > MOST_FIELDS:
        raise BadRequest(431, "head_too_large", f"at most {MOST_FIELDS} fields are read")
    fields: List[Tuple[str, str]] = []
    for each in lines[1:]:
        field = _FIELD.fullmatch(each)
        if field is None:
            raise BadRequest(400, "bad_field", "expected NAME: VALUE, without control characters and on one line")
        fields.append((field[1].decode("ascii").lower(), field[2].decode("latin-1")))
    result = RequestHead(line[1].decode("ascii"), line[2].decode("ascii"), fields, _length(fields), _keeps_alive(line[3], fields))
    hosts = result.values("host")
    if len(hosts) > 1:
        raise BadRequest(400, "duplicate_host", "expected one Host field")
    if not hosts and line[3] == b"1":
        raise BadRequest(400, "missing_host", "this needs a Host field")
    if hosts and _HOST.fullmatch(hosts[0]) is None:
        raise BadRequest(400, "bad_host", "expected HOST or HOST:PORT")
    if result.values("upgrade"):
        raise BadRequest(400, "upgrade_not_supported", "no other protocol is spoken here")
    if any(value.lower() != "100-continue" for value in result.values("expect")):
        raise BadRequest(417, "expectation_failed", "only 100-continue can be expected")
    return result


def _length(fields: List[Tuple[str, str]]) -> int:
    lengths = [value for name, value in fields if name == "content-length"]
    if any(name == "transfer-encoding" for name, _ in fields) or len(lengths) > 1 \
            or not all(re.fullmatch("[0-9]{1,18}", value) for value in lengths):
        raise BadRequest(400, "bad_framing", "expected a body with one Content-Length, or none")
    return int(lengths[0]) if lengths else 0


def _keeps_alive(version: bytes, fields: List[Tuple[str, str]]) -> bool:
    options = [option.strip().lower() for name, value in fields if name == "connection" for option in value.split(",")]
    return version == b"1" and "close" not in options
