"""The user's books in a report: what `audit match` found, of this record alone (SPEC.md 13.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.audit.life import Life


@pytest.fixture
def life(tmp_path, monkeypatch, chain) -> Life:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    made = Life(tmp_path / "life", monkeypatch)
    made.play()
    return made


def test_match__is_shown_where_it_is_of_this_record(life):
    named = (life.file, "--document", life.amended)
    sheet, told = life.folder / "books.csv", life.folder / "match.json"
    life.json("audit", "books", *named, "--format", "quickbooks", "--output", str(sheet))
    files = {form: life.folder / f"report.{form}" for form in ("json", "html", "pdf")}

    def reported(books: Any, *of: str) -> dict[str, Any]:
        told.write_text(json.dumps(books))
        for file in files.values():
            life.json("audit", "report", *(of or named), "--match", str(told), "--output", str(file))
        return dict(json.loads(files["json"].read_bytes()))

    def refused(books: Any) -> str:
        told.write_text(books if isinstance(books, str) else json.dumps(books))
        return life.fails("audit", "report", *named, "--match", str(told), "--output", str(files["html"]))

    clean = json.loads(life.run("audit", "match", life.file, str(sheet), *named[1:], "--json").stdout)
    assert (clean["findings"], len(clean["matches"])) == ([], len(clean["payments"]))
    value = reported(clean)
    assert value["missing"] == []
    assert [each["source"] for each in value["books"]["lines"]] == [
        each["source"].removeprefix(f"{life.folder}/") for each in clean["lines"]
    ]
    assert str(life.folder) not in files["json"].read_text() + files["html"].read_text()
    assert "Nothing is left over." in files["html"].read_text()

    lines = sheet.read_text().splitlines(keepends=True)
    sheet.write_text("".join(lines[:-1]))
    done = life.run("audit", "match", life.file, str(sheet), *named[1:], "--json")
    assert done.exit_code == 1
    short = json.loads(done.stdout)
    assert len(reported(short)["books"]["findings"]) == len(short["findings"]) == 1
    page = files["html"].read_text()
    assert "1 finding" in page
    assert short["findings"][0]["what"] in page

    before = page
    assert "Give what `ape run audit match … --json` wrote." in refused("no JSON")
    assert "findings: Field required" in refused({name: each for name, each in short.items() if name != "findings"})
    assert "payments.0.timestamp: Input should be a valid integer" in refused(
        short | {"payments": [short["payments"][0] | {"timestamp": "now"}]}
    )
    pair = short["matches"][0] | {"lines": [99]}
    assert "names a line or a payment that it does not have" in refused(short | {"matches": [pair]})
    foreign = short["payments"][0] | {"transaction": "0x" + 64 * "a"}
    others = [foreign, *short["payments"][1:]]
    assert f"0x{64 * 'a'}, which is not in this record" in refused(short | {"payments": others})
    assert files["html"].read_text() == before
