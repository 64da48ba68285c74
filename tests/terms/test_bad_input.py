"""Every bad input is refused with its kind, file, line and field, and says what to write."""

from __future__ import annotations

import pytest

from tests.terms.example import NAMES, TEXT, WALLETS, changed, line_of, loaded
from workpact.terms import SeveralErrors, TermsError, errors, loads

MISTYPED = WALLETS["client"][:-1] + ("2" if WALLETS["client"].endswith("1") else "1")
TOO_MUCH = f"{2**96 // 10**6}.{2**96 % 10**6:06d} USDC"
SLO_FIELD = "spec.indicator.spec.ratioMetric"

# What is replaced, by what; the kind of error; its field; a word of what it says to write.
CASES = {
    "unknown key": ("review:\n", "revue: 1\n  review:\n", errors.UnknownKey, "spec.revue", "review"),
    "unknown key deep": ("    cover: 2", "    coverage: 2\n    cover: 2",
        errors.UnknownKey, "spec.billing.coverage", "cover"),
    "unknown key in list": ("      due: 2016-04-15", "      due: 2016-04-15\n      dew: 1", errors.UnknownKey,
                            "spec.milestones[0].dew", "due"),
    "missing key": ("    rejections: 2\n", "", errors.MissingField, "spec.review.rejections", "rejections"),
    "money without token": ("amount: 12,500 USDC", "amount: 12500",
        errors.BadMoney, "spec.milestones[0].amount", "USDC"),
    "money as float": ("amount: 12,500 USDC", "amount: 12500.5",
        errors.BadMoney, "spec.milestones[0].amount", "12,500 USDC"),
    "money in exponent form": ("fixed: 24,000 USDC", "fixed: 2.4e4", errors.BadMoney, "spec.billing.fixed", "USDC"),
    "money of another token": ("cap: 40,000 USDC", "cap: 40,000 EUR", errors.BadMoney, "spec.billing.cap", "USDC"),
    "money too fine": ("rate: 2.40 USDC", "rate: 2.4000001 USDC",
        errors.BadMoney, "spec.billing.prices[0].rate", "6 decimals"),
    "share as float": ("holdback: 5 %", "holdback: 0.05", errors.BadShare, "spec.review.holdback", "12 %"),
    "share beyond ppm": ("fee: 3 %", "fee: 3.00001 %", errors.BadShare, "spec.arbitration.fee", "4 decimals"),
    "1m for a month": ("period: 14 days", "period: 1m", errors.BadDuration, "spec.review.period", "30 days"),
    "duration without unit": ("grace: 10 days", "grace: 10", errors.BadDuration, "spec.review.grace", "days"),
    "missing time zone": ("  timezone: UTC\n", "", errors.MissingField, "spec.timezone", "timezone"),
    "unknown time zone": ("timezone: UTC", "timezone: Mars/Olympus", errors.BadDate, "spec.timezone", "IANA"),
    "date in another form": ("due: 2016-04-15", "due: 15.04.2016",
        errors.BadDate, "spec.milestones[0].due", "2026-12-31"),
    "no such day": ("due: 2016-06-30", "due: 2016-06-31", errors.BadDate, "spec.milestones[1].due", "2026-12-31"),
    "duplicate key": ("    cover: 2", "    cover: 2\n    cover: 3", errors.YamlError, "spec.billing.cover", "keep one"),
    "anchor": ("fixed: 24,000 USDC", "fixed: &fee 24,000 USDC",
        errors.YamlError, "spec.billing.fixed", "write the value out"),
    "merge key": ("    cover: 2", "    <<: {cover: 2}", errors.YamlError, "spec.billing", "write the values out"),
    "tag": ("cover: 2", "cover: !!python/name:os.system 2", errors.YamlError, "spec.billing.cover", "plain value"),
    "free text as name": ("- name: onboarding", "- name: Take-over of the desk", errors.BadName,
                          "spec.milestones[0].name", "a-z"),
    "free text as quantity": ("quantity: resolved-tickets", 'quantity: "Tickets, resolved"', errors.BadName,
                              "spec.billing.prices[0].quantity", "a-z"),
    "quantity averaged": ("spec: {where: \"resolved_at <> '?'\"}", "spec: {where: \"true\", average: reopen_count}",
                          errors.BadLevel, "spec.billing.prices[0].metricSource.spec.average", "leave average out"),
    "free text as worker token": ("tokenName: wisla-desk-share", "tokenName: Paweł's desk", errors.BadName,
                                  "spec.equity.tokenName", "a-z"),
    "line break in a title": ("title: Knowledge base", 'title: "Knowledge\\nbase"', errors.UnsafeText,
                              "spec.milestones[1].title", "one plain line"),
    "text direction changed": ("title: Knowledge base", 'title: "Knowledge \\u202e base"', errors.UnsafeText,
                               "spec.milestones[1].title", "plain line"),
    "name twice": ("- name: knowledge-base", "- name: onboarding",
        errors.BadName, "spec.milestones[1].name", "of its own"),
    "mistyped address": ("wallet: ${client}", f"wallet: {MISTYPED}",
                         errors.BadAddress, "spec.parties.client.wallet", "copy it again"),
    "short address": ("wallet: ${client}", "wallet: 0x1234", errors.BadAddress, "spec.parties.client.wallet", "40 hex"),
    "zero address": ("wallet: ${client}", "wallet: 0x" + "0" * 40,
        errors.BadAddress, "spec.parties.client.wallet", "40 hex"),
    "client is contractor": ("wallet: ${contractor}", "wallet: ${client}", errors.RoleConflict,
                             "spec.parties.contractor.wallet", "of its own"),
    "arbiter is a party": ('arbiter: {wallet: "${arbiter}"', 'arbiter: {wallet: "${client}"', errors.RoleConflict,
                           "spec.arbitration.arbiter.wallet", "of its own"),
    "backup is the arbiter": ('backup: {wallet: "${backup}"', 'backup: {wallet: "${arbiter}"', errors.RoleConflict,
                              "spec.arbitration.backup.wallet", "of its own"),
    "operator of both sides": ('operators: ["${contractor-operator}"]', 'operators: ["${client-operator}"]',
                               errors.RoleConflict, "spec.parties.contractor.operators[0]", "of its own"),
    "operator is the arbiter": ('operators: ["${client-operator}"]', 'operators: ["${arbiter}"]', errors.RoleConflict,
                                "spec.parties.client.operators[0]", "of its own"),
    "reporter is the other party": ('wallets: ["${client-reporter}"]', 'wallets: ["${contractor}"]',
        errors.RoleConflict, "spec.parties.client.reporters.wallets[0]", "of its own"),
    "reporter is its own party": ('wallets: ["${client-reporter}"]', 'wallets: ["${client}"]', errors.RoleConflict,
                                  "spec.parties.client.reporters.wallets[0]", "of its own"),
    "reporter is the backup": ('wallets: ["${contractor-reporter}"]', 'wallets: ["${backup}"]', errors.RoleConflict,
                               "spec.parties.contractor.reporters.wallets[0]", "of its own"),
    "reporter twice": ('wallets: ["${client-reporter}"]', 'wallets: ["${client-reporter}", "${client-reporter}"]',
                       errors.RoleConflict, "spec.parties.client.reporters.wallets[1]", "keep one"),
    "oracle is a party": ("oracle: ${SLAOracle}", "oracle: ${client}",
        errors.RoleConflict, "spec.billing.oracle", "of its own"),
    "quorum of nobody": ('["${client-reporter}"], quorum: 1', '["${client-reporter}"], quorum: 0', errors.BadValue,
                         "spec.parties.client.reporters.quorum", "1 to 1"),
    "quorum above": ('["${client-reporter}"], quorum: 1', '["${client-reporter}"], quorum: 2', errors.BadValue,
                     "spec.parties.client.reporters.quorum", "1 to 1"),
    "total": ("total: 500,000 USDC", "total: 500,000.01 USDC", errors.AmountMismatch, "spec.total", "500,000 USDC"),
    "fixed above cap": ("fixed: 24,000 USDC", "fixed: 40,000.000001 USDC",
        errors.AmountMismatch, "spec.billing.fixed", "cap"),
    "grants above pool": ("workers: 12", "workers: 15", errors.AmountMismatch, "spec.equity.grants", "grant less"),
    "amount zero": ("amount: 7,500 USDC", "amount: 0 USDC",
        errors.LimitExceeded, "spec.milestones[1].amount", "leave it out"),
    "amount of 2^96": ("deposit: 100,000 USDC", f"deposit: {TOO_MUCH}", errors.LimitExceeded,
                       "spec.offer.deposit", "at most"),
    "duration": ("window: 21 days", "window: 3651 days", errors.LimitExceeded, "spec.arbitration.window", "3,650 days"),
    "holdback": ("holdback: 5 %", "holdback: 20.0001 %", errors.LimitExceeded, "spec.review.holdback", "20 %"),
    "arbiter's fee": ("fee: 3 %", "fee: 21 %", errors.LimitExceeded, "spec.arbitration.fee", "20 %"),
    "split": ("split: 50 %", "split: 100.0001 %", errors.LimitExceeded, "spec.arbitration.split", "100 %"),
    "no review": ("period: 14 days", "period: 0 days", errors.BadValue, "spec.review.period", "1 day"),
    "holdback without date": ("    holdbackUntil: 2017-04-30\n", "",
        errors.MissingField, "spec.review.holdbackUntil", "date"),
    "months backwards": ("to: 2017-02", "to: 2016-02", errors.BadPeriods, "spec.service.monthly.to", "swap"),
    "no such month": ("from: 2016-03", "from: 2016-3", errors.BadDate, "spec.service.monthly.from", "2016-03"),
    "settles before report": ("finalWithin: 45 days", "finalWithin: 9 days",
        errors.BadPeriods, "spec.service.finalWithin", "longer"),
    "section misspelt": ("  billing:\n", "  biling:\n", errors.UnknownKey, "spec.biling", "billing"),
    "unknown choice": ("obliged: contractor", "obliged: nobody", errors.BadValue, "spec.service.obliged", "client"),
    "section for a value": ("fixed: 24,000 USDC", "fixed: {amount: 1}",
        errors.BadMoney, "spec.billing.fixed", "amount"),
    "value for a section": ("monthly: {from: 2016-03, to: 2017-02}", "monthly: 2016", errors.BadValue,
                            "spec.service.monthly", "indent"),
    "step": ("step: 30 days", "step: 31 days", errors.BadDate, "spec.equity.plans[0].step", "divides"),
    "cliff": ("cliff: 30 days", "cliff: 361 days", errors.BadDate, "spec.equity.plans[0].cliff", "shorter"),
    "plan without duration": ("duration: 180 days", "duration: 0 days",
        errors.BadDate, "spec.equity.plans[1].duration", "30 days"),
    "gate without counting": ("gate: minimum", "gate: none",
        errors.BadValue, "spec.equity.plans[1].gate", "gate: none"),
    "gate on nothing there": ("milestones: [onboarding, ", "milestones: [offboarding, ", errors.BadName,
                              "spec.equity.plans[1].milestones[0]", "onboarding"),
    "change order without origin": ("timezone: UTC", f"timezone: UTC\n  replaces: 0x{'11' * 32}", SeveralErrors,
                                    "spec.origin", "origin"),
    "kind": ("kind: Agreement", "kind: Contract", errors.YamlError, "kind", "Agreement (workpact/v1)"),
    "log": ("kind: DataSource", "kind: Datasource", errors.YamlError, "kind", "DataSource (openslo/v1)"),
    "log column": ("    case: number ", "    key: number ", SeveralErrors, "spec.connectionDetails.case", "case"),
    "window 1m": ("duration: 1M", "duration: 1m", errors.BadDuration, "spec.timeWindow[0].duration", "1M"),
    "window 3m": ("duration: 1M", "duration: 3m", errors.BadDuration, "spec.timeWindow[0].duration", "3M"),
    "window of a week": ("duration: 1M", "duration: 1w", errors.BadPeriods, "spec.timeWindow[0].duration", "1M"),
    "rolling": ("isRolling: false", "isRolling: true", errors.BadPeriods, "spec.timeWindow[0].isRolling", "false"),
    "window elsewhere": ("timeZone: UTC", "timeZone: Europe/Berlin",
        errors.BadPeriods, "spec.timeWindow[0].calendar.timeZone",
                         "one time zone"),
    "window later": ('"2016-03-01 00:00:00"', '"2016-04-01 00:00:00"', errors.BadPeriods,
                     "spec.timeWindow[0].calendar.startTime", "2016-03-01 00:00:00"),
    "target beyond ppm": ("target: 0.95", "target: 0.9500001",
        errors.BadShare, "spec.objectives[0].target", "6 decimals"),
    "target in per cent": ("target: 0.95", "target: 95", errors.BadShare, "spec.objectives[0].target", "0.95"),
    "target other than band": ("target: 0.95", "target: 0.96", errors.BadLevel, "spec.levels[0].bands[0]", "96 %"),
    "unknown log": ("good:\n          metricSource:\n            metricSourceRef: incident-log",
                    "good:\n          metricSource:\n            metricSourceRef: phone-log", errors.BadName,
                    f"{SLO_FIELD}.good.metricSource.metricSourceRef", "incident-log"),
    "good missing": ("        good:\n          metricSource:\n            metricSourceRef: incident-log\n"
                     "            type: workpact-log\n            spec: {where: \"made_sla = 'true'\"}\n", "",
                     errors.BadLevel, SLO_FIELD, "one of the two"),
    "other service": ("  service: incident-desk", "  service: phone-desk",
        errors.BadName, "spec.service", "incident-desk"),
    "yearly cap without periods": ("  yearPeriods: 12\n", "",
        errors.BadLevel, "spec.yearCap", "leave both out"),
    "periods without yearly cap": ("yearCap: 10 %", "yearCap: 0 %",
        errors.BadLevel, "spec.yearCap", "leave both out"),
    "yearly periods": ("yearPeriods: 12", "yearPeriods: 257", errors.BadLevel, "spec.yearPeriods", "12 for months"),
    "pool": ("pool: 100 %", "pool: 99.9999 %", errors.BadLevel, "spec.pool", "raise the pool"),
    "allocation beyond pool": ("allocation: 20 %", "allocation: 20.0001 %",
        errors.BadLevel, "spec.pool", "lower allocations"),
    "band not worse": ("- {below: 85 %, allocation: 20 %}", "- {below: 95 %, allocation: 20 %}", errors.BadLevel,
                       "spec.levels[0].bands[1]", "lower threshold"),
    "band cheaper": ("- {below: 85 %, allocation: 20 %}", "- {below: 85 %, allocation: 9 %}", errors.BadLevel,
                     "spec.levels[0].bands[1].allocation", "as much"),
    "band on the wrong side": ("- {below: 85 %, allocation: 20 %}", "- {above: 85 %, allocation: 20 %}",
        errors.BadLevel, "spec.levels[0].bands[1]", "below"),
    "band in the wrong unit": ("- {below: 85 %, allocation: 20 %}", "- {below: 85, allocation: 20 %}", errors.BadLevel,
                               "spec.levels[0].bands[1]", "95 %"),
    "level unknown": ("- slo: made-sla\n", "- slo: made-slo\n", SeveralErrors, "spec.levels[0].slo", "made-sla"),
    "at risk": ("atRisk: 12 %", "atRisk: 101 %", errors.LimitExceeded, "spec.atRisk", "100 %"),
    "failures": ("failures: 4, within: 6", "failures: 7, within: 6",
        errors.BadLevel, "spec.rightToEnd", "at most within"),
    "no repeat": ("repeat: 2", "repeat: 0", errors.BadLevel, "spec.levels[0].repeat", "1 for none"),
    "yes for true": ("critical: true", "critical: yes", errors.BadValue, "spec.levels[1].critical", "true or false"),
    "count with fraction": ("minimumSample: 20", "minimumSample: 20.0",
        errors.BadValue, "spec.levels[0].minimumSample", "digits"),
    "count in octal": ("minimumSample: 20", "minimumSample: 020",
        errors.BadValue, "spec.levels[0].minimumSample", "digits"),
}  # fmt: skip

