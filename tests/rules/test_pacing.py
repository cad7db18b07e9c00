"""A burst is free, a flood goes on at the pace of the refill."""

from ozgtermine.rules.pacing import Bucket


def test_a_burst_is_free_and_then_each_second_brings_one() -> None:
    bucket = Bucket.full(capacity=3, per_second=1, now=0)
    assert [bucket.take(0) for _each in range(4)] == [0, 0, 0, 1]
    assert bucket.take(0.5) == 0.5
    assert bucket.take(1) == 0
    assert [bucket.take(100) for _each in range(4)] == [0, 0, 0, 1]
