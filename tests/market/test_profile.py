"""Profiles: strict in the file and in the paper, and counting only by the chain (SPEC.md 15.2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.market.papers import CHAIN, REGISTRY, account
from tests.scripts.typed import Terminal
from tests.support import ROOT
from workpact.chain import playground
from workpact.market.errors import BadPaper
from workpact.market.paper import Paper
from workpact.market.place import market_place
from workpact.market.profile import BadProfile, Profile, load_profile
from workpact.market.registry import NoProfile, OlderProfile, ProfileMissing, Profiles, WrongProfileVersion
from workpact.preflight import ForeignSignature, SignatureMissing
from workpact.signing import sign
from workpact.terms.errors import SeveralErrors, TermsError

WRITTEN = """\
apiVersion: workpact/v1
kind: Profile
metadata:
  title: Ada & Søn < support
spec:
  timezone: Europe/Berlin
  about: |
    We answer telephones.
    Also at night.
  services: [telephone support, payroll]
  skills: [German, "C++"]
  languages: [de, pt-BR]
  countries: [DE, PT]
  availableFrom: 2026-12-01
  atOnce: 3
  links:
    - site: https://example.org/ada
      proof: https://example.org/ada/address.txt
"""


@pytest.fixture
def written(tmp_path):
    def write(*edits):
        text = WRITTEN
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "profile.yaml"
        path.write_text(text)
        return path

    return write


def paper_of(body, number=1):
    return Paper.signed(account(number), "profile", body, CHAIN, REGISTRY)


def test_file__becomes_the_body_of_a_paper(written):
    body = load_profile(written())
    assert body == {
        "title": "Ada & Søn < support",
        "about": "We answer telephones.\nAlso at night.",
        "services": ["telephone support", "payroll"],
        "skills": ["German", "C++"],
        "languages": ["de", "pt-BR"],
        "countries": ["DE", "PT"],
        "timezone": "Europe/Berlin",
        "availableFrom": "1796079600",  # the first midnight of December in Berlin
        "atOnce": "3",
        "links": [{"site": "https://example.org/ada", "proof": "https://example.org/ada/address.txt"}],
    }
    profile = Profile.of(paper_of(body))
    assert (profile.account, profile.available_from, profile.at_once) == (account(1).address, 1796079600, 3)
    assert profile.to_json() == {"account": profile.account, "id": profile.paper.id, **body}


def test_document__its_example_is_a_profile(tmp_path):
    (example,) = re.findall(r"```yaml profile\n(.+?)```", (ROOT / "docs" / "market-papers.md").read_text(), re.DOTALL)
    (tmp_path / "profile.yaml").write_text(example)
    profile = Profile.of(paper_of(load_profile(tmp_path / "profile.yaml")))
    assert (profile.body.title, profile.at_once, profile.available_from) == ("Ada Support", 3, 1796079600)


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("Ada & Søn < support", "Ada <script>alert(1)</script>", "4: metadata.title", "has HTML at '<s'"),
        ("Ada & Søn < support", '"Ada </b"', "4: metadata.title", "has HTML at '</'"),
        ("Ada & Søn < support", '"Ada <!--"', "4: metadata.title", "has HTML at '<!'"),
        ("Ada & Søn < support", r'"\e[2J"', "4: metadata.title", "has control characters"),
        ("Ada & Søn < support", r'"a\u202eb"', "4: metadata.title", "has control characters"),
        ("Ada & Søn < support", "x" * 121, "4: metadata.title", "has 121 characters → write at most 120"),
        ("    We answer", "    <img src=x> We answer", "7: spec.about", "has HTML at '<i'"),
        ('"C++"', "<b>", "11: spec.skills", "has HTML at '<b'"),
        ('"C++"', "german", "11: spec.skills", "has an entry twice"),
        ('"C++"', ", ".join(f"s{each}" for each in range(50)), "11: spec.skills", "has 51 entries"),
        ("pt-BR", "Portuguese please", "12: spec.languages", "is no language tag"),
        ("[DE, PT]", "[Germany]", "13: spec.countries", "is no country"),
        ("2026-12-01", "tomorrow", "14: spec.availableFrom", "tomorrow"),
        ("2026-12-01", "1492-10-12", "14: spec.availableFrom", "is before 1970"),
        ("atOnce: 3", "atOnce: 3.5", "15: spec.atOnce", "is not a whole number"),
        ("atOnce: 3", "atOnce: 10001", "15: spec.atOnce", "is out of bounds"),
        ("atOnce: 3", "price: 3", "15: spec.price", "there is no 'price' here"),
        ("Europe/Berlin", "Berlin", "6: spec.timezone", "is not a time zone"),
        ("https://example.org/ada\n", "javascript:alert(1)\n", "17: spec.links[0].site", "is no https address"),
        ("https://example.org/ada\n", "https://a@example.org/\n", "17: spec.links[0].site", "is no https address"),
        ("https://example.org/ada\n", "https://exämple.org/\n", "17: spec.links[0].site", "is no https address"),
        ("kind: Profile", "kind: Agreement", "2: kind", "is not known here → write 'Profile'"),
        ("kind: Profile", "kind: Profile\nkind: Profile", "3: kind", "is there twice"),
        ("metadata:", "<<: *x\nmetadata:", "3", "not YAML"),
        ("  title:", "  title: &a", "4: metadata.title", "uses the anchor &a"),
    ],
)
def test_file__says_where_and_what_is_wrong(written, old, new, where, why):
    path = written((old, new))
    with pytest.raises(TermsError) as told:
        load_profile(path)
    assert f"{path}:{where}" in str(told.value)
    assert why in str(told.value)


def test_file__all_mistakes_at_once_and_no_file(written, tmp_path):
    with pytest.raises(SeveralErrors) as told:
        load_profile(written(("[DE, PT]", "[Germany]"), ("atOnce: 3", "")))
    assert [error.field for error in told.value.errors] == ["spec.countries[0]", "spec.atOnce"]
    with pytest.raises(TermsError, match="cannot be read"):
        load_profile(tmp_path / "nothing.yaml")
    (tmp_path / "latin.yaml").write_bytes("Søn".encode("latin-1"))
    with pytest.raises(TermsError, match="name a UTF-8 file"):
        load_profile(tmp_path / "latin.yaml")
    (tmp_path / "two.yaml").write_text("a: b\n---\na: b\n")
    with pytest.raises(TermsError, match="is no single document"):
        load_profile(tmp_path / "two.yaml")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": "<script>"}, "is wrong at title: has HTML"),
        ({"about": "x <iframe src=y>"}, "is wrong at about: has HTML"),
        ({"title": ["x"]}, "is wrong at title: a list where one value goes"),
        ({"atOnce": "-1"}, "is wrong at atOnce"),
        ({"availableFrom": "9" * 20}, "is wrong at availableFrom: .* is out of bounds"),
        ({"more": "x"}, "is wrong at more"),
        ({"links": [{"site": "https://x.org", "proof": "http://x.org"}]}, "is wrong at links.0.proof"),
        ({"timezone": "../../etc/passwd"}, "is wrong at timezone"),
    ],
)
def test_paper__of_somebody_else_is_read_as_strictly(written, changes, why):
    with pytest.raises(BadProfile, match=why):
        Profile.of(paper_of(load_profile(written()) | changes))


def test_paper__with_terminal_escapes_or_turned_text_is_none(written):
    for text in ("\x1b]0;x\x07", "\x9b2J", "\u2066x", "\u200f"):
        with pytest.raises(BadPaper, match="control or invisible character"):
            paper_of(load_profile(written()) | {"title": text})
    with pytest.raises(BadProfile, match="is a request, no profile"):
        Profile.of(Paper.signed(account(1), "request", {}, CHAIN, REGISTRY))


# On chain


@pytest.fixture
def registry(deploy, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return Profiles(deploy("TalentRegistry"))


@pytest.fixture
def own(registry, contractor, written):
    """A profile of the contractor by the number of agreements at a time."""

    def make(at_once):
        body = load_profile(written(("atOnce: 3", f"atOnce: {at_once}")))
        return Paper.signed(contractor, "profile", body, CHAIN, registry.contract.address)

    return make


def test_set__by_the_account_and_read_from_a_place(registry, own, contractor, tmp_path):
    place, paper = market_place(str(tmp_path / "place")), own(3)
    with pytest.raises(NoProfile, match=r"has no profile\."):
        registry.of(contractor.address, place)
    place.lay(paper)
    sent = registry.set(contractor.address, 1, paper.content, sender=contractor)
    (event,) = sent.events
    assert (event.event_name, event.account, event.version, event.content) == (
        "ProfileSet",
        contractor.address,
        1,
        paper.content,
    )
    assert registry.of(contractor.address, place).paper == paper

    registry.set(contractor.address, 2, bytes(32), sender=contractor)
    with pytest.raises(NoProfile, match="has no profile any more"):
        registry.of(contractor.address, place)


def test_set__by_a_carrier_with_the_accounts_signature_alone(registry, own, contractor, carrier, stranger):
    paper = own(3)
    signature = registry.consent(contractor.address, 1, paper.content).sign(contractor)
    with pytest.raises(SignatureMissing, match="has not signed"):
        registry.set(contractor.address, 1, paper.content, sender=carrier)
    with pytest.raises(ForeignSignature, match="for this message it would be that of 0x"):
        registry.set(contractor.address, 1, own(4).content, signature=signature, sender=carrier)
    forged = sign(stranger, registry.consent(contractor.address, 1, paper.content).typed_data)
    with pytest.raises(ForeignSignature, match=f"that of {stranger.address}"):
        registry.set(contractor.address, 1, paper.content, signature=forged, sender=carrier)
    registry.set(contractor.address, 1, paper.content, signature=signature, sender=carrier)
    counted = registry.counted(contractor.address)
    assert (counted.version, counted.content, counted.id) == (1, paper.content, paper.id)
    with pytest.raises(WrongProfileVersion, match="has version 1 of its profile: the next is 2, not 1"):
        registry.set(contractor.address, 1, paper.content, signature=signature, sender=carrier)


def test_read__a_place_that_hides_the_newest_profile_is_named(registry, own, contractor, tmp_path):
    lying, empty = market_place(str(tmp_path / "lying")), market_place(str(tmp_path / "empty"))
    old, new = own(3), own(0)
    lying.lay(old)
    registry.set(contractor.address, 1, old.content, sender=contractor)
    registry.set(contractor.address, 2, new.content, sender=contractor)
    with pytest.raises(OlderProfile, match=f"and not version 2, {new.id}, the one that counts"):
        registry.of(contractor.address, lying)
    with pytest.raises(ProfileMissing, match=f"does not have the profile of {contractor.address}, {new.id}"):
        registry.of(contractor.address, empty)
    lying.lay(new)
    assert registry.of(contractor.address, lying).at_once == 0


def test_read__a_profile_for_another_registry_does_not_count(registry, contractor, written, tmp_path):
    place = market_place(str(tmp_path / "place"))
    paper = Paper.signed(contractor, "profile", load_profile(written()), CHAIN, REGISTRY)
    place.lay(paper)
    registry.set(contractor.address, 1, paper.content, sender=contractor)
    with pytest.raises(BadProfile, match=f"was signed for chain 31337 and the registry {REGISTRY}"):
        registry.of(contractor.address, place)


# Typed


class Desk(Terminal):
    """The deployed registry, a folder as the place, and profile.yaml."""

    def __init__(self, folder: Path, monkeypatch) -> None:
        super().__init__({"contractor": 1, "carrier": 7}, monkeypatch)
        monkeypatch.setenv("WORKPACT_MARKET", str(folder / "place"))
        self.registry = playground.deploy()["TalentRegistry"]
        self.file = str(folder / "profile.yaml")
        Path(self.file).write_text(WRITTEN)


@pytest.fixture
def desk(tmp_path, monkeypatch, registry):  # noqa: ARG001 - its folders
    return Desk(tmp_path, monkeypatch)


def test_command__sets_once_shows_what_counts_and_can_be_run_again(desk, contractor):
    first = desk.json("market", "profile", desk.file, account="contractor")
    paper = market_place(first["place"]).papers("profile")[0]
    assert first == {
        "account": contractor.address,
        "id": paper.id,
        **paper.body,
        "content": "0x" + paper.content.hex(),
        "version": 1,
        "place": first["place"],
        "counts": True,
        "sent": True,
        "transaction": first["transaction"],
    }
    assert bytes(desk.registry.profileOf(contractor).content) == paper.content
    again = desk.json("market", "profile", desk.file, account="contractor")
    assert again == first | {"sent": False, "transaction": None}

    shown = desk.text("market", "profile", "--of", contractor.address)
    assert shown == (
        "Ada & Søn < support\n"
        f"account       {contractor.address}\n"
        f"profile       {paper.id}\n"
        "services      telephone support, payroll\n"
        "skills        German, C++\n"
        "languages     de, pt-BR\n"
        "countries     DE, PT\n"
        "from          2026-12-01 (Europe/Berlin), 3 agreements at a time\n"
        "says to be    https://example.org/ada: true if https://example.org/ada/address.txt names the account\n"
        "\n"
        "We answer telephones.\nAlso at night.\n"
    )


def test_command__a_carrier_sends_what_the_account_signed(desk, contractor, tmp_path):
    signature = str(tmp_path / "profile.sig")
    signed = desk.json("market", "profile", desk.file, "--output", signature, account="contractor")
    assert (signed["version"], bytes(desk.registry.profileOf(contractor).content)) == (1, bytes(32))
    assert "has no profile" in desk.fails("market", "profile", "--of", contractor.address)

    carry = ("market", "profile", "--of", contractor.address, "--signature", signature)
    before = contractor.nonce
    assert desk.json(*carry, account="carrier")["counts"]
    assert (contractor.nonce, desk.registry.profileOf(contractor).version) == (before, 1)
    assert desk.json(*carry, account="carrier")["sent"] is False

    Path(desk.file).write_text(WRITTEN.replace("atOnce: 3", "atOnce: 1"))
    desk.json("market", "profile", desk.file, account="contractor")
    assert "is of none of the 2 profiles" in desk.fails(*carry, account="carrier")


def test_command__names_what_is_missing(desk, contractor):
    for arguments in ((), (desk.file, "--of", contractor.address), (desk.file, "--signature", "0x00")):
        done = desk.run("market", "profile", *arguments)
        assert done.exit_code == 2
        assert "Name a FILE to set a profile" in done.stderr
    Path(desk.file).write_text(WRITTEN.replace("German", "<script>"))
    assert "profile.yaml:11: spec.skills[0]: has HTML" in desk.fails(
        "market", "profile", desk.file, account="contractor"
    )
    assert desk.registry.profileOf(contractor).version == 0