# Where the error's line is not that of the first changed character: the text whose line it is.
LINES = {
    "unknown key deep": "coverage:",
    "unknown key in list": "dew:",
    "missing key": "review:",
    "missing time zone": "spec:",
    "duplicate key": "    cover: 3",
    "holdback without date": "review:",
    "total": "total:",
    "grants above pool": "grants:",
    "change order without origin": "spec:",
    "log column": "connectionDetails:",
    "target other than band": "- {below: 95 %, allocation: 10 %}",
    "unknown log": "metricSourceRef: phone-log",
    "good missing": "ratioMetric:",
    "allocation beyond pool": "pool:",
    "yearly cap without periods": "yearCap:",
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input__is_refused_where_it_stands(name):
    old, new, kind, field, advice = CASES[name]
    text = changed((old, new))
    with pytest.raises(TermsError) as caught:
        loads(text, NAMES, file="agreement.yaml")
    error = caught.value
    assert type(error) is kind, str(error)
    assert error.file == "agreement.yaml"
    assert error.field == field, str(error)
    assert advice in error.advice, str(error)
    changed_at = next(i for i in range(len(TEXT)) if text[i] != TEXT[i])
    expected = line_of(text, LINES[name]) if name in LINES else text[:changed_at].count("\n") + 1
    assert error.line == expected, str(error)
    assert str(error).startswith(f"agreement.yaml:{expected}: {field}: ")


def test_several_mistakes__are_all_told():
    with pytest.raises(SeveralErrors) as caught:
        loaded(("amount: 12,500 USDC", "amount: 12500"), ("cover: 2", "cover: two"), ("target: 0.95", "target: 95"))
    assert [type(error) for error in caught.value.errors] == [errors.BadMoney, errors.BadValue, errors.BadShare]
    assert [error.field for error in caught.value.errors] == [
        "spec.milestones[0].amount",
        "spec.billing.cover",
        "spec.objectives[0].target",
    ]
    assert str(caught.value).count("\n") == 2
