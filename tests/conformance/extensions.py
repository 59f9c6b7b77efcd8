# SPDX-License-Identifier: GPL-3.0-or-later
"""Section 7: the extensions, each for those who have it. What a service does not offer is left out, and counted so."""
import json
import re

from endpoints import TIME, is_count
from rows import Unfit, expect, expect_equal, row
from shutdown import begin_drain, expect_complete, expect_drained, expect_scheduled, expect_unanswered, is_shutting_down
from subject import TooFast, eventually


def status_of(subject):
    return subject.get("/health/status").json


def needs(subject, capability):
    subject.running()
    if capability not in status_of(subject).get("capabilities", []):
        raise Unfit(f"it does not offer {capability}")


def needs_path(subject, path):
    subject.running()
    if subject.get(path).status == 404:
        raise Unfit(f"it has no {path}")


@row("what speaks the protocol for it is told by name and version")
def implementation(subject):
    subject.running()
    told = status_of(subject).get("implementation")
    if told is None:
        raise Unfit("it has no implementation")
    expect(re.fullmatch(r"[\w.-]+ \d+\.\d+\.\d+", told) is not None, f"implementation is {told!r}")


@row("instance_id and pid are the process's: a new one has a new instance_id")
def instance(subject):
    seen = set()
    for _ in range(2):
        subject.start()
        body = subject.get("/health/live").json
        if "instance_id" not in body:
            raise Unfit("it has no instance_id")
        expect_equal(subject.get("/health/status").json["instance_id"], body["instance_id"], "instance_id in the detailed body")
        expect(is_count(body["pid"]) and body["pid"] in subject.family(), f"pid {body['pid']} is none of its processes")
        seen.add(body["instance_id"])
        expect_complete(subject.post("/health/shutdown"))
        subject.expect_exit(0)
    expect_equal(len(seen), 2, "different instances")


@row("/health/ready is 200 while it serves and 503 while it drains", needs_slow=True)
def ready(subject):
    needs_path(subject, "/health/ready")
    subject.start()
    expect_equal(subject.get("/health/ready").status, 200, "while it serves")
    slow, shutdown = begin_drain(subject)
    seen = subject.get("/health/ready").status
    expect_unanswered(subject, slow)
    expect_equal(seen, 503, "while it drains")
    expect_drained(subject, slow, shutdown)


@row("while it drains the detailed body has the shutdown's mode, phase, seconds left and what is in flight", needs_slow=True)
def progress(subject):
    subject.start()
    if "instance_id" not in subject.get("/health/live").json:
        raise Unfit("it has no extensions")
    slow, shutdown = begin_drain(subject)
    seen = status_of(subject).get("shutdown", {})
    expect_unanswered(subject, slow)
    if seen.get("phase") not in (None, "draining"):  # the request has ended, although its answer may be on its way
        raise TooFast(f"the phase was {seen['phase']} while GET {subject.slow} was under way")
    expect_equal((seen.get("mode"), seen.get("phase"), seen.get("in_flight")), ("immediate", "draining", 1), "mode, phase, in flight")
    expect(0 < seen.get("seconds_left", -1) <= 3600, f"seconds_left is {seen.get('seconds_left')!r}")
    expect_drained(subject, slow, shutdown)


@row("the shutdown's answer has its id, exit code, drain and steps")
def answer(subject):
    subject.start()
    if "instance_id" not in subject.get("/health/live").json:
        raise Unfit("it has no extensions")
    seen = subject.post("/health/shutdown").json
    expect(seen.get("shutdown_id"), "no shutdown_id")
    expect_equal(seen.get("exit_code"), 0, "exit_code")
    expect_equal(sorted(seen.get("drain", {})), ["abandoned", "completed", "waited_seconds"], "drain")
    expect(seen.get("steps"), "no steps")
    for step in seen["steps"]:
        expect_equal(step.get("outcome"), "ok", f"step {step.get('name')!r}")
    subject.expect_exit(0)


@row("a scheduled shutdown takes its delay from the body, and DELETE takes it back")
def cancel(subject):
    subject.start()
    gone = subject.ask("DELETE", "/health/shutdown/schedule")
    if gone.status in (404, 405):
        raise Unfit("a schedule cannot be taken back")
    expect_equal(gone.status, 409, "DELETE with nothing scheduled")
    expect_scheduled(subject.post("/health/shutdown/schedule", b'{"delay_seconds": 300}'))
    expect(is_shutting_down(subject), "the notice is not seen")
    expect_equal(subject.ask("DELETE", "/health/shutdown/schedule").json,
                 {"status": "shutdown_cancelled", "should_shutdown": False}, "the answer of DELETE")
    expect(not is_shutting_down(subject), "shutting_down after it was taken back")
    expect(status_of(subject)["should_shutdown"] is False, "should_shutdown after it was taken back")
    expect_complete(subject.post("/health/shutdown"))
    subject.expect_exit(0)


