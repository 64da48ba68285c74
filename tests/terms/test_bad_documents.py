"""What no single value shows is refused too: periods, logs, names and files that do not fit each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terms.example import CONTRACTS, FILE, NAMES, TEXT, TOKEN, WALLETS, address, changed, example, line_of, loaded
from workpact.terms import AgreementDocument, Names, TermsError, errors, load, loads, template

LISTED = (
    "start: 2016-03-01\n    periods:\n      - {name: early, end: 2016-03-20}\n      - {name: late, end: 2016-03-19}"
)


def test_periods_out_of_order__are_refused():
    text = changed(("monthly: {from: 2016-03, to: 2017-02}", LISTED), ("total: 500,000 USDC", "total: 100,000 USDC"))
    with pytest.raises(errors.BadPeriods) as caught:
        loads(text, NAMES)
    assert caught.value.field == "spec.service.periods[1].end"
    assert caught.value.line == line_of(text, "name: late")


def test_period_that_overlaps_by_a_second__is_refused():
    listed = LISTED.replace("2016-03-19", '"2016-03-21 00:00"')
    with pytest.raises(errors.BadPeriods, match="late ends when it starts"):
        loaded(("monthly: {from: 2016-03, to: 2017-02}", listed))


def test_two_logs__are_refused_before_anybody_signs():
    """A report measures one log (8.9): what reads another could never be reported."""
    start = TEXT.index("apiVersion: openslo/v1\nkind: DataSource")
    source = TEXT[start : TEXT.index("---", start)]
    two = TEXT.replace(source, source + "---\n" + source.replace("incident-log", "phone-log"))
    assert loads(two, NAMES).levels == example().levels

    at = two.index("metricSourceRef: incident-log", two.rindex("kind: SLO"))
    one_reads_another = two[:at] + two[at:].replace("incident-log", "phone-log", 1)
    with pytest.raises(errors.BadLevel, match="others read 'incident-log'") as caught:
        loads(one_reads_another, NAMES)
    assert caught.value.line == one_reads_another[:at].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("amount: 12,500 USDC", f"amount: {'9' * 5_000} USDC", errors.BadMoney),
        ("amount: 12,500 USDC", f"amount: 1.{'0' * 5_000} USDC", errors.BadMoney),
        ("split: 50 %", f"split: {'9' * 5_000} %", errors.BadShare),
        ("split: 50 %", f"split: {'9' * 5_000} ppm", errors.BadShare),
        ("target: 0.95", f"target: 0.{'9' * 5_000}", errors.BadShare),
        ("minimumSample: 20", f"minimumSample: 1{',000' * 2_000}", errors.BadValue),
        ("minimumSample: 20", f"minimumSample: 1{',000' * 30}", errors.BadValue),
        ("cure: 14 days", f"cure: {'9' * 5_000}m", errors.BadDuration),
    ],
    ids=["money", "decimals", "share", "ppm", "ratio", "count", "beyond a word", "months"],
)
def test_number_that_nobody_means__is_refused_for_what_it_is(old, new, kind):
    with pytest.raises(TermsError) as caught:
        loaded((old, new))
    assert type(caught.value) is kind
    assert caught.value.advice.startswith("write ")


def test_both_forms_of_periods__are_refused():
    with pytest.raises(errors.BadPeriods, match="needs monthly, or start and periods"):
        loaded(("monthly:", "start: 2016-03-01\n    monthly:"))


def test_levels_without_credit__are_refused():
    text = changed()[: changed().rindex("---")]
    with pytest.raises(errors.BadLevel, match="has no ServiceCredit"):
        loads(text, NAMES)


def test_level_that_is_not_credited__is_refused():
    start = TEXT.index("    - slo: net-resolved-in-target-p4")
    with pytest.raises(errors.BadLevel) as caught:
        loads(TEXT[:start], NAMES)
    assert caught.value.field == "metadata.name"
    assert caught.value.line == line_of(TEXT, "metadata: {name: net-resolved-in-target-p4}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "a: [1\n",
        "kind: Agreement\n",
        "- 1\n",
        "apiVersion: {a: 1}\nkind: [2]\n",
        "a:\tb: c\n",
        "\x00",
    ],
)
def test_no_agreement__is_refused(text):
    with pytest.raises(errors.YamlError):
        loads(text)


def test_nested_without_end__is_refused():
    with pytest.raises(errors.YamlError, match="nested too deeply"):
        loads("[" * 5_000)


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_date_that_no_clock_shows__is_refused(text):
    with pytest.raises(errors.BadDate, match="before 1970 or after 9998"):
        loaded(("due: 2016-04-15", f"due: {text}"))


SMALL = template("fuzz", offer_salt=b"\x01" * 32, legal_salt=b"\x02" * 32, open_before="2026-12-31", due="2027-03-31")
PIECES = [
    "",
    "0",
    "-1",
    "1e5",
    "null",
    "[]",
    "{}",
    "'",
    '"',
    "|",
    "- a",
    "&x a",
    "*x",
    "!!int 3",
    "${client}",
    "\u202e",
    "\x00",
]


def outcome(text: str) -> AgreementDocument | TermsError:
    try:
        return loads(text, NAMES)
    except TermsError as error:
        return error


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 12), st.sampled_from(PIECES))
def test_any_damage__is_a_typed_error_or_a_document(start, length, piece):
    got = outcome(SMALL[:start] + piece + SMALL[start + length :])
    if isinstance(got, TermsError):
        assert got.file == "agreement"
        assert all(one.problem and one.advice for one in got.errors)
    else:
        assert loads(got.to_yaml()).to_yaml() == got.to_yaml()


def test_agreement_twice__is_refused():
    with pytest.raises(errors.YamlError, match="first document of a file is its one Agreement"):
        loads(TEXT + "---\n" + TEXT, NAMES)


def test_file_that_is_not_there_or_no_text__is_refused(tmp_path):
    with pytest.raises(errors.YamlError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: Köhler".encode("latin-1"))
    with pytest.raises(errors.YamlError, match="cannot be read"):
        load(tmp_path / "latin.yaml")


def test_attachment_that_was_changed__is_refused(tmp_path):
    (tmp_path / "agreement.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "service-description.md").write_text("another text", encoding="utf-8")
    with pytest.raises(errors.BadValue) as caught:
        load(tmp_path / "agreement.yaml")
    assert caught.value.field == "spec.legal.attachments[0].sha256"
    assert caught.value.line == line_of(TEXT, "path: service-description.md")


def test_names_without_an_address__are_told_when_needed():
    document = load(FILE, wallets={"client": WALLETS["client"]}, contracts=CONTRACTS)
    assert document.unresolved == (
        "USDC", "client-operator", "client-reporter", "contractor", "contractor-operator", "contractor-reporter",
        "arbiter", "backup",
    )  # fmt: skip
    complete = load(FILE, wallets={k: v for k, v in WALLETS.items() if k != "backup"}, contracts=CONTRACTS, token=TOKEN)
    for needs in (complete.service_hash, complete.terms, complete.document_markdown, lambda: complete.plan(0)):
        with pytest.raises(errors.UnresolvedName) as caught:
            needs()
        assert (caught.value.line, caught.value.field) == (line_of(TEXT, "${backup}"), "backup")
        assert "'backup'" in caught.value.advice
    assert len(complete.levels) == 13
    assert complete.period("2016-03").index == 0


@pytest.mark.threat("T26")
def test_addresses_that_disagree__are_refused():
    other = address("other")
    with pytest.raises(errors.BadAddress, match="the token given is"):
        loads(changed(("decimals: 6}", f"decimals: 6, address: {TOKEN}}}")), Names(token=other))
    with pytest.raises(errors.BadAddress, match=r"^agreement: two addresses are given for 'USDC': .* → give one"):
        loads(TEXT, Names(tokens={"USDC": TOKEN}, token=other))
    by_chain = changed(("decimals: 6}", f'decimals: 6, addresses: {{"1": "{TOKEN}", "10": "{other}"}}}}'))
    assert loads(by_chain, Names(chain_id=10)).token.address == other
    with pytest.raises(errors.BadAddress, match="has none for chain 5"):
        loads(by_chain, Names(chain_id=5))


@pytest.mark.threat("T82")
@pytest.mark.parametrize("key", ["a5" * 32, "0x" + "a5" * 32, "0X" + "A5" * 32])
def test_key_where_an_address_belongs__is_not_repeated(key):
    for text, names in (
        (changed(("wallet: ${client}", f'wallet: "{key}"')), NAMES),
        (TEXT, Names(WALLETS | {"client": key}, CONTRACTS, token=TOKEN)),
    ):
        with pytest.raises(errors.BadAddress, match="it has the 64 hex digits of a private key") as caught:
            loads(text, names)
        assert "a5a5" not in str(caught.value).lower()
