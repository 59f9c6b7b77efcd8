# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import hephaestus_service
import pytest
from hephaestus_service import Service
from hephaestus_service import service as service_module


def finished(service, mode="immediate"):
    return service.shutdown.request(mode).result(60)


def outcomes(result):
    return {step["name"]: step["outcome"] for step in result["steps"]}


def test_steps_run_last_registered_first():
    service, order = Service("s"), []
    service.cleanup(lambda: order.append("pool"), name="pool")

    @service.cleanup
    async def close_clients():
        order.append("clients")

    @service.cleanup(timeout=3)
    def flush():
        order.append("flush")

    result = finished(service)
    assert order == ["flush", "clients", "pool"]
    assert [step["name"] for step in result["steps"]] == ["background tasks", "flush", "close clients", "pool", "logs"]
    assert (result["status"], result["exit_code"], service.exit_code) == ("shutdown_complete", 0, 0)


@pytest.mark.parametrize("modes, phase", [(["immediate"], "draining"), (["signal"], "draining"), (["scheduled"], "notice"),
                                          (["scheduled", "immediate"], "draining")])
def test_the_phase_is_told_before_the_shutdowns_thread_has_a_turn(monkeypatch, modes, phase):
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)
    service = Service("s", notice=60)
    for mode in modes:
        service.shutdown.request(mode)
    progress = service.shutdown.progress()
    assert (progress["mode"], progress["phase"]) == (modes[-1], phase)
    assert 0 < progress["seconds_left"] <= 60


def hangs():
    threading.Event().wait()


async def hangs_in_a_coroutine():
    await asyncio.Event().wait()


def fails():
    raise OSError("no such pool")


def exits():
    raise SystemExit(0)


@pytest.mark.parametrize("step, outcome", [(hangs, "timed_out"), (hangs_in_a_coroutine, "timed_out"), (fails, "failed"), (exits, "failed")])
def test_a_step_that_goes_wrong_is_recorded_and_the_next_runs(step, outcome):
    service, ran = Service("s"), []
    service.cleanup(lambda: ran.append(True), name="next")
    service.cleanup(step, timeout=0.05, name="bad")
    result = finished(service)
    assert (outcomes(result)["bad"], outcomes(result)["next"], ran) == (outcome, "ok", [True])
    assert (result["status"], result["exit_code"]) == ("shutdown_incomplete", 3)
    assert next(each["error"] for each in result["steps"] if each["name"] == "bad")


def test_what_is_in_flight_is_waited_for():
    service = Service("s")
    service.in_flight.begin()
    result = service.shutdown.request("immediate")
    assert not result.done()
    service.in_flight.end()
    assert result.result(60)["drain"]["completed"] == 1
    assert service.exit_code == 0


def test_what_is_in_flight_after_the_drain_is_abandoned():
    service = Service("s", drain=0.05)
    service.in_flight.begin()
    result = finished(service)
    assert (result["drain"]["abandoned"], result["exit_code"], result["status"]) == (1, 4, "shutdown_incomplete")


def test_all_callers_get_the_same_result():
    service = Service("s")
    results = [service.shutdown.request(mode) for mode in ("immediate", "scheduled", "signal", "immediate")]
    assert len({id(each.result(60)) for each in results}) == 1


def test_a_schedule_can_be_taken_back_and_made_again():
    service = Service("s", notice=300)
    service.begin()
    first = service.shutdown.request("scheduled")
    assert service.should_shutdown and service.takes_work
    assert service.shutdown.cancel()
    assert not service.should_shutdown and service.shutdown.is_running and not first.done()
    assert not service.shutdown.cancel()
    service.shutdown.request("scheduled")
    assert finished(service)["mode"] == "immediate"
    assert not service.shutdown.cancel()


def test_a_sleep_wakes_when_the_drain_begins_and_not_before():
    service = Service("s", notice=300)
    service.begin()
    service.shutdown.request("scheduled")
    assert service.sleep(0.01)
    woken = []
    thread = threading.Thread(target=lambda: woken.append(service.sleep(300)))
    thread.start()
    finished(service)
    thread.join(60)
    assert woken == [False]
    assert asyncio.run(service.sleep_async(300)) is False


def test_background_tasks_are_cancelled_and_awaited(eventually):
    service, seen = Service("s"), []

    @service.task
    async def repeat():
        try:
            seen.append("began")
            await asyncio.sleep(300)
        finally:
            seen.append("ended")

    service.every(300, lambda: seen.append("called"))
    service.begin()
    eventually(lambda: len(seen) == 2)
    assert service.resources()["background_tasks"] == 2
    assert outcomes(finished(service))["background tasks"] == "ok"
    assert sorted(seen) == ["began", "called", "ended"]


def test_a_task_that_goes_on_is_told():
    service = Service("s")
    service.task(hangs)
    service.begin()
    import hephaestus_service.service as module
    before, module.STEP_TIMEOUT = module.STEP_TIMEOUT, 0.05
    try:
        result = finished(service)
    finally:
        module.STEP_TIMEOUT = before
    assert outcomes(result)["background tasks"] == "failed"
    assert result["exit_code"] == 3


def test_plain_steps_run_in_the_thread_of_the_block():
    service, threads = Service("s"), []
    service.cleanup(lambda: threads.append(threading.current_thread()), name="mine")
    with service:
        threading.Thread(target=lambda: service.shutdown.request("immediate")).start()
        while service.sleep(300):
            pass
    assert threads == [threading.current_thread()]
    assert service.shutdown.result.done()


