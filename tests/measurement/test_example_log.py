"""The generated log is what a service desk's log looks like, traps included."""

from collections import defaultdict
from itertools import pairwise

from tests.measurement import reference
from tests.measurement.desk import PRIORITIES, generator


def test_equal_seeds_give_equal_files_and_other_seeds_others(tmp_path):
    generate = generator().generate
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(tmp_path / f"{name}.csv.gz", seed, 4)
    first, same, other = ((tmp_path / f"{name}.csv.gz").read_bytes() for name in "abc")

    assert first == same
    assert first != other


def test_the_log_has_what_real_logs_have(tmp_path):
    path = tmp_path / "incidents.csv"
    count = generator().generate(path)
    rows, lines = reference.read(path)
    cases = defaultdict(list)
    for row in rows:
        cases[row["number"]].append(row)

    assert count == len(rows) == len(lines)
    assert len(rows[0]) == 36
    assert len(cases) == 480
    assert {row["priority"] for row in rows} == set(PRIORITIES.values())
    assert all(len(case) >= 3 for case in cases.values())
    assert sum(case[-1]["made_sla"] == "false" for case in cases.values()) > 10
    assert {row["incident_state"] for row in rows if row["made_sla"] == "false"} == {"Closed"}
    assert sum(case[-1]["resolved_at"] == "?" for case in cases.values()) > 10
    for case in cases.values():
        orders = [int(row["sys_mod_count"]) for row in case]
        assert orders == sorted(set(orders))
        assert case[-1]["incident_state"] == "Closed"

    backwards = 0
    for case in cases.values():
        moments = [reference.seconds(row["sys_updated_at"]) for row in case]
        backwards += sum(b < a for a, b in pairwise(moments))
    assert backwards == 1


def test_the_command_writes_the_file_it_is_given(tmp_path, capsys):
    path = tmp_path / "small.csv"

    generator().main([str(path), "--seed", "7", "--cases", "4"])

    rows, _ = reference.read(path)
    assert capsys.readouterr().out == f"{path}: {len(rows)} rows\n"
    assert len({row["number"] for row in rows}) == 48
