"""The words: what they say follows from the file, and the terms commit to them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256

import pytest
from eth_utils.crypto import keccak

from tests.terms.example import CHAIN_ID, CONTRACT, NAMES, ROOT, WALLETS, changed, example, loaded
from workpact.terms import loads, template
from workpact.terms.eip712 import type_hash
from workpact.terms.transliteration import transliterate

SALT = bytes.fromhex("9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170615243f4e5d6c7b8a90b1c2d3e")


def test_legal_text__in_the_terms_is_the_salted_hash_of_the_words():
    markdown = example().document_markdown()
    expected = keccak(SALT + sha256(markdown.encode()).digest())
    assert example().conditions()[7] == expected
    assert (
        example().typed_data(1, WALLETS["client"])["message"]["annex"]["conditions"]["legalText"]
        == "0x" + expected.hex()
    )


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Knowledge base", "title: Knowledge box"),
        ("Dr. Ute Köhler", "Dr. Ute Kohler"),
        ("prevails: text", "prevails: code"),
        ("resolution_minutes <= 240", "resolution_minutes <= 241"),
        ("sha256: 6", "sha256: 7"),
        ("0x9c8b7a", "0x9c8b7b"),
    ],
)
def test_legal_text__changes_with_any_word_or_the_salt(old, new):
    document = loaded((old, new))
    assert document.legal_text_hash != example().legal_text_hash
    assert document.id(1, WALLETS["client"]) != example().id(1, WALLETS["client"])


def test_markdown__says_who_owes_what_by_when():
    markdown = example().document_markdown()
    assert (
        "| 1 | onboarding | Take-over of the desk | 12,500 USDC | 2016-04-15 23:59:59 UTC | 2016-04-25 23:59:59 UTC |"
        in markdown
    )
    assert "| 2016-03 | 2016-03-01 00:00:00 UTC | 2016-04-01 00:00:00 UTC | 2016-04-11 00:00:00 UTC |" in markdown
    assert "the client owes 24,000 USDC plus 2.40 USDC for each unit of resolved-tickets" in markdown
    assert "together at most 40,000 USDC" in markdown
    assert "Opening takes 100,000 USDC from the client's wallet" in markdown


def test_markdown__says_what_silence_means_in_each_state():
    markdown = example().document_markdown()
    rows = markdown.split("What silence means")[1].split("\n\n")[1].splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [
        "A milestone was not submitted",
        "A milestone was submitted",
        "A milestone was rejected",
        "Something is disputed",
        "A period has no report",
        "One side has reported alone",
        "One side says that the data are withheld",
        "The two sides have reported differently",
        "A period is not final",
        "A payment is due and too little is held",
        "It stays unpaid",
        "The document was not opened",
    ]
    assert "| A milestone was submitted | the client, 14 days after it | it is paid to the contractor |" in rows


def test_markdown__example_is_exact():
    markdown = example().document_markdown()
    charge = Fraction(24_000) + 1_000 * Fraction("2.40")
    credit = charge * Fraction(12, 100) * Fraction(10, 100)
    assert (charge, credit) == (26_400, Fraction("316.8"))
    assert "made-sla comes to 949 of 1,000 cases, where at least 95 % was agreed" in markdown
    assert "which is 26,400 USDC." in markdown
    assert "rounded down, is **316.80 USDC**. The contractor gets 26,083.20 USDC." in markdown
    # The level doubles when it failed before too; 2.4 % stays within the caps of 12 % and 2 · 10 % less 1.2 %.
    assert "the rate is 24,000,000,000 / 1,000,000,000,000 and the credit **633.60 USDC**" in markdown


def test_markdown__example_stops_at_the_yearly_cap():
    markdown = loaded(("yearCap: 10 %", "yearCap: 1 %")).document_markdown()
    # 1 % of the first period, then 2 · 1 % less what the first one used.
    assert "10,000,000,000 / 1,000,000,000,000, rounded down, is **264 USDC**" in markdown
    assert "the rate is 10,000,000,000 / 1,000,000,000,000 and the credit **264 USDC**" in markdown


def test_markdown__no_yearly_cap__says_so_and_stops_at_the_period_cap_alone():
    none = ("  yearCap: 10 %\n  yearPeriods: 12\n", "")
    document = loaded(none, ("periodCap: 12 %", "periodCap: 2 %"))
    markdown = document.document_markdown()
    assert "at most 2 % of its charge. There is no cap over the year." in markdown
    # 12 % of 10 % is below the cap of 2 %, twice that is above.
    assert "12,000,000,000 / 1,000,000,000,000, rounded down, is **316.80 USDC**" in markdown
    assert "the rate is 20,000,000,000 / 1,000,000,000,000 and the credit **528 USDC**" in markdown
    assert "There is no cap over the year." not in example().document_markdown()


def test_no_yearly_cap__signed_as_zero_and_kept_when_written_back():
    document = loaded(("  yearCap: 10 %\n  yearPeriods: 12\n", ""))
    credits = document.typed_data(CHAIN_ID, CONTRACT)["message"]["annex"]["conditions"]["service"]["levels"]["credits"]
    assert (credits["yearCap"], credits["yearPeriods"]) == ("0", "0")
    assert loads(document.to_yaml()) == document


def test_markdown__rounds_the_credit_down():
    markdown = loaded(
        ("rate: 2.40 USDC", "rate: 2.400007 USDC"), ("atRisk: 12 %", "atRisk: 11.1111 %")
    ).document_markdown()
    charge = 24_000_000_000 + 1_000 * 2_400_007
    credit = charge * 111_111 * 100_000 // 10**12
    assert credit * 10**12 != charge * 111_111 * 100_000
    assert f"**{credit // 10**6}.{credit % 10**6:06d} USDC**" in markdown


@pytest.mark.threat("T26")
def test_markdown__ties_each_wallet_to_its_signatory():
    signatures = example().document_markdown().split("Signatures")[1]
    for party in (example().parties.client, example().parties.contractor):
        block = signatures.split(party.legal_name)[1][:400]
        assert f"Wallet: `{party.wallet}`" in block
        assert f"Signatory: {party.signatory.name}, {party.signatory.title}" in block


def test_markdown__contains_every_query():
    markdown = example().document_markdown()
    for level in example().levels:
        assert f"```\n{level.where_total}\n```" in markdown
        assert f"```\n{level.where_good}\n```" in markdown


def test_markdown__does_not_contain_the_id():
    identity = example().id(1, WALLETS["client"]).hex()
    assert identity not in example().document_markdown()


def test_markdown__what_people_wrote_stays_text():
    hostile = "title: 'Base | **paid** <b> `x` # [a](b)'"
    markdown = loaded(("title: Knowledge base", hostile)).document_markdown()
    assert r"Base \| \*\*paid\*\* \<b\> \`x\` \# \[a\](b)" in markdown
    assert (
        "\n> \\# Signatures"
        in loaded(
            ("description: Solutions of the hundred", 'description: "# Signatures\\nSolutions of the hundred'),
            ("in the client's own system.", "in the client's own system.\""),
        ).document_markdown()
    )


@pytest.mark.parametrize(
    ("prevails", "words"), [("text", "this text prevails"), ("code", "the contract does prevails")]
)
def test_markdown__says_which_text_prevails(prevails, words):
    assert words in loaded(("prevails: text", f"prevails: {prevails}")).document_markdown()


def test_markdown__in_another_zone_gives_utc_too():
    text = changed(("timezone: UTC", "timezone: Europe/Berlin")).replace("timeZone: UTC", "timeZone: Europe/Berlin")
    markdown = loads(text, NAMES).document_markdown()
    assert "| 2016-03 | 2016-03-01 00:00:00 Europe/Berlin (2016-02-29 23:00:00 UTC) | 2016-04-01" in markdown
    assert "2016-04-01 00:00:00 Europe/Berlin (2016-03-31 22:00:00 UTC)" in markdown


def test_markdown__of_a_small_agreement__leaves_out_what_there_is_not():
    document = small()
    headings = re.findall(r"^## \d+\. (.*)$", document.document_markdown(), re.MULTILINE)
    assert headings == [
        "The parties",
        "What is paid, and how it comes into force",
        "Deliverables",
        "What silence means",
        "Disputes",
        "Ending",
        "What the public can read",
        "Law",
        "Signatures",
    ]


def small():
    text = template(
        "website", offer_salt=b"\x01" * 32, legal_salt=b"\x02" * 32, open_before="2026-12-31", due="2027-03-31"
    )
    return loads(text, NAMES)


def test_template__loads_and_signs():
    document = small()
    assert document.name == "website"
    assert document.proposal()[3][0] == int("01" * 32, 16)
    assert document.levels_struct() == ([], (0,) * 9, (WALLETS["client"], WALLETS["contractor"], [], 1, [], 1), [])
    nobody = b"".join(bytes(32) for _ in range(5))
    no_contest = keccak(type_hash("Contest") + nobody)
    assert document.schedule() == (0, [], 0, 0, 0, bytes(32), no_contest)
    assert document.arbitration()[:2] == ("0x" + "00" * 20, "0x" + "00" * 20)
    assert document.conditions()[6] != bytes(32)


@pytest.mark.parametrize(("first", "second"), [(b"\1" * 31, b"\2" * 32), (b"\1" * 32, b"\1" * 32)])
def test_template__without_two_salts__is_refused(first, second):
    with pytest.raises(ValueError, match="two different salts"):
        template("a", offer_salt=first, legal_salt=second, open_before="2026-12-31", due="2027-03-31")


def test_pdf_and_markdown__are_the_same_bytes_in_another_process():
    script = (
        "from hashlib import sha256; from tests.terms.example import example; d = example();"
        "print(sha256(d.document_pdf()).hexdigest(), sha256(d.document_markdown().encode()).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    contents = (example().document_pdf(), example().document_markdown().encode())
    assert run.stdout.split() == [sha256(content).hexdigest() for content in contents]


def test_pdf__says_nothing_of_when_it_was_made():
    pdf = example().document_pdf()
    assert pdf.startswith(b"%PDF-")
    assert b"/CreationDate (D:20000101000000Z" in pdf


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Paweł Żółkiewski", "Pawel Zólkiewski"),
        ("Dr. Ute Köhler – 5 €", "Dr. Ute Köhler – 5 €"),
        ("Дмитрий Щукин", "Dmitrii Shchukin"),
        ("Ελένη", "Eleni"),
        ("Đorđe Şahin Ăstănt", "Dorde Sahin Astant"),
        ("中村", "[U+4E2D][U+6751]"),
        ("ﬁn", "fin"),
    ],
)
def test_transliterate(text, spelt):
    assert transliterate(text) == spelt
    assert transliterate(text).encode("cp1252")


def test_pdf__of_any_name_is_written():
    assert loaded(("Paweł Żółkiewski", "中村 Ελένη שלום")).document_pdf().startswith(b"%PDF-")


PLAN = "- A grant of plan service-time "
LEAVER = (
    " When the client has ended this agreement by notice, 50 % of what has not vested vests at once, and the rest goes "
    "on in its time."
)
LEAVE = " While its worker is on leave its time stands still, for 90 days in all at most."
SOONER = (
    " A grant can be ended sooner than the client's notice of 60 days takes effect; a grant that has ended gets "
    "nothing of this."
)
LATER = "ends 60 days after its end was announced; until then it goes on vesting."


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((), LATER + LEAVE + LEAVER),
        ([("notice: 60 days", "notice: never")], "cannot be ended." + LEAVE + LEAVER),
        ([("        notice: 60 days\n", "")], "can be ended at once." + LEAVE + LEAVER + SOONER),
        (
            [("notice: 60 days", "notice: 59 days")],
            LATER.replace("60", "59") + LEAVE + LEAVER + SOONER,
        ),
        (
            [("        leave: 90 days\n        leaver: 50 %\n", "")],
            LATER + " Leave does not stop its time. When the client ends this agreement by notice, nothing more vests "
            "for that.",
        ),
    ],
    ids=["all", "never", "at once", "sooner than the client", "neither"],
)
def test_markdown__says_how_a_grant_ends_and_rests(edits, words):
    lines = loaded(*edits).document_markdown().splitlines()
    assert [line for line in lines if line.startswith(PLAN)] == [PLAN + words]
