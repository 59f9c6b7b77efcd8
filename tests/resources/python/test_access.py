# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket

import pytest
from hephaestus_service import AccessError, Service, access
from hephaestus_service.access import Access, Caller, caller_of, read_token

ME = Caller(local=("127.0.0.1", 8000), peer=("127.0.0.1", 40000), user=os.geteuid)
OTHER = Caller(local=("127.0.0.1", 8000), peer=("127.0.0.1", 40000), user=lambda: 4242)
UNKNOWN = Caller(local=("127.0.0.1", 8000), peer=("127.0.0.1", 40000), user=lambda: None)
AWAY = Caller(local=("10.0.0.5", 8000), peer=("10.0.0.9", 40000))
UNIX = Caller(over_unix_socket=True, user=os.geteuid)
HOST = ("host", "127.0.0.1:8000")
BEARER = ("authorization", "Bearer secret")


@pytest.mark.parametrize("rules, method, fields, caller, code", [
    ({}, "POST", [HOST], ME, None),
    ({}, "POST", [HOST], UNIX, None),
    ({}, "POST", [("host", "localhost")], ME, None),
    ({}, "POST", [("host", "LOCALHOST.:8000")], ME, None),
    ({}, "POST", [("host", "[::1]:8000")], ME, None),
    ({}, "POST", [("host", "evil.example")], ME, "host_not_allowed"),
    ({}, "POST", [], ME, "missing_host"),
    ({}, "POST", [HOST, HOST], ME, "duplicate_host"),
    ({}, "POST", [HOST], OTHER, "other_user"),
    ({}, "POST", [HOST], UNKNOWN, "caller_unknown"),
    ({}, "POST", [HOST, ("origin", "http://evil.example")], ME, "origin_not_allowed"),
    ({}, "POST", [HOST, ("origin", "null")], ME, "origin_not_allowed"),
    ({}, "POST", [HOST, ("sec-fetch-site", "cross-site")], ME, "origin_not_allowed"),
    ({}, "POST", [HOST, ("sec-fetch-site", "same-site")], ME, "origin_not_allowed"),
    ({}, "POST", [HOST, ("sec-fetch-site", "none")], ME, None),
    ({"allowed_origins": ["http://ops.example"]}, "POST", [HOST, ("origin", "http://OPS.example"), ("sec-fetch-site", "cross-site")], ME, None),
    ({}, "POST", [HOST, ("x-forwarded-for", "1.2.3.4")], ME, "forwarded"),
    ({}, "POST", [HOST, ("via", "1.1 proxy")], ME, "forwarded"),
    *[({}, "POST", [HOST, (name, "x")], ME, "forwarded") for name in (
        "x-forwarded-proto", "x-forwarded-port", "x-forwarded", "x-real-ip", "forwarded", "client-ip", "cf-connecting-ip", "true-client-ip",
        "x-cluster-client-ip")],
    ({}, "POST", [HOST, ("x-forward", "x")], ME, None),
    *[({}, method, [("host", value)], ME, "host_not_allowed") for method in ("POST", "GET") for value in (
        "localhost,evil.example", "localhost:8000,evil.example", "localhost:8000@evil.example", "[::1]evil.example", "127.0.0.1%25.evil.example",
        "localhost:http", "localhost:123456", "localhost/", "evil.example#localhost", "", ":8000", "[", "[]", "localhost:80:80", "local host")],
    ({}, "POST", [("host", "10.0.0.5:8000")], AWAY, "token_needed"),
    ({"insecure": True}, "POST", [("host", "10.0.0.5:8000")], AWAY, None),
    ({"token": "secret"}, "POST", [("host", "10.0.0.5:8000"), BEARER], AWAY, None),
    ({"token": "secret"}, "POST", [HOST, BEARER], OTHER, None),
    ({"token": "secret"}, "POST", [HOST, BEARER, ("x-forwarded-for", "1.2.3.4")], ME, None),
    ({"token": "secret"}, "POST", [HOST], ME, "token_required"),
    ({"token": "secret"}, "POST", [HOST, BEARER, BEARER], ME, "token_required"),
    ({"token": "secret"}, "POST", [HOST, ("authorization", "Basic secret")], ME, "token_required"),
    ({"token": "secret"}, "POST", [HOST, ("authorization", "bearer  secret ")], ME, None),
    ({"token": "secret"}, "POST", [HOST, ("authorization", "Bearer Secret")], ME, "token_wrong"),
    ({"token": "secret"}, "POST", [HOST, ("authorization", "Bearer \udcff")], ME, "token_wrong"),
    ({}, "GET", [("host", "evil.example")], ME, "host_not_allowed"),
    ({}, "GET", [], ME, None),
    ({}, "GET", [("host", "192.0.2.1")], ME, None),
    ({"allowed_hosts": ["Build1.example"]}, "GET", [("host", "build1.example:8000")], ME, None),
    ({}, "GET", [("host", "anything.example")], AWAY, None),
])
def test_who_may_call(rules, method, fields, caller, code):
    refusal = Access(**rules).refuse(method, fields, caller)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize("caller, code", [(ME, None), (OTHER, "other_user"), (AWAY, "token_needed")])
