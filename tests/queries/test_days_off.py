from datetime import date

from ozgtermine.queries.days_off import days_off


def test_days_off_are_those_of_sachsen_anhalt_and_the_eves() -> None:
    assert sorted(days_off(date(2022, 12, 20), date(2023, 12, 31))) == [
        date(2022, 12, 24),
        date(2022, 12, 25),
        date(2022, 12, 26),
        date(2022, 12, 31),
        date(2023, 1, 1),
        date(2023, 1, 6),
        date(2023, 4, 7),
        date(2023, 4, 10),
        date(2023, 5, 1),
        date(2023, 5, 18),
        date(2023, 5, 29),
        date(2023, 10, 3),
        date(2023, 10, 31),
        date(2023, 12, 24),
        date(2023, 12, 25),
        date(2023, 12, 26),
        date(2023, 12, 31),
    ]
