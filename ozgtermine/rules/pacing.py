"""How fast one may go on: a bucket of tokens that fills again, so that a burst is free and a flood is slowed down."""

from dataclasses import dataclass


@dataclass
class Bucket:
    """Holds at most `capacity` tokens and gets `per_second` new ones; times in seconds of one monotonic clock."""

    capacity: float
    per_second: float
    tokens: float
    at: float

    @classmethod
    def full(cls, *, capacity: float, per_second: float, now: float) -> "Bucket":
        return cls(capacity=capacity, per_second=per_second, tokens=capacity, at=now)

    def take(self, now: float) -> float:
        """Take a token and return 0, or return how many seconds it takes until there is one."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_second
