# SPDX-License-Identifier: GPL-3.0-or-later
"""Section 6: who may call. A request that is refused changes nothing."""
import os
import shutil
import subprocess

from endpoints import expect_error_body
from rows import Unfit, expect, expect_equal, row
from shutdown import is_shutting_down
from subject import Answer

CHANGES = ("/health/shutdown", "/shutdown", "/health/shutdown/schedule")
FOREIGN_PAGE = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}


def answer_of(subject, request):
    head, _, body = subject.raw(request).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return Answer(int(lines[0].split()[1]), fields, body)


def expect_refused(subject, answer, status, what):
    expect_equal(answer.status, status, what)
    expect_error_body(answer, what)
    expect(not is_shutting_down(subject), f"{what}: it shuts down all the same")


REFUSED = {
    "a page of another origin (Origin)": ({"Origin": "http://evil.example"}, 403),
    "a page of another site (Sec-Fetch-Site)": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "a page of another site, with both": (FOREIGN_PAGE, 403),
    "a form of another site": ({**FOREIGN_PAGE, "Content-Type": "text/plain"}, 403),
    "a name of another machine (Host)": ({"Host": "evil.example"}, 403),
    "a name of another machine with our port": ({"Host": "evil.example:8000"}, 403),
}


def refused_row(what, fields, status):
    @row(f"a change asked by {what} gets {status}, and nothing happens", shared=True)
    def refused(subject):
        subject.running()
        for path in CHANGES:
            expect_refused(subject, subject.ask("POST", path, b"", fields), status, f"POST {path}")


for each, (its_fields, its_status) in REFUSED.items():
    refused_row(each, its_fields, its_status)


# Of the standard, of common servers, and of those who serve others' pages.
PROXY_FIELDS = ("Forwarded", "Via", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Client-Cert",
                "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For",
                "X-Remote-IP", "X-Remote-Addr", "X-Originating-IP", "X-ProxyUser-IP", "Proxy-Client-IP", "WL-Proxy-Client-IP",
                "X-Envoy-External-Address", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray", "CDN-Loop", "Fastly-Client-IP",
                "Fly-Client-IP", "X-Azure-ClientIP", "X-Azure-SocketIP", "X-AppEngine-User-IP", "X-Amz-Cf-Id")


def proxy_row(field):
    @row(f"a change without a token that came through a proxy ({field}) gets 403, and nothing happens", shared=True)
    def forwarded(subject):
        subject.running()
        for name in (field, field.lower()):
            expect_refused(subject, subject.ask("POST", CHANGES[2], b"", {name: "192.0.2.1"}), 403, f"POST {CHANGES[2]} with {name}")


for each in PROXY_FIELDS:
    proxy_row(each)


@row("a change without Host is refused, and nothing happens", shared=True)
def without_host(subject):
    subject.running()
    for path in CHANGES:
        answer = answer_of(subject, f"POST {path} HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        expect(answer.status in (400, 403), f"POST {path} without Host: {answer.status}")
        expect(not is_shutting_down(subject), "it shuts down all the same")


@row("a read under a name of another machine gets 403: DNS rebinding", shared=True)
def rebinding(subject):
    subject.running()
    for path in ("/health/live", "/health/status"):
        expect_equal(subject.ask("GET", path, None, {"Host": "evil.example"}).status, 403, f"GET {path}")
        expect_equal(subject.ask("GET", path, None, {"Host": f"localhost:{subject.port}"}).status, 200, f"GET {path} as localhost")


@row("a body that is not application/json gets 415, a larger one than 64 KiB gets 413", shared=True)
def bodies(subject):
    subject.running()
    path = "/health/shutdown/schedule"
    wrong = subject.ask("POST", path, b'{"delay_seconds": 60}', {"Content-Type": "text/plain"})
    expect_refused(subject, wrong, 415, "a text/plain body")
    large = subject.ask("POST", path, b" " * 70000, {"Content-Type": "application/json"})
    expect_refused(subject, large, 413, "70,000 bytes")


@row("another user of this machine cannot shut it down, nor read its logs", shared=True)
def other_user(subject):
    if os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("curl"):
        raise Unfit("it needs root, setpriv and curl")
    subject.running()
    as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
    for path in CHANGES:
        seen = subprocess.run([*as_nobody, "-X", "POST", f"http://{subject.host}:{subject.port}{path}"], capture_output=True, check=True)
        expect_equal(seen.stdout, b"403", f"POST {path} as another user")
        expect(not is_shutting_down(subject), "it shuts down all the same")
