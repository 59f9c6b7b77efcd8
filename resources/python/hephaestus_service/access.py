# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call: section 6 of the protocol."""
from __future__ import annotations

import functools
import hashlib
import hmac
import ipaddress
import os
import re
import socket
import stat
import struct
from dataclasses import dataclass, field
from typing import Callable, List, Optional, Sequence, Tuple

Fields = Sequence[Tuple[str, str]]  # names in lower case
Endpoint = Tuple[str, int]
LONGEST_TOKEN = 4096
KEPT = 256  # names and addresses that were looked at last
LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
# What proxies say for whom they ask with, beside x-forwarded and x-forwarded-…; the same list is in server/http/access.cpp.
FORWARDED = frozenset((
    "forwarded", "forwarded-for", "via", "cdn-loop", "client-ip", "x-client-ip", "true-client-ip",
    "x-cluster-client-ip", "x-real-ip", "x-real-port", "x-remote-ip", "x-remote-addr", "x-original-forwarded-for",
    "x-originating-ip", "x-proxyuser-ip", "proxy-client-ip", "wl-proxy-client-ip", "x-envoy-external-address",
    "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "cf-ray", "fastly-client-ip", "fly-client-ip",
    "x-azure-clientip", "x-azure-socketip", "x-appengine-user-ip", "x-amz-cf-id",
))
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~-]+)(?::[0-9]{0,5})?")


@dataclass(frozen=True)
class Refusal:
    """An error answer. `code` is stable, `message` is for people."""

    status: int
    code: str
    message: str


@dataclass(frozen=True)
class Caller:
    """Where a request came from, and what it reached.

    `local` and `peer` are the two ends of its TCP connection; None over a Unix-domain socket, or where the server does not tell
    them. `path` is the Unix-domain socket's, where that is known. `user` finds the calling user's id, None if it cannot.
    """

    local: Optional[Endpoint] = None
    peer: Optional[Endpoint] = None
    over_unix_socket: bool = False
    path: Optional[str] = None
    user: Optional[Callable[[], Optional[int]]] = None

    @property
    def reached_loopback(self) -> bool:
        return self.over_unix_socket or (self.local is not None and is_loopback(self.local[0]))


class AccessError(ValueError):
    """A token file or an address that is refused; says which and why."""


def read_token(path: str) -> str:
    """The token in a file that only its owner may read. It must be a regular file of this user or root, with mode 0600 or less."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise AccessError(f"{path}: {problem.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise AccessError(f"{path}: expected a regular file")
        if status.st_uid not in (os.geteuid(), 0) or (status.st_uid == _overflow_user() and not _has_all_users()):
            raise AccessError(f"{path}: belongs to user {status.st_uid}; expected this user or root")
        if status.st_mode & 0o077:
            raise AccessError(f"{path}: others may read it (mode {status.st_mode & 0o777:o}); expected 600: chmod 600 {path}")
        content = os.read(descriptor, LONGEST_TOKEN + 2)
    finally:
        os.close(descriptor)
    token = content.rstrip(b"\r\n")
    if not token or len(token) > LONGEST_TOKEN or not all(0x20 < byte < 0x7F for byte in token):
        raise AccessError(f"{path}: expected one line of printable characters without spaces")
    return token.decode("ascii")


@dataclass
class Access:
    """The rules of one service. With `insecure`, a service beyond loopback takes changes from anybody; never do that on a network."""

    token: Optional[str] = None
    allowed_hosts: List[str] = field(default_factory=list)
    allowed_origins: List[str] = field(default_factory=list)
    insecure: bool = False

    def refuse(self, method: str, fields: Fields, caller: Caller, owner_only: bool = False) -> Optional[Refusal]:
        """Why this request is refused; None if it may go on. `owner_only`: a read that shows output of programs or names of files."""
        if method in ("GET", "HEAD"):
            refusal = self._refuse_read(fields, caller)
            if refusal or not owner_only:
                return refusal
            return self._refuse_browser(fields) or self._refuse_stranger(fields, caller)
        hosts = _values(fields, "host")
        if len(hosts) != 1:
            return Refusal(400, "duplicate_host" if hosts else "missing_host", "this needs one Host field")
        if not self._allows_host(hosts[0], caller):
            return Refusal(403, "host_not_allowed", "the Host field names no host of this service")
        return self._refuse_browser(fields) or self._refuse_stranger(fields, caller)

    def _refuse_read(self, fields: Fields, caller: Caller) -> Optional[Refusal]:
        hosts = _values(fields, "host")
        if caller.reached_loopback and not caller.over_unix_socket and hosts \
                and not is_address(host_name(hosts[0])) and not self._allows_host(hosts[0], caller):
            return Refusal(403, "host_not_allowed", "the Host field names no host of this service")
        return None

    def _allows_host(self, value: str, caller: Caller) -> bool:
        name = host_name(value)
        return (caller.reached_loopback and is_loopback(name)) or name in (each.lower() for each in self.allowed_hosts) \
            or (caller.local is not None and name == caller.local[0])

    def _refuse_browser(self, fields: Fields) -> Optional[Refusal]:
        origins = _values(fields, "origin")
        if len(origins) == 1 and origins[0].lower() in (each.lower() for each in self.allowed_origins):
            return None
        sites = _values(fields, "sec-fetch-site")
        if origins or any(site not in ("same-origin", "none") for site in sites):
            return Refusal(403, "origin_not_allowed", "pages of that origin may not call this service")
        return None

    def _refuse_stranger(self, fields: Fields, caller: Caller) -> Optional[Refusal]:
        if self.token is not None:
            return self._refuse_without_token(fields)
        if not caller.reached_loopback:
            if self.insecure:
                return None
            return Refusal(403, "token_needed", "a service that is reached beyond loopback takes changes only with a token")
        if any(name in FORWARDED or name == "x-forwarded" or name.startswith("x-forwarded-") for name, _ in fields):
            return Refusal(403, "forwarded", "a request that a proxy forwarded needs a token: the caller's user cannot be known")
        user = caller.user() if caller.user else None
        if user is None:
            return Refusal(403, "caller_unknown", "the calling process could not be found; a configured token would do")
        if user not in (os.geteuid(), 0):
            return Refusal(403, "other_user", "only the service's own user and root may do that")
        return None

    def _refuse_without_token(self, fields: Fields) -> Optional[Refusal]:
        given = _values(fields, "authorization")
        if len(given) != 1 or given[0][:7].lower() != "bearer ":
            return Refusal(401, "token_required", "this needs an Authorization field with a bearer token")
        assert self.token is not None
        presented = hashlib.sha256(given[0][7:].strip().encode("utf-8", "surrogateescape")).digest()
        if not hmac.compare_digest(presented, hashlib.sha256(self.token.encode()).digest()):
            return Refusal(401, "token_wrong", "that bearer token is not this service's")
        return None


def _values(fields: Fields, wanted: str) -> List[str]:
    return [value.strip() for name, value in fields if name == wanted]


@functools.lru_cache(KEPT)
def host_name(value: str) -> str:
    """The host of a Host field, in lower case: without port, brackets and the dot that ends a full name. Empty: it is none, and names no
    host that is allowed. Two fields that a server has joined are none."""
    match = _HOST.fullmatch(value)
    return match[1].strip("[]").rstrip(".").lower() if match is not None else ""


@functools.lru_cache(KEPT)
def is_address(name: str) -> bool:
    """True for a literal IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@functools.lru_cache(KEPT)
