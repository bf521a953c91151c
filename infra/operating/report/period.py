"""The hours that a report is about."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DEFAULT = timedelta(days=7)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole hours in UTC; `until` is the first that no longer counts."""

    first: datetime
    until: datetime

    @property
    def parameters(self) -> dict[str, str]:
        """As every report takes them."""
        return {"from_hour": f"{self.first:%Y/%m/%d/%H}", "until_hour": f"{self.until:%Y/%m/%d/%H}"}

    @property
    def words(self) -> str:
        """Days where it is made of days; else to the hour."""
        if self.first.hour or self.until.hour:
            return f"{_moment(self.first)} to {_moment(self.until)}, UTC"
        last = self.until - timedelta(days=1)
        if last == self.first:
            return f"{_day(last)}, UTC"
        same_month = (self.first.year, self.first.month) == (last.year, last.month)
        return f"{self.first.day if same_month else _day(self.first)} to {_day(last)}, UTC"


def period(first: datetime | None, until: datetime | None, now: datetime) -> Period:
    """By default the seven days before `until`, which by default is the end of this hour. Naive times are UTC.

    Raises `ValueError` where there is nothing in between, or it begins before 1970.
    """
    end = until.replace(tzinfo=UTC) if until else now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    begin = first.replace(tzinfo=UTC) if first else max(end, _BEGINNING + DEFAULT) - DEFAULT
    if begin < _BEGINNING:
        raise ValueError(f"the period would begin at {_moment(begin)}; no lake has hours before {_BEGINNING.year}")
    if begin >= end:
        raise ValueError(f"the period would end at {_moment(end)}, before it begins at {_moment(begin)}")
    return Period(begin, end)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _moment(moment: datetime) -> str:
    return f"{_day(moment)} {moment:%H:%M}"
