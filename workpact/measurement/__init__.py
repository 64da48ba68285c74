"""From a ticket log to the figures and the evidence of a service period."""

from workpact.measurement.definition import Average, Definition, Level, Period, Quantity
from workpact.measurement.document import definition_of, period_of
from workpact.measurement.errors import Doubt, MeasurementError
from workpact.measurement.evidence import Event, EventProof, Evidence, period_key
from workpact.measurement.keys import load_or_create_secret
from workpact.measurement.measure import Figure, Measurement, measure, verify
from workpact.measurement.openslo import definition_from
from workpact.measurement.tree import EvidenceTree

__all__ = [
    "Average",
    "Definition",
    "Doubt",
    "Event",
    "EventProof",
    "Evidence",
    "EvidenceTree",
    "Figure",
    "Level",
    "Measurement",
    "MeasurementError",
    "Period",
    "Quantity",
    "definition_from",
    "definition_of",
    "load_or_create_secret",
    "measure",
    "period_key",
    "period_of",
    "verify",
]
