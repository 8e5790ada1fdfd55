"""docs/events.md: its tables are those of the reference data."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dev import events_doc

TEXT = events_doc.PAGE.read_text(encoding="utf-8")


def test_the_tables_are_what_the_reference_data_make() -> None:
    assert events_doc.written(TEXT) == TEXT, "run: python dev/events_doc.py"


def test_every_row_of_the_reference_data_is_on_the_page() -> None:
    names = {
        "event_types": "event_type",
        "entry_types": "entry_type",
        "accounts": "account",
        "rejection_reasons": "code",
    }
    for file, column in names.items():
        missing = [row[column] for row in events_doc.read(file) if not re.search(rf"\b{row[column]}\b", TEXT)]
        assert missing == [], file
    assert len(events_doc.ANSWER.findall((events_doc.ROOT / "db" / "ERRORS.md").read_text(encoding="utf-8"))) > 40


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("event_types", "A dispute was lost", "A dispute was lost for good"),
        ("event_types", "dispute_lost,processor,dispute,dispute_id", "dispute_lost,processor,dispute,case_id"),
        ("posting_rules", "dispute_won,LOST,DISPUTE_REINSTATED", "dispute_won,LOST,DISPUTE_WON"),
        ("posting_rules", "payout_canceled,PAID,PAYOUT_RETURN,,false,always\n", ""),
        ("posting_rules", "event_reversed,FEE,FEE_REVERSAL", "event_reversed,FEE,FEE_REFUND"),
        ("entry_types", "DISPUTE,restaurant_available,restaurant_held", "DISPUTE,restaurant_available,platform_losses"),
        ("entry_types", "refunds_failed,false,1", "refunds_failed,false,0"),
        ("accounts", "processor_fees,revenue", "processor_fees,liability"),
        ("rejection_reasons", "the restaurant is closed", "the restaurant has closed"),
    ],
)
def test_a_row_that_changes_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, old: str, new: str
) -> None:
    shutil.copytree(events_doc.ROOT / "db" / "reference", tmp_path / "db" / "reference")
    shutil.copy(events_doc.ROOT / "db" / "ERRORS.md", tmp_path / "db")
    path = tmp_path / "db" / "reference" / f"{file}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(events_doc, "ROOT", tmp_path)
    assert events_doc.written(TEXT) != TEXT


def test_a_table_that_is_missing_or_unknown_is_told() -> None:
    with pytest.raises(ValueError, match="the page has the tables"):
        events_doc.written(TEXT.replace("<!-- table: refund -->", ""))
    with pytest.raises(ValueError, match="the page has the tables"):
        events_doc.written(TEXT.replace("<!-- table: refund -->", "<!-- table: refunds -->"))
