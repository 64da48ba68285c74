"""The calls of a real log on PostgreSQL and Spark: every number of their reference."""

from __future__ import annotations

import csv

import pytest

from tests.measurement.desk import ALL, SECRET
from tests.real_logs.logs import BANK, bank
from tests.services.test_engines import to_postgres, to_spark
from workpact.measurement import measure


@pytest.fixture(scope="module")
def calls() -> tuple[list[str], list[list[str]]]:
    columns, *rows = csv.reader(BANK.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    return columns, rows


def test_calls__on_postgres__every_number(calls, postgres):
    to_postgres(postgres, "log", *calls)
    bank().check(measure(bank().definition(), postgres, ALL, SECRET))


def test_calls__on_spark__every_number(calls, spark, tmp_path):
    to_spark(spark, "log", *calls, tmp_path)
    bank().check(measure(bank().definition(), spark, ALL, SECRET))
