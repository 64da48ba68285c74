"""A loaded agreement file says what is measured, in the order of its reports."""

from types import SimpleNamespace

import pytest

from tests.measurement.desk import EXAMPLE, MARCH, example
from workpact.measurement import Average, Level, definition_of, period_of
from workpact.measurement.errors import DefinitionError, ExpressionError
from workpact.terms import Form, load
from workpact.terms.levels import Slices
from workpact.terms.openslo import Exclusion


@pytest.fixture(scope="module")
def document():
    return load(EXAMPLE / "agreement.yaml")


def made(document, levels=(), prices=(), zone="UTC"):
    """The example's document with other levels and prices."""
    return SimpleNamespace(
        levels=levels, prices=prices, data_source=document.data_source, zone=SimpleNamespace(key=zone)
    )


def level(name, source="incident-log", good="true", total="true", average=None, form=Form.RATIO_AT_LEAST, **more):
    parts = {"where_good": good, "where_total": total, "average": average, "form": form}
    return SimpleNamespace(
        name=name, data_source=source, **{"slices": None, "exclusions": (), "weight": None, **parts, **more}
    )


def test_the_example(document):
    assert definition_of(document) == example()
    assert period_of(document, "2016-03") == MARCH
    assert [period_of(document, period.name).end for period in document.periods][-1] == 1488326400


def test_dates_are_in_the_documents_zone_and_averages_keep_their_column(document):
    levels = [level("mean", good=None, average="resolution_minutes"), level("all")]

    definition = definition_of(made(document, levels, zone="Asia/Kolkata"))

    assert definition.time_zone == "Asia/Kolkata"
    assert definition.levels == (
        Average(name="mean", where="true", column="resolution_minutes"),
        Level(name="all", good="true", total="true"),
    )


def test_slices_exclusions_and_what_is_counted_are_the_documents(document):
    excluded = (Exclusion(reason="planned-outage", where="priority = '4 - Low'"),)
    slices = Slices(seconds=3600, target=900_000)
    bad = level("a", form=Form.RATIO_AT_MOST, slices=slices, exclusions=excluded)
    mean = level("b", good=None, average="resolution_minutes", exclusions=excluded)

    assert definition_of(made(document, [bad, mean])).levels == (
        Level(name="a", good="true", total="true", counts_bad=True, slices=slices, exclusions=excluded),
        Average(name="b", where="true", column="resolution_minutes", exclusions=excluded),
    )

    with pytest.raises(ExpressionError) as caught:
        definition_of(made(document, [level("a", exclusions=(Exclusion(reason="force-majeure", where="now() > 1"),))]))
    assert (caught.value.owner, caught.value.field) == ("level a", "exclude force-majeure")


def test_documents_that_cannot_be_measured(document):
    with pytest.raises(DefinitionError) as caught:
        period_of(document, "2018-01")
    assert str(caught.value).startswith("agreement, period: has no '2018-01'; its periods are 2016-03, 2016-04")

    with pytest.raises(DefinitionError) as caught:
        definition_of(made(document))
    assert str(caught.value) == "agreement, levels: has no service level and no price, so nothing to measure"

    with pytest.raises(DefinitionError) as caught:
        definition_of(made(document, [level("a"), level("b", source="phone-log")]))
    assert str(caught.value) == (
        "level b, metricSourceRef: is 'phone-log', others read 'incident-log'; one report measures one log"
    )

    with pytest.raises(ExpressionError) as caught:
        definition_of(made(document, [level("a", good="random() < 1")]))
    assert (caught.value.owner, caught.value.field) == ("level a", "good")
