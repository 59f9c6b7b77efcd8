# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that nobody runs, as their metrics would tell of them: 25 series each. Each 500th runs old code, and of each 333rd a dependency
fails."""

DEPENDENCIES = ("database", "queue", "cache")


def address(index):
    return f"10.{index // 65536}.{index // 256 % 256}.{index % 256}:8000"


def common_labels(index, word="good"):
    return {"job": "hephaestus", "instance": address(index), "service": f"{word}-{index}", "fleet_group": f"group-{index % 40:02}"}


def is_down(index, share):
    return index % 1000 < 1000 * share


def up_labels(index):
    """Of one that is down, and never was seen: no row of it is good."""
    return {**common_labels(index, "bad"), "__name__": "up"}


def series_of(index, started):
    """The labels, with the name among them, and the value of each."""
    common = common_labels(index)
    info = {**common, "version": "1.4.0", "instance_id": f"{index:032x}"}
    values = {"hephaestus_ready": 1, "hephaestus_start_time_seconds": started, "hephaestus_uptime_seconds": 100 + index % 1000,
              "hephaestus_shutting_down": 0, "hephaestus_in_flight_requests": index % 7, "hephaestus_open_connections": index % 11,
              "hephaestus_background_tasks": 0, "hephaestus_code_stale": int(index % 500 == 9), "process_open_fds": 40, "process_threads": 8,
              "process_resident_memory_bytes": 50_000_000 + index * 100, "process_cpu_seconds_total": index % 100}
    samples = [({**info, "__name__": "hephaestus_service_info"}, 1), *(({**common, "__name__": name}, value) for name, value in values.items())]
    for dependency in DEPENDENCIES:
        named = {**common, "dependency": dependency}
        is_up = int(dependency != "queue" or index % 333 != 7)
        samples += [({**named, "__name__": "hephaestus_dependency_up"}, is_up),
                    ({**named, "__name__": "hephaestus_dependency_last_success_age_seconds"}, 3)]
        samples += [({**named, "__name__": "hephaestus_dependency_operations_total", "result": result}, count)
                    for result, count in (("success", 1000), ("failure", 3))]
    assert len(samples) == 25
    return samples
