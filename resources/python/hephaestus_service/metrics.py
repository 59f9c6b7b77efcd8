# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /metrics: Prometheus' text format 0.0.4, with the names that every Hephaestus service has."""
from __future__ import annotations

import time
from typing import TYPE_CHECKING, Dict, Iterable, List, Tuple

if TYPE_CHECKING:
    from .service import Service

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = Tuple[Dict[str, str], float]


def text(service: Service) -> str:
    """All metrics of a service; those of prometheus_client's default registry follow where the program uses that library."""
    return own_text(service) + _registered()


def own_text(service: Service) -> str:
    lines: List[str] = []

    def add(name: str, kind: str, help_text: str, samples: Iterable[Sample]) -> None:
        lines.extend((f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"))
        lines.extend(name + _labels(labels) + " " + _number(value) for labels, value in samples)

    resources = service.resources()
    add("hephaestus_service_info", "gauge", "What runs here; always 1.",
        [({"service": service.name, "version": service.version, "instance_id": service.instance_id}, 1)])
    add("hephaestus_start_time_seconds", "gauge", "When the service started, in Unix time.", [({}, service.started_at)])
    add("hephaestus_uptime_seconds", "gauge", "How long it has been running.", [({}, time.monotonic() - service.began)])
    add("hephaestus_shutting_down", "gauge", "1 from the moment a shutdown is asked for.", [({}, service.should_shutdown)])
    stale = service.is_stale()
    if stale is not None:
        add("hephaestus_code_stale", "gauge", "1 if the process runs other code than is on disk.", [({}, stale)])
    for name, kind, help_text, key in (
            ("hephaestus_in_flight_requests", "gauge", "Requests accepted and not yet answered.", "in_flight_requests"),
            ("hephaestus_open_connections", "gauge", "Connections open to this service.", "open_connections"),
            ("hephaestus_background_tasks", "gauge", "Running tasks of the service.", "background_tasks"),
            ("process_open_fds", "gauge", "Number of open file descriptors.", "open_files"),
            ("process_threads", "gauge", "Number of OS threads.", "threads"),
            ("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", "resident_bytes"),
            ("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", "cpu_seconds")):
        if key in resources:
            add(name, kind, help_text, [({}, resources[key])])
    told = service.reports()
    add("hephaestus_dependency_operations_total", "counter", "Operations on a dependency, real calls and checks together.",
        [({"dependency": name, "result": result}, report[result + "_count"]) for name, report in told.items()
         for result in ("success", "failure")])
    add("hephaestus_dependency_up", "gauge", "Whether the latest operation on a dependency succeeded.",
        [({"dependency": name}, report["status"] == "working") for name, report in told.items()
         if report["success_count"] + report["failure_count"]])
    add("hephaestus_dependency_last_success_age_seconds", "gauge", "Time since the last success of a dependency.",
        [({"dependency": name}, report["last_success_seconds"]) for name, report in told.items() if report["last_success_seconds"] >= 0])
    durations = [(name, dependency.check_seconds) for name, dependency in list(service.dependencies.items())]
    add("hephaestus_dependency_check_duration_seconds", "gauge", "How long the last check of a dependency took.",
        [({"dependency": name}, seconds) for name, seconds in durations if seconds is not None])
    add("hephaestus_refused_requests_total", "counter", "Requests refused, by reason.",
        [({"reason": reason}, count) for reason, count in sorted(service.counted_refusals().items())])
    return "\n".join(lines) + "\n"


def _registered() -> str:
    """What the program gave prometheus_client, if it uses it. Its process_* metrics are ours already."""
    import sys
    client = sys.modules.get("prometheus_client")
    if client is None:
        return ""
    ours = ("process_open_fds", "process_threads", "process_resident_memory_bytes", "process_cpu_seconds_total")
    exposed: str = client.generate_latest().decode()
    kept = [line for line in exposed.splitlines() if not line.startswith(ours) and not line.startswith(
        tuple(f"# {word} {name}" for word in ("HELP", "TYPE") for name in (*ours, "process_cpu_seconds")))]
    return "\n".join(kept) + "\n"


def _labels(labels: Dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))
