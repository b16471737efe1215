"""What the soak's sources tell: made up of its seed and of the day that the compressed clock has come to."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fixtures.pings import COLUMNS, PLAIN, ping
from fixtures.upstream import Answer, Question, as_json

FIRST = date(2020, 1, 1)
LAG = 3  # days after which nothing of a day changes any more
DAY = 86_400
_EPOCH = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp())
_PLAIN = {
    "type_of_violence": 1, "date_prec": 1, "low": 0, "high": 99, "deaths_a": 0, "deaths_b": 0, "deaths_civilians": 0,
    "deaths_unknown": 0, "country": "Central African Republic", "adm_1": "", "adm_2": "", "where_coordinates": "",
}  # fmt: skip
_REPORT = {
    "time_precision": 1, "event_type": "Battles", "sub_event_type": "", "inter1": 1, "inter2": 2, "interaction": 12,
    "country": "Central African Republic", "admin1": "", "admin2": "", "location": "",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """Three sources: events by days that are corrected, moved or late; reports that are deleted too; patrols."""

    seed: int

    def events(self, first: date, last: date) -> list[dict[str, Any]]:
        """UCDP's rows of these days as they stand on the last of them."""
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        return [row for day in days for row in self._events_of(day, (last - day).days)]

    def _events_of(self, day: date, age: int) -> Iterator[dict[str, Any]]:
        dice = random.Random(f"{self.seed} {day}")  # noqa: S311 (nothing secret)
        for number in range(dice.randint(1, 6)):
            late, corrected = dice.choice([0, 0, 0, 1, LAG]) if number else 0, dice.randint(1, 2 * LAG)
            where, moved = _somewhere(dice), _somewhere(dice)
            best, precision = dice.randint(0, 40), dice.choice([1, 1, 1, 2, 6])
            done = corrected <= min(age, LAG)
            if late <= age:
                place = moved if done else where
                told = {"id": day.toordinal() * 10 + number, "date_start": str(day), "date_end": str(day)}
                yield {**_PLAIN, **told, **place, "best": best + 7 * done, "where_prec": precision}

    def reports(self, now: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """ACLED's rows, and what was deleted, at a second of the compressed clock."""
        rows, gone = [], []
        for day in range((now - _EPOCH) // DAY + 1):
            dice = random.Random(f"{self.seed} report {day}")  # noqa: S311 (nothing secret)
            for number in range(3):
                made = _EPOCH + day * DAY + dice.randrange(DAY)
                times = [made, *sorted(made + dice.randrange(1, 6 * DAY) for _ in range(dice.randint(0, 2)))]
                ended = times[-1] + dice.randrange(1, 9 * DAY) if dice.random() < 0.2 else None
                told = [self._report(dice, f"CAR{day}-{number}", day, at) for at in times]
                known = [row for row in told if row["timestamp"] <= now]
                if ended is not None and ended <= now:
                    gone.append({"event_id_cnty": f"CAR{day}-{number}", "deleted_timestamp": ended})
                elif known:
                    rows.append(known[-1])
        return rows, gone

    @staticmethod
    def _report(dice: random.Random, key: str, day: int, at: int) -> dict[str, Any]:
        told = {"event_id_cnty": key, "event_date": str(FIRST + timedelta(day)), "timestamp": at}
        return {**_REPORT, **told, **_somewhere(dice), "fatalities": dice.randint(0, 9), "geo_precision": 1}

    def pings(self, day: int) -> list[dict[str, Any]]:
        """Where two patrols were on a day, every ten minutes for some hours."""
        dice = random.Random(f"{self.seed} patrol {day}")  # noqa: S311 (nothing secret)
        start = datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC) + timedelta(day)
        found = []
        for mover in range(2):
            x, y = 18.5 + dice.random(), 4.3 + dice.random()
            for step in range(24):
                x, y = x + dice.uniform(-0.003, 0.004), y + dice.uniform(-0.003, 0.004)
                found.append(ping(f"{day}-{mover}", (start + timedelta(minutes=10 * step)).isoformat(), x, y))
        return found

    def write_pings(self, folder: Path, day: int) -> None:
        """The file of a day, whole or not at all."""
        part = folder / f"{day:05}.part"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(COLUMNS))
            writer.writeheader()
            writer.writerows(self.pings(day))
        part.rename(part.with_suffix(".csv"))


def _somewhere(dice: random.Random) -> dict[str, float]:
    return {"longitude": round(dice.uniform(18, 22), 5), "latitude": round(dice.uniform(4, 8), 5)}


@dataclass
class Sources:
    """The world on the web, on a clock that runs by itself; some answers are faults."""

    world: World
    faults: random.Random
    share: float = 0.0  # of answers that are faults
    now: int = _EPOCH
    failed: int = 0

    def answer(self, question: Question) -> Answer:
        """What is sent."""
        if self.faults.random() < self.share:
            self.failed += 1
            return self.faults.choice([Answer(500), Answer(429), self._empty(question), self._cut(question)])
        return self._told(question)

    def _told(self, question: Question) -> Answer:
        if "StartDate" in question.query:
            first, last = (date.fromisoformat(question.query[name]) for name in ("StartDate", "EndDate"))
            rows = self.world.events(first, last)
            return as_json({"TotalCount": len(rows), "Result": rows})
        rows, gone = self.world.reports(self.now)
        name = "timestamp" if question.path == "/acled/read" else "deleted_timestamp"
        since, found = int(question.query.get(name, 0)), rows if name == "timestamp" else gone
        return as_json({"success": True, "data": [row for row in found if row[name] >= since]})

    def _empty(self, question: Question) -> Answer:
        """200 without rows; of changes that would be an honest answer, so there it is a refusal."""
        said = {"TotalCount": 0, "Result": []} if "StartDate" in question.query else {"success": False, "error": "busy"}
        return as_json(said)

    def _cut(self, question: Question) -> Answer:
        whole = self._told(question)
        return Answer(body=whole.body, cut=len(whole.body) // 2)

    def turn_to(self, days: float) -> None:
        """Set the clock to so many days after the first."""
        self.now = _EPOCH + int(days * DAY)


def project(address: str, until: date, *, days: int = 1) -> str:
    """The project file when the clock has come to a day."""
    return f"""
[datasets.wars]
resolution = 6
from = {{ api = "ucdp", version = "1", url = "{address}", per_second = 100, attempts = 2, rows_a_page = 1000 }}
[datasets.wars.schedule]
cron = "* * * * * */5"
start = {FIRST}
until = {until}
days = {days}
lag_days = {LAG}
deadline_minutes = 0.25
stale_after_hours = 1

[datasets.reports]
resolution = 6
from = {{ api = "acled", url = "{address}", per_second = 100, attempts = 2, token_env = "SOAK_TOKEN" }}
schedule = {{ cron = "* * * * * */20", deadline_minutes = 0.25 }}

[datasets.patrols]
kind = "tracks"
resolution = 7
mapping = "patrols.toml"
from = {{ files = "incoming/*.csv" }}
schedule = {{ cron = "* * * * * */30", deadline_minutes = 0.25 }}
"""


PATROLS = PLAIN
DATASETS = ("wars", "reports", "patrols")
