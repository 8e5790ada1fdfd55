#!/usr/bin/env python3
"""Writes a set of processor events: charges and refunds of a few restaurants.

    python events/generate.py --story                            # events/events.jsonl: 70 events and a story
    python events/generate.py --events 1000000 --restaurants 500 --prefix big_ --output big.jsonl

The same arguments always give the same bytes. Currencies are spread 7 PEN, 2 USD, 1 MXN in every ten
events. Charges carry a fee of 5 %. A refund names the payment of an earlier charge of the same restaurant,
in the same currency, and is at most its amount. Every third night has a sale two minutes before midnight
in Lima and one three minutes after it, which belong to different business days. Payout events are not
among them: a payout is there only after a payout run.

The story is of one more restaurant, in a currency without decimals: a refund that comes before its charge, a
dispute that is won and one that is lost, a refund that fails.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

LIMA = timedelta(hours=-5)
DAYS = 30
FEE_PERCENT = 5
REFUND_SHARE = 0.2
RECENT_CHARGES = 5  # a refund picks among that many of the restaurant's last charges
CURRENCIES = ["PEN"] * 7 + ["USD"] * 2 + ["MXN"]
AMOUNTS = {"PEN": (3_500, 42_000), "USD": (1_200, 16_000), "MXN": (18_000, 240_000)}
DEFAULT_OUTPUT = Path(__file__).with_name("events.jsonl")
STORY_OF = ("res_007", "CLP")
STORY = [  # day and time in UTC, type, amount, fee, what it names; in the order of arrival
    ("05T23:10:00", "charge_succeeded", 48_000, 1_400, {"payment_id": "901"}),
    ("07T17:20:00", "refund_succeeded", 12_000, 0, {"payment_id": "902", "refund_id": "901"}),  # before its charge
    ("06T22:45:00", "charge_succeeded", 36_000, 1_050, {"payment_id": "902"}),
    ("09T01:30:00", "charge_succeeded", 25_000, 730, {"payment_id": "903"}),
    ("11T15:00:00", "dispute_opened", 48_000, 9_000, {"payment_id": "901", "dispute_id": "901"}),
    ("12T16:00:00", "refund_succeeded", 25_000, 0, {"payment_id": "903", "refund_id": "902"}),
    ("15T09:00:00", "refund_failed", 25_000, 0, {"payment_id": "903", "refund_id": "902"}),
    ("16T15:00:00", "dispute_opened", 25_000, 9_000, {"payment_id": "903", "dispute_id": "902"}),
    ("19T15:00:00", "dispute_won", 48_000, 0, {"dispute_id": "901"}),
    ("19T15:00:05", "fee_refunded", 9_000, 0, {"payment_id": "901"}),
    ("23T15:00:00", "dispute_lost", 25_000, 0, {"dispute_id": "902"}),
]
SHORT = {"payment_id": "pay", "refund_id": "rfd", "dispute_id": "dsp"}


class Dice:
    """Draws that are the same in every version of Python: only random() is promised to be."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def shuffled(self, values: list[str]) -> list[str]:
        return [value for _, value in sorted((self._random.random(), value) for value in values)]


def times_of_day(dice: Dice, day: datetime, count: int) -> list[datetime]:
    """Sorted moments in UTC of one local day: lunch and dinner, and at times just around midnight."""
    seconds = []
    for _ in range(count):
        hours = (12, 16) if dice.chance(0.35) else (19, 23)
        seconds.append(dice.between(hours[0] * 3600, hours[1] * 3600 - 1))
    seconds.sort()
    if seconds and day.day % 3 == 0:
        seconds[-1] = 23 * 3600 + 58 * 60 + dice.between(0, 59)
    if seconds and day.day % 3 == 1:
        seconds[0] = 3 * 60 + dice.between(0, 59)
    return [day - LIMA + timedelta(seconds=second) for second in seconds]