@row("a schedule with a body that is none gets 400, and nothing happens", shared=True)
def bad_schedule(subject):
    subject.running()
    if subject.ask("DELETE", "/health/shutdown/schedule").status in (404, 405):
        raise Unfit("a schedule takes no body")
    for body in (b"{", b"[]", b'{"delay_seconds": "soon"}', b'{"delay_seconds": -1}', b'{"delay_seconds": 1e300}', b'{"delay_seconds": true}'):
        expect_equal(subject.post("/health/shutdown/schedule", body).status, 400, repr(body))
    expect(not is_shutting_down(subject), "it shuts down all the same")


@row("POST /health/check runs the checks and answers with the detailed body", shared=True)
def check(subject):
    needs(subject, "check")
    before = status_of(subject)["dependencies"]
    after = subject.post("/health/check").json["dependencies"]
    used = [name for name, each in before.items() if each["status"] != "not_used"]
    for name in used:
        counts = [each[name]["success_count"] + each[name]["failure_count"] for each in (before, after)]
        expect(counts[1] > counts[0], f"{name} was not checked: {counts[0]} and {counts[1]} operations")


@row("/health/logs is text, of at most as many lines as asked for", shared=True)
def logs(subject):
    needs(subject, "logs")
    seen = subject.get("/health/logs?tail=3")
    expect_equal((seen.status, seen.headers.get("content-type", "").split(";")[0]), (200, "text/plain"), "status and type")
    expect(seen.body.count(b"\n") <= 3, f"more than 3 lines: {seen.body!r}")


@row("/metrics is Prometheus' text format, with the service's name and state", shared=True)
def metrics(subject):
    needs_path(subject, "/metrics")
    seen = subject.get("/metrics")
    expect(seen.headers.get("content-type", "").startswith("text/plain; version=0.0.4"), seen.headers.get("content-type"))
    lines = seen.body.decode().splitlines()
    name = subject.get("/health/live").json["service"]
    expect(any(line.startswith("hephaestus_service_info{") and f'service="{name}"' in line for line in lines), "no hephaestus_service_info")
    expect("hephaestus_shutting_down 0" in lines, "no hephaestus_shutting_down 0")
    for line in lines:
        expect(line.startswith("#") or len(line.rsplit(" ", 1)) == 2, f"not a sample: {line!r}")


@row("/health/code says of a path whether it is loaded; the status has a verdict, and reasons when it is unknown", shared=True)
def code(subject):
    needs(subject, "code")
    seen = subject.get("/health/code?path=/nowhere/at/all").json
    expect_equal(seen["files"][0]["loaded"], False, "/nowhere/at/all")
    for query in ("", "?path=relative", "?other=/x"):
        expect_equal(subject.get("/health/code" + query).status, 400, f"/health/code{query}")
    verdict = status_of(subject)["code"]
    expect(verdict["verdict"] in ("fresh", "stale", "unknown"), f"verdict {verdict['verdict']!r}")


@row("POST /health/restart replaces the process: another instance_id, the same port, and nobody is refused")
def restart(subject):
    needs(subject, "restart")
    subject.start()
    before = subject.get("/health/live").json
    told = subject.post("/health/restart")
    expect_equal((told.status, told.json["status"], told.json["instance_id"]), (200, "restart_scheduled", before["instance_id"]), "the answer")
    refused = []

    def is_new():
        try:
            subject.connect(30).close()
        except ConnectionRefusedError as problem:
            refused.append(str(problem))
        try:
            return subject.get("/health/live", timeout=30).json["instance_id"] != before["instance_id"]
        except (OSError, ValueError):
            return False
        except Exception:  # noqa: BLE001: cut off in the middle of an answer
            return False
    eventually(is_new, "a new instance answers")
    expect_equal(refused, [], "refused connections")
    expect(TIME.fullmatch(subject.get("/health/live").json["start_time"]), "start_time")
    expect_complete(subject.post("/health/shutdown"))
    subject.expect_exit(0)


@row("a restart that cannot be is refused with 409 and a reason, or not offered at all", shared=True)
def no_restart(subject):
    subject.running()
    if "restart" in status_of(subject).get("capabilities", []):
        raise Unfit("it can")
    seen = subject.post("/health/restart")
    expect(seen.status in (404, 409), f"POST /health/restart: {seen.status}")
    expect(json.loads(seen.body)["error"]["message"], "no reason")
    expect(not is_shutting_down(subject), "it shuts down all the same")
