"""How many requests, how they ended and how long they took, as Prometheus reads it."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from starlette.types import Scope

from services.base.certificate_dates import SERVICE, CertificateDates, ListDates
from services.base.problems import Problem

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of every method and path that no route has: what a client makes up must not become a series."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.8, 2.5, 5.0)
"""Bounds of the histogram. 0.3 s is what the latency objective counts by; 1.8 s is when a request without a
database is answered 503."""

REQUESTS = Counter(
    "bem_requests_total", "Requests that were answered.", ("service", "method", "route", "status")
)
LATENCY = Histogram(
    "bem_request_seconds",
    "Seconds from a request to the end of its answer.",
    ("service", "method", "route"),
    buckets=SECONDS,
)


REGISTRY.register(CertificateDates())
REGISTRY.register(ListDates())


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Counts one request under the template of its route.

    Args:
        scope: of the request, after it was served: the router has left the route in it.
        status: of the answer; 0 when there was none, which counts as 500.
        seconds: how long it took.
    """
    method = scope["method"] if scope["method"] in METHODS else OTHER
    route = getattr(scope.get("route"), "path", OTHER)
    REQUESTS.labels(SERVICE, method, route, str(status or int(HTTPStatus.INTERNAL_SERVER_ERROR))).inc()
    LATENCY.labels(SERVICE, method, route).observe(seconds)


def metrics_route() -> APIRouter:
    """The route `/metrics`; clients of the load balancer find nothing there."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        """Everything that this process counts; what comes through the load balancer carries its header."""
        if "x-forwarded-for" in request.headers:
            raise Problem(HTTPStatus.NOT_FOUND, "Not Found")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
