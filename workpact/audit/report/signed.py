"""A service document as it was signed, in the shape that `workpact.reckoning` works credits out from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from workpact.audit.subject import Subject
from workpact.audit.words import Words
from workpact.terms import AgreementDocument, Level, eip712
from workpact.terms.credit import CreditSpec, EarnBack, NameOnly, RightToEnd, ServiceCredit
from workpact.terms.levels import Band, Form, LowVolume
from workpact.terms.model import Billing, Price, Spec
from workpact.terms.periods import Period

Message = Mapping[str, Any]


@dataclass(frozen=True)
class SignedService:
    """Levels, credits, prices and calendar of a message; titles where a file has them.

    Has what a reckoning reads of an `AgreementDocument`, so that credits can be worked out where there is no file.
    """

    levels: tuple[Level, ...]
    periods: tuple[Period, ...]
    prices: tuple[Price, ...]
    credit: ServiceCredit
    spec: Spec

    @classmethod
    def of(cls, subject: Subject, id_: bytes) -> SignedService:
        """Of the document with this id. Raises `ValueError` for levels of a form that no contract knows."""
        conditions, paper = subject.messages[id_]["annex"]["conditions"], subject.papers.get(id_)
        service = conditions["service"]
        levels = paper.levels if paper else _levels(service["levels"]["levels"])
        prices = tuple(
            Price.model_construct(quantity=str(each["quantity"]), rate=int(each["rate"]))
            for each in service["levels"]["prices"]
        )
        periods = _periods(service["schedule"], Words.of(subject))
        return cls(levels, periods, prices, _credit(service["levels"]["credits"]), billing(subject, id_))

    @property
    def document(self) -> AgreementDocument:
        """As `workpact.reckoning` takes it: it reads nothing but what is here."""
        return cast(AgreementDocument, self)


def billing(subject: Subject, id_: bytes) -> Spec:
    """Fixed charge and cap of the document with this id."""
    given = subject.messages[id_]["annex"]["conditions"]["billing"]
    return Spec.model_construct(billing=Billing.model_construct(fixed=int(given["fixedCharge"]), cap=int(given["cap"])))


def services(subject: Subject) -> dict[bytes, bytes]:
    """The last document in force with each service document, by the service's struct hash."""
    return {
        eip712.struct_hash("Service", message["annex"]["conditions"]["service"]): id_
        for id_, message in subject.messages.items()
    }


def _periods(schedule: Message, words: Words) -> tuple[Period, ...]:
    ends = [int(end) for end in schedule["ends"]]
    starts = [int(schedule["start"]), *ends]
    return tuple(
        Period(index=index, name=words.period(index), start=start, end=end, timezone="UTC")
        for index, (start, end) in enumerate(zip(starts, ends, strict=False))
    )


def _levels(given: list[Message]) -> tuple[Level, ...]:
    return tuple(
        Level(
            index=index,
            name=str(each["name"]),
            title="",
            form=Form(int(each["form"])),
            minimum_sample=int(each["minimumSample"]),
            low_volume=LowVolume(int(each["lowVolume"])),
            repeat=int(each["repeat"]),
            critical=bool(int(each["critical"])),
            earn_back=bool(int(each["earnBack"])),
            target=int(each["bands"][0]["threshold"]) if each["bands"] else 0,
            bands=tuple(
                Band(threshold=int(band["threshold"]), allocation=int(band["allocation"])) for band in each["bands"]
            ),
            data_source="",
            where_good=None,
            where_total="",
            average=None,
            weight=None,
            exclusions=(),
            slices=None,
        )
        for index, each in enumerate(given)
    )


def _credit(credits: Message) -> ServiceCredit:
    number = {name: int(value) for name, value in credits.items()}
    right = RightToEnd.model_construct(
        failures=number["failures"], within=number["failureWindow"], lapse=number["lapse"]
    )
    spec = CreditSpec.model_construct(
        at_risk=number["atRisk"],
        period_cap=number["periodCap"],
        year_cap=number["yearCap"],
        year_periods=number["yearPeriods"],
        right_to_end=right,
        earn_back=EarnBack.model_construct(periods=number["earnBack"]) if number["earnBack"] else None,
        levels=(),
    )
    return ServiceCredit.model_construct(metadata=NameOnly.model_construct(name="credits"), spec=spec)