def generate(events: int, restaurants: int, seed: int = 2025, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Yields events in the order of occurred_at; memory grows with a day's events, not with all of them.

    prefix stands before the number in every id, so that two sets can lie in one database.
    """
    dice = Dice(seed)
    width = max(6, len(str(events)))
    charges: dict[tuple[str, str], deque[dict[str, Any]]] = {}
    balances: dict[tuple[str, str], int] = {}
    currencies: list[str] = []
    number = payments = 0
    for day_number in range(DAYS):
        day = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(days=day_number)
        count = events * (day_number + 1) // DAYS - events * day_number // DAYS
        for occurred_at in times_of_day(dice, day, count):
            number += 1
            currencies = currencies or dice.shuffled(CURRENCIES)
            currency = currencies.pop()
            restaurant = dice.between(1, restaurants)
            if dice.chance(0.4):  # the first ones are busier
                restaurant = dice.between(1, restaurant)
            key = (f"res_{restaurant:03d}", currency)
            event: dict[str, Any] = {
                "event_id": f"evt_{prefix}{number:0{width}d}",
                "event_type": "charge_succeeded",
                "occurred_at": occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "restaurant_id": key[0],
                "currency": currency,
            }
            recent = charges.setdefault(key, deque(maxlen=RECENT_CHARGES))
            if recent and dice.chance(REFUND_SHARE):
                charge = recent[dice.between(0, len(recent) - 1)]
                recent.remove(charge)
                amount = charge["amount"]
                # a part is refunded as often as all, and never more than the restaurant owns
                if dice.chance(0.5) or amount > balances[key]:
                    amount = amount * dice.between(10, 60) // 100
                event["event_type"] = "refund_succeeded"
                event["amount"] = amount
                event["metadata"] = charge["metadata"] | {"refund_id": f"rfd_{prefix}{number:0{width}d}"}
                balances[key] -= amount
            else:
                payments += 1
                low, high = AMOUNTS[currency]
                event["amount"] = dice.between(low // 10, high // 10) * 10
                event["fee"] = (event["amount"] * FEE_PERCENT + 50) // 100
                event["metadata"] = {
                    "reservation_id": f"rsv_{prefix}{payments + 100:0{width}d}",
                    "payment_id": f"pay_{prefix}{payments:0{width}d}",
                }
                recent.append(event)
                balances[key] = balances.get(key, 0) + event["amount"] - event["fee"]
            yield event


def story() -> Iterator[dict[str, Any]]:
    """Yields what happened to one restaurant in December 2025, in the order in which it was told."""
    for number, (moment, event_type, amount, fee, names) in enumerate(STORY, start=901):
        event: dict[str, Any] = {
            "event_id": f"evt_{number:06d}",
            "event_type": event_type,
            "occurred_at": f"2025-12-{moment}Z",
            "restaurant_id": STORY_OF[0],
            "currency": STORY_OF[1],
            "amount": amount,
        }
        ids = {name: f"{SHORT[name]}_{value:0>6}" for name, value in names.items()}
        yield event | ({"fee": fee} if fee else {}) | {"metadata": ids}


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes a set of processor events as JSON lines.")
    parser.add_argument("--events", type=int, default=70, help="how many (default 70)")
    parser.add_argument("--restaurants", type=int, default=5, help="of how many restaurants (default 5)")
    parser.add_argument("--seed", type=int, default=2025, help="another seed, another set (default 2025)")
    parser.add_argument("--prefix", default="", help="put before the numbers in ids, to tell two sets apart")
    parser.add_argument("--story", action="store_true", help="and, at the end, the story of one more restaurant")
    parser.add_argument("--output", default=str(DEFAULT_OUTPUT), help="a file, or - for standard output")
    arguments = parser.parse_args()
    if arguments.events < 0 or arguments.restaurants < 1:
        parser.error("--events must be 0 or more, --restaurants 1 or more")
    events = generate(arguments.events, arguments.restaurants, arguments.seed, arguments.prefix)
    told = chain(events, story() if arguments.story else ())
    lines = (json.dumps(event, separators=(", ", ": ")) + "\n" for event in told)
    if arguments.output == "-":
        sys.stdout.writelines(lines)
    else:
        with open(arguments.output, "w", encoding="utf-8", newline="\n") as output:
            output.writelines(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