def is_loopback(name: str) -> bool:
    """True for a name or an address of this machine's loopback interface."""
    if name.lower() in LOOPBACK_NAMES or name.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def caller_of(connection: socket.socket) -> Caller:
    """Who is at the other end of a connection that this process accepted, as the kernel says."""
    try:
        name = connection.getsockname()
        if isinstance(name, (str, bytes)):
            path = name if isinstance(name, str) else None
            return Caller(over_unix_socket=True, path=path, user=lambda: user_of_unix_peer(connection))
        local, peer = (str(name[0]), int(name[1])), connection.getpeername()
        ends = ((str(peer[0]), int(peer[1])), local)
    except OSError:
        return Caller()
    return Caller(local=local, peer=ends[0], user=lambda: user_of_tcp_peer(*ends))


def user_of_unix_peer(connection: socket.socket) -> Optional[int]:
    """The user at the other end of a Unix-domain socket, as the kernel says (SO_PEERCRED)."""
    try:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    _, user, _ = struct.unpack("3i", credentials)
    return _somebody(int(user) & 0xFFFFFFFF)


def user_of_tcp_peer(peer: Endpoint, local: Endpoint) -> Optional[int]:
    """The user that owns the caller's end of a connection on this machine, from /proc/net/tcp and tcp6 (proc(5)); None if none does."""
    for table in _tables(peer[0]):
        wanted = tuple(_proc_text(end, table) for end in (peer, local))
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                next(lines)
                for line in lines:
                    columns = line.split()
                    if len(columns) > 9 and (columns[1], columns[2]) == wanted and columns[9] != "0":  # inode 0: nobody holds it
                        return _somebody(int(columns[7]))
        except (OSError, StopIteration):
            continue
    return None


def _somebody(user: int) -> Optional[int]:
    """None for the number that every user has who is not in this process's user namespace."""
    return None if user == _overflow_user() else user


@functools.lru_cache(None)
def _overflow_user() -> int:
    try:
        with open("/proc/sys/kernel/overflowuid", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 65534


def _has_all_users() -> bool:
    """Whether each user has a number of its own here, as where the machine began (user_namespaces(7))."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as file:
            return file.read().split() == ["0", "0", "4294967295"]
    except OSError:
        return False


def _tables(host: str) -> Tuple[str, ...]:
    address = ipaddress.ip_address(host.partition("%")[0])
    return ("tcp", "tcp6") if address.version == 4 or getattr(address, "ipv4_mapped", None) else ("tcp6",)


def _proc_text(end: Endpoint, table: str) -> str:
    address = ipaddress.ip_address(end[0].partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if table == "tcp":
        packed = (mapped or address).packed
    elif address.version == 4:
        packed = b"\0" * 10 + b"\xff\xff" + address.packed
    else:
        packed = address.packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{end[1]:04X}"
