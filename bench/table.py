"""Numbers beside their budgets."""

from dataclasses import dataclass

WIDTH = 46


@dataclass(frozen=True)
class Budget:
    """What a number must not exceed, or must reach."""

    limit: float
    at_most: bool = True

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"

    def holds(self, number: float) -> bool:
        return number <= self.limit if self.at_most else number >= self.limit


def at_least(limit: float) -> Budget:
    return Budget(limit, at_most=False)


def heading(text: str) -> None:
    print(f"\n{text:{WIDTH}}{'measured':>12}{'budget':>10}")


def row(name: str, number: float, budget: Budget | None = None, *, digits: int = 2) -> None:
    """Print a line: the number, its budget, and whether that holds."""
    verdict = "" if budget is None else f"{budget!s:>10}  {'holds' if budget.holds(number) else 'MISSED'}"
    print(f"{name:{WIDTH}}{number:12,.{digits}f}{verdict}", flush=True)
