# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import threading

import pytest
from hephaestus_service import Dependency, Service


def counts(dependency):
    report = dependency.report()
    return report["status"], report["success_count"], report["failure_count"], report["error"]


def test_a_call_counts_a_success():
    dependency = Dependency("database", pool_size=5)
    with dependency.call():
        pass
    assert counts(dependency) == ("working", 1, 0, None)
    assert dependency.report()["pool_size"] == 5
    assert dependency.report()["last_failure_seconds"] == -1
    assert 0 <= dependency.report()["last_success_seconds"] < 60


@pytest.mark.parametrize("problem, told", [
    (ValueError("no\nconnection"), "no connection"), (ValueError(), "ValueError"), (OSError(111, "refused"), "[Errno 111] refused"),
    (ValueError("x" * 1000), "x" * 500),
    (ValueError("cannot reach postgres://app:p@ss/word@db:5432/x"), "cannot reach postgres://app:***@db:5432/x"),
    (ValueError('connection to "host=db password=hunter2 user=app" failed'), 'connection to "host=db password=*** user=app" failed'),
    (ValueError("DB_PASSWORD: 'a b'; api_key=k1, token = t"), "DB_PASSWORD: ***; api_key=***, token = ***"),
    (ValueError("password authentication failed for user app@host"), "password authentication failed for user app@host")])
def test_an_exception_is_the_failure_and_goes_on(problem, told):
    dependency = Dependency("database")
    with pytest.raises(type(problem)):
        with dependency.call():
            raise problem
    assert counts(dependency) == ("error", 0, 1, told)


@pytest.mark.parametrize("problem", [KeyboardInterrupt, GeneratorExit, asyncio.CancelledError])
def test_what_was_broken_off_says_nothing_of_the_dependency(problem):
    dependency = Dependency("database")
    with pytest.raises(problem):
        with dependency.call():
            raise problem
    assert counts(dependency) == ("working", 0, 0, None)


def test_the_status_is_that_of_the_latest_operation():
    dependency = Dependency("database")
    dependency.failure("refused")
    dependency.success()
    assert counts(dependency) == ("working", 1, 1, None)
    dependency.failure("refused")
    assert counts(dependency) == ("error", 1, 2, "refused")


def test_what_is_not_used_counts_nothing():
    dependency = Dependency("groq", enabled=False, model="x")
    with dependency.call():
        pass
    assert dependency.report() == {"status": "not_used"}
    assert not dependency.touched


def test_what_is_used_from_now_on_counts():
    dependency = Dependency("groq", enabled=False)
    dependency.success()
    dependency.report()
    dependency.enabled = True
    dependency.success()
    assert counts(dependency) == ("working", 1, 0, None)
    dependency.enabled = False
    assert dependency.report() == {"status": "not_used"}


def test_the_body_has_what_was_counted_since_the_last_time():
    service = Service("s", code=False)
    database, queue = service.dependency("100 %s", note="50 %"), service.dependency("queue", enabled=False)

    def told():
        return [(name, report["success_count"], report["failure_count"], report["error"]) for name, report in service.reports().items()]
    assert told() == [("100 %s", 0, 0, None)]
    database.success()
    assert told() == told() == [("100 %s", 1, 0, None)]
    database.failure("%d %% full")
    assert told() == [("100 %s", 1, 1, "%d %% full")]
    queue.enabled = True
    database.success()
    assert told() == [("100 %s", 2, 1, None), ("queue", 0, 0, None)]
    assert service.reports()["100 %s"]["note"] == "50 %"


def test_a_decorated_function_counts_and_keeps_its_name():
    dependency = Dependency("database")

    @dependency.counted
    def query(number):
        """Doc."""
        return 1 // number

    @dependency.counted
    async def ask(number):
        await asyncio.sleep(0)
        return 1 // number

    assert (query(1), query.__name__, query.__doc__) == (1, "query", "Doc.")
    assert asyncio.run(ask(1)) == 1
    for call in (lambda: query(0), lambda: asyncio.run(ask(0))):
        with pytest.raises(ZeroDivisionError):
            call()
    assert counts(dependency)[:3] == ("error", 2, 2)


def test_async_with_counts_too():
    dependency = Dependency("database")

    async def use():
        async with dependency.call():
            await asyncio.sleep(0)

    async def all_of_them():
        await asyncio.gather(*(use() for _ in range(100)))

    asyncio.run(all_of_them())
    assert counts(dependency)[1] == 100


def test_threads_lose_no_count():
    dependency = Dependency("database")

    def work():
        for _ in range(2000):
            with dependency.call():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(dependency)[1] == 16000