def test_a_read_of_the_owner_only(caller, code):
    refusal = Access().refuse("GET", [HOST], caller, owner_only=True)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize("family, address", [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_INET6, ("::1", 0)), (socket.AF_UNIX, "s.sock")])
def test_the_kernel_says_whose_the_other_end_is(family, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(family) as listening:
        listening.bind(address)
        listening.listen()
        with socket.socket(family) as client:
            client.connect(listening.getsockname())
            accepted, _ = listening.accept()
            with accepted:
                caller = caller_of(accepted)
                assert caller.user() == os.geteuid()
                assert caller.reached_loopback


@pytest.mark.parametrize("family, address", [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, "s.sock")])
def test_a_user_of_another_user_namespace_is_nobody(family, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(access, "_overflow_user", os.geteuid)  # as the kernel would show him here
    with socket.socket(family) as listening:
        listening.bind(address)
        listening.listen()
        with socket.socket(family) as client:
            client.connect(listening.getsockname())
            accepted, _ = listening.accept()
            with accepted:
                assert caller_of(accepted).user() is None


def test_a_client_that_is_gone_is_nobody(eventually):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
        with accepted:
            caller = caller_of(accepted)
            eventually(lambda: caller.user is None or caller.user() is None)


@pytest.mark.parametrize("content, mode, problem", [
    (b"secret\n", 0o600, None), (b"secret", 0o400, None), (b"secret\n", 0o640, "others may read"), (b"", 0o600, "one line"),
    (b"two words\n", 0o600, "one line"), (b"two\nlines\n", 0o600, "one line"), (b"x" * 5000, 0o600, "one line")],
    ids=lambda value: str(value)[:20])
def test_a_token_file(tmp_path, content, mode, problem):
    path = tmp_path / "token"
    path.write_bytes(content)
    path.chmod(mode)
    if problem is None:
        assert read_token(str(path)) == "secret"
    else:
        with pytest.raises(AccessError, match=problem):
            read_token(str(path))


def test_a_token_file_that_is_none(tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path, problem in ((tmp_path / "fifo", "regular file"), (tmp_path, "regular file"), (tmp_path / "gone", "No such file")):
        with pytest.raises(AccessError, match=problem):
            read_token(str(path))


@pytest.mark.parametrize("address, problem", [
    ("0.0.0.0:0", "needs a token_file"), ("127.0.0.1", "expected HOST:PORT"), ("127.0.0.1:70000", "expected HOST:PORT"),
    ("unix:" + "x" * 200, "107 bytes")])
def test_an_address_that_is_refused(address, problem):
    with pytest.raises(AccessError, match=problem):
        Service("s").listen(address)
