# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /metrics: Prometheus' text format 0.0.4 or OpenMetrics 1.0, with the names that every Hephaestus service has."""
from __future__ import annotations

import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional, Tuple

from .dependency import BOUNDS

if TYPE_CHECKING:
    from .service import Service

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPEN_MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
MOST_HISTOGRAMS = 50  # a program that names a dependency for every customer must not fill Prometheus
OURS = ("process_open_fds", "process_threads", "process_resident_memory_bytes", "process_cpu_seconds_total")
Sample = Tuple[Dict[str, str], float]


def wants_open_metrics(accept: str) -> bool:
    """True for those who name OpenMetrics 1.0 in their Accept field, and want it as much as the text format."""
    open_quality = text_quality = 0.0
    for item in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        named = dict(parameter.partition("=")[::2] for parameter in parameters)
        try:
            quality = float(named.get("q", "1"))
        except ValueError:
            continue
        if kind == "application/openmetrics-text" and named.get("version", "1.0.0") == "1.0.0":
            open_quality = max(open_quality, quality)
        elif kind == "text/plain" and named.get("version", "0.0.4") == "0.0.4":
            text_quality = max(text_quality, quality)
    return open_quality > 0 and open_quality >= text_quality


def text(service: Service, is_open: bool = False) -> str:
    """All metrics of a service; those of prometheus_client's default registry follow where the program uses that library.
    `is_open`: as OpenMetrics."""
    return own_text(service, is_open) + _registered(is_open) + ("# EOF\n" if is_open else "")


class _Exposition:
    """Writes families one after the other: HELP, TYPE and a line a sample."""

    def __init__(self, is_open: bool, began: float) -> None:
        self._is_open, self._began = is_open, began
        self.lines: List[str] = []

    def add(self, name: str, kind: str, help_text: str, samples: Iterable[Sample], is_ours: bool = True) -> None:
        """`kind`: gauge, counter or info. `is_ours`: this process counts, since it began."""
        family = self._begin(name, kind, help_text)
        for labels, value in samples:
            self._line(name, labels, value)
            if kind == "counter" and is_ours:
                self._created(family, labels)

    def add_histograms(self, name: str, help_text: str, histograms: Iterable[Tuple[Dict[str, str], List[int], float]]) -> None:
        family = self._begin(name, "histogram", help_text)
        for labels, counts, total in histograms:
            so_far = 0
            for bound, count in zip([*map(repr, BOUNDS), "+Inf"], counts):
                so_far += count
                self._line(name + "_bucket", {**labels, "le": bound}, so_far)
            self._line(name + "_sum", labels, total)
            self._line(name + "_count", labels, so_far)
            self._created(family, labels)

    def _begin(self, name: str, kind: str, help_text: str) -> str:
        family, shown = name, kind
        if self._is_open and kind in ("counter", "info"):
            family = name.rpartition("_")[0]
        elif kind == "info":
            shown = "gauge"  # the text format has no type for what only carries labels
        self.lines.extend((f"# HELP {family} {help_text}", f"# TYPE {family} {shown}"))
        return family

    def _created(self, family: str, labels: Dict[str, str]) -> None:
        if self._is_open:
            self._line(family + "_created", labels, self._began)

    def _line(self, name: str, labels: Dict[str, str], value: float) -> None:
        self.lines.append(name + _labels(labels) + " " + _number(value))