SLEEPER = """
import os, signal, sys, threading
sys.path.insert(0, sys.argv[1])
from hephaestus_service import Service

def take_the_signal():
    while open(f"/proc/self/task/{os.getpid()}/stat").read().rpartition(")")[2].split()[0] != "S":
        pass
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

service = Service("sleeper")
with service:
    threading.Thread(target=take_the_signal).start()
    service.sleep(300)
sys.exit(service.exit_code)
"""


def test_a_signal_that_another_thread_got_ends_the_sleep_of_the_main_thread():
    package = Path(hephaestus_service.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", SLEEPER, package], timeout=60).returncode == 0


def test_signals_are_taken_before_anybody_is_answered():
    service, servers = Service("s"), []
    take = service._signals.take

    def serving():
        return [thread for thread in threading.enumerate() if thread.name == "hephaestus-http"]

    def look_and_take(loop=None):
        servers.append(len(serving()))
        take(loop)

    before, service._signals.take = len(serving()), look_and_take
    service.listen("127.0.0.1:0")
    assert servers == [before]
    assert len(serving()) == before + 1
    with service:
        pass
    assert len(serving()) == before


def test_checks_run_once_before_the_start_and_when_asked():
    service, calls = Service("s"), []
    database = service.dependency("database")

    @service.check(database, interval=300)
    def ask():
        calls.append(1)
        if len(calls) == 1:
            raise OSError("not yet")

    service.first_checks()
    assert database.report()["error"] == "not yet"
    service.checks.run_all().result(60)
    assert (database.report()["status"], database.report()["success_count"], len(calls)) == ("working", 1, 2)


def test_no_step_runs_while_a_check_does():
    service, events = Service("s"), []
    asked, may_end = threading.Event(), threading.Event()

    @service.check(service.dependency("database"), interval=300)
    def ask():
        asked.set()
        may_end.wait(60)
        events.append("check")

    service.cleanup(lambda: events.append("step"), name="step")
    service.begin()
    asked.wait(60)
    result = service.shutdown.request("immediate")
    service.shutdown.stopping.wait(60)
    may_end.set()
    result.result(60)
    service.checks.run_all().result(60)
    assert events == ["check", "step"]


def test_nothing_is_ready_from_the_moment_a_shutdown_is_asked_for(monkeypatch):
    service = Service("s")
    service.shutdown.started()
    assert service.shutdown.is_running
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)  # the shutdown's own has no turn yet
    service.shutdown.request("immediate")
    assert not service.shutdown.is_running and service.should_shutdown


def test_the_process_ends_when_each_of_its_services_has(monkeypatch, eventually):
    ended, other, loop, unused = Service("ended"), Service("other"), Service("loop"), Service("unused")
    handed_on, order = [], []
    monkeypatch.setattr(ended._signals, "hand_on", lambda code, masters: handed_on.append(list(order)))
    monkeypatch.setattr(ended, "_end_others", ended.end_others)
    monkeypatch.setattr(service_module, "_in_process", {ended, other, loop, unused})
    other.cleanup(lambda: order.append("step"), name="step")
    ended.begin()
    other.begin()
    other.in_flight.begin()
    with loop:
        finished(ended)
        assert other.shutdown.stopping.wait(60)
        assert (order, handed_on) == ([], [])
        other.in_flight.end()
        eventually(lambda: handed_on)
        assert not loop.should_shutdown
    assert (handed_on, other.shutdown.result.result(60)["drain"]["completed"]) == ([["step"]], 1)
    assert not unused.should_shutdown


FORKED = """
import multiprocessing, signal, sys, time
sys.path.insert(0, sys.argv[1])
from hephaestus_service import Service

def work():
    print("works", flush=True)
    time.sleep(300)

service = Service("parent")
service.cleanup(lambda: print("step", flush=True))
with service:
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    assert sys.stdin.readline() == "end\\n"
    child.terminate()
    child.join(60)
    print(child.exitcode, service.should_shutdown, flush=True)
sys.exit(service.exit_code)
"""


def test_a_child_by_fork_ends_by_a_signal_and_runs_no_step_of_its_parents():
    package = Path(hephaestus_service.__file__).parents[1]
    parent = subprocess.Popen([sys.executable, "-c", FORKED, package], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "works\n"
    assert parent.communicate("end\n", timeout=60)[0] == "-15 False\nstep\n"
    assert parent.returncode == 0


EARLY = """
import asyncio, os, signal, sys, threading, time
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))  # before the service has its turn in the child
sys.path.insert(0, sys.argv[1])
from hephaestus_service import Service

service = Service("parent", code=False)
service.cleanup(lambda: print("step", flush=True))

def fork():
    child = os.fork()
    if child == 0:
        time.sleep(1)
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def blocked():
    return sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

async def serve(has_handler):
    loop = asyncio.get_running_loop()
    if has_handler:
        loop.add_signal_handler(signal.SIGTERM, lambda: print("told", flush=True))
    service.begin(loop)
    code = fork()
    await asyncio.sleep(0.05)
    print(code, service.should_shutdown, blocked(), flush=True)

if sys.argv[2] == "block":
    with service:
        print(fork(), service.should_shutdown, blocked(), flush=True)
elif sys.argv[2] == "thread":
    with service:
        codes = []
        thread = threading.Thread(target=lambda: codes.append(fork()))
        thread.start()
        thread.join()
        print(codes[0], service.should_shutdown, blocked(), flush=True)
else:
    asyncio.run(serve(sys.argv[2] == "handler"))
os._exit(0)
"""


@pytest.mark.parametrize("way", ["block", "thread", "loop", "handler"])
def test_a_signal_in_the_first_moment_of_a_child_by_fork_is_the_childs(way):
    package = Path(hephaestus_service.__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", EARLY, package, way], stdout=subprocess.PIPE, text=True, timeout=60)
    assert (ended.stdout.replace("step\n", ""), ended.returncode) == ("-15 False []\n", 0)
