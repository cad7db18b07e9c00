"""Slows down a network from which very many forms come, and refuses nobody: state offices share one address.

Each process counts for itself, in memory: nothing is stored of who registers from where. Strict limits are per mail
address, in the database (`operations.registering`, `operations.address_links`).
"""

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from math import ceil

from flask import Response, request

from ozgtermine.rules.pacing import Bucket

BURST = 300
PER_SECOND = 1.0
MOST_NETWORKS = 10_000
_buckets: OrderedDict[str, Bucket] = OrderedDict()
_one_at_a_time = threading.Lock()


def seconds_to_wait() -> int:
    """Return for how many seconds this network should pause before it sends the next form; 0 is the rule."""
    now, network = time.monotonic(), network_of(request.remote_addr or "")
    with _one_at_a_time:
        bucket = _buckets.pop(network, None) or Bucket.full(capacity=BURST, per_second=PER_SECOND, now=now)
        _buckets[network] = bucket
        while len(_buckets) > MOST_NETWORKS:
            _buckets.popitem(last=False)
        return ceil(bucket.take(now))


def network_of(address: str) -> str:
    """Return what is counted together: an IPv4 address, and of IPv6 the /64 that one line has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else str(parsed)


def forget() -> None:
    """Let every network begin anew."""
    with _one_at_a_time:
        _buckets.clear()


def later(response: Response, seconds: int) -> Response:
    """Mark an answer that says: all is kept, send it again in a moment (RFC 6585, 4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response
