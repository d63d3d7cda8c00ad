"""What Prometheus reads at /metrics: requests, their times, revisions, jobs that wait, whether the store answers."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from api import jobs
from api.prepared import Kept
from api.records import Records
from api.watch import Watch
from graph.errors import PartygraphError

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MULTIPLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder through which several workers add up their counts; set by `serve` before they start."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


class Measures:
    """The counts of one serving process. Labels are routes as declared, never what a caller wrote."""

    def __init__(self, watch: Watch, kept: Kept, records: Records) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "partygraph_requests_total", "Requests by route and status.", ("method", "route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "partygraph_request_seconds", "Time until the answer was sent.", ("route",), buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._kept_hits = Counter(
            "partygraph_kept_answers_total", "Answers sent from kept bytes.", registry=self._registry
        )
        self._state = _State(watch, kept, records)
        self._seen: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        key = (method, route, status)
        found = self._seen.get(key)
        if found is None:
            known = method if method in METHODS else "other"
            found = self._requests.labels(known, route, str(status)), self._seconds.labels(route)
            self._seen[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def hit(self) -> None:
        """Count an answer from kept bytes."""
        self._kept_hits.inc()

    def text(self) -> bytes:
        """All of it as Prometheus reads it; with several workers, their counts together."""
        if MULTIPLE not in os.environ:
            return generate_latest(self._registry) + self._state.text()
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together) + self._state.text()


class _State:
    """What is so now, asked when Prometheus reads."""

    def __init__(self, watch: Watch, kept: Kept, records: Records) -> None:
        self._watch, self._kept, self._records = watch, kept, records
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing is asked when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        yield GaugeMetricFamily("partygraph_store_up", "Whether the store answers.", value=float(self._watch.up))
        revision = GaugeMetricFamily("partygraph_revision", "Revision that is answered from.", labels=("district",))
        for district, number in self._watch.revisions().items():
            revision.add_metric((district,), number)
        yield revision
        yield GaugeMetricFamily("partygraph_kept_bytes", "Bytes of kept answers.", value=self._kept.size)
        yield GaugeMetricFamily("partygraph_jobs_waiting", "Jobs that wait or run.", value=self._waiting())

    def _waiting(self) -> float:
        try:
            return float(jobs.waiting(self._records))
        except PartygraphError:
            return float("nan")