def own_text(service: Service, is_open: bool = False) -> str:
    out = _Exposition(is_open, service.started_at)
    add = out.add
    resources = service.resources()
    add("hephaestus_service_info", "info", "What runs here; always 1.",
        [({"service": service.name, "version": service.version, "instance_id": service.instance_id}, 1)])
    add("hephaestus_build_info", "info", "Which code this is; always 1.",
        [({"version": service.version, "commit": service.identity.get("commit", ""), "worktree": service.identity.get("worktree", "")}, 1)])
    add("hephaestus_start_time_seconds", "gauge", "When the service started, in Unix time.", [({}, service.started_at)])
    add("hephaestus_uptime_seconds", "gauge", "How long it has been running.", [({}, time.monotonic() - service.began)])
    add("hephaestus_shutting_down", "gauge", "1 from the moment a shutdown is asked for.", [({}, service.should_shutdown)])
    drained = service.shutdown.drained()
    if drained is not None:
        add("hephaestus_drain_seconds", "gauge", "How long the drain of a shutdown has lasted, or did.", [({}, drained)])
    verdict = service.code_verdict()
    if verdict is not None:
        add("hephaestus_code_verdict", "gauge",
            "1 for how what this process loaded compares with what is on disk, 0 for everything else.",
            [({"verdict": each}, each == verdict) for each in ("unknown", "fresh", "stale")])
    if verdict in ("fresh", "stale"):
        add("hephaestus_code_stale", "gauge", "1 if this process runs other code than is on disk.", [({}, verdict == "stale")])
    for name, kind, help_text, key in (
            ("hephaestus_in_flight_requests", "gauge", "Requests accepted and not yet answered.", "in_flight_requests"),
            ("hephaestus_open_connections", "gauge", "Connections open to this service.", "open_connections"),
            ("hephaestus_background_tasks", "gauge", "Running tasks of the service.", "background_tasks"),
            ("process_open_fds", "gauge", "Number of open file descriptors.", "open_files"),
            ("process_threads", "gauge", "Number of OS threads.", "threads"),
            ("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", "resident_bytes"),
            ("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", "cpu_seconds")):
        if key in resources:
            add(name, kind, help_text, [({}, resources[key])], is_ours=False)
    told, is_ours = service.reports(), not service.is_one_of_several  # those counts go on when a worker is replaced
    add("hephaestus_dependency_operations_total", "counter", "Operations on a dependency, real calls and checks together.",
        [({"dependency": name, "result": result}, report[result + "_count"]) for name, report in told.items()
         for result in ("success", "failure")], is_ours)
    add("hephaestus_dependency_up", "gauge", "Whether the latest operation on a dependency succeeded.",
        [({"dependency": name}, report["status"] == "working") for name, report in told.items()
         if report["success_count"] + report["failure_count"]])
    add("hephaestus_dependency_last_success_age_seconds", "gauge", "Time since the last success of a dependency.",
        [({"dependency": name}, report["last_success_seconds"]) for name, report in told.items() if report["last_success_seconds"] >= 0])
    dependencies = list(service.dependencies.items())
    add("hephaestus_dependency_check_duration_seconds", "gauge", "How long the last check of a dependency took.",
        [({"dependency": name}, each.check_seconds) for name, each in dependencies if each.check_seconds is not None])
    if is_ours:  # of several workers the next scrape would reach another, whose counts are others
        out.add_histograms("hephaestus_dependency_duration_seconds", "How long operations on a dependency took, of those that were timed.",
                           [({"dependency": name}, *each.durations()) for name, each in dependencies if each.enabled][:MOST_HISTOGRAMS])
    add("hephaestus_refused_requests_total", "counter", "Requests refused, by reason.",
        [({"reason": reason}, count) for reason, count in sorted(service.counted_refusals().items())], is_ours)
    return "\n".join(out.lines) + "\n"


def _registered(is_open: bool) -> str:
    """What the program gave prometheus_client, if it uses it. Its process_* metrics are ours already."""
    client: Optional[Any] = sys.modules.get("prometheus_client")
    if client is None:
        return ""
    if is_open:
        exposition: Any = importlib.import_module("prometheus_client.openmetrics.exposition")
        exposed: str = exposition.generate_latest(client.REGISTRY).decode()
    else:
        exposed = client.generate_latest().decode()
    kept = [line for line in exposed.splitlines() if line != "# EOF" and not line.startswith((*OURS, "process_cpu_seconds_created"))
            and not line.startswith(tuple(f"# {word} {name}" for word in ("HELP", "TYPE") for name in (*OURS, "process_cpu_seconds")))]
    return "".join(line + "\n" for line in kept)


def _labels(labels: Dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))
