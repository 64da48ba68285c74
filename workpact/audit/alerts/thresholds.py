"""By which numbers the rules ask. Tuned on seeds that are not those reported (docs/alerts.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workpact import WorkpactError


class BadThresholds(WorkpactError):
    """The file of thresholds says something that no rule knows or takes."""


class Thresholds(BaseModel):
    """Days, seconds, counts; shares and probabilities in ppm; `…_tenths` in tenths of a robust deviation."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    invoice_days: int = Field(default=7, ge=0)
    """How far apart two invoices with a number miswritten may lie."""
    approval_limit: int = Field(default=0, ge=0)
    """The most that one person may approve in the user's books, in the token's smallest unit; 0: none."""
    split_days: int = Field(default=7, ge=1)
    split_pieces: int = Field(default=3, ge=2)
    split_band_ppm: int = Field(default=800_000, ge=0, le=1_000_000)
    """From which share of the limit on a piece counts as kept below it."""
    limit_band_ppm: int = Field(default=950_000, ge=0, le=999_999)
    """From which share of the limit on an approval counts as just under it."""
    limit_count: int = Field(default=5, ge=2)
    limit_chance_ppm: int = Field(default=2_000, ge=0)
    fast_seconds: int = Field(default=300, ge=0)
    fast_history: int = Field(default=10, ge=2)
    fast_share_ppm: int = Field(default=10_000, ge=0)
    """How short against the usual time a quick approval is."""
    hours_history: int = Field(default=20, ge=5)
    hours_tenths: int = Field(default=25, ge=1)
    hours_count: int = Field(default=4, ge=1)
    payee_days: int = Field(default=7, ge=1)
    payee_times_ppm: int = Field(default=1_800_000, ge=0)
    """How large a payment after a change of payee is, against the usual."""
    new_payee_times_ppm: int = Field(default=4_000_000, ge=0)
    new_payee_history: int = Field(default=5, ge=1)
    hub_counterparties: int = Field(default=12, ge=2)
    """Who deals with so many others is a shop or an exchange, not a link between two people."""
    round_trip_days: int = Field(default=30, ge=1)
    round_trip_hops: int = Field(default=4, ge=1, le=4)
    round_trip_share_ppm: int = Field(default=200_000, ge=1, le=1_000_000)
    sweep_share_ppm: int = Field(default=500_000, ge=1, le=1_000_000)
    wage_days: int = Field(default=3, ge=0)
    window_periods: int = Field(default=12, ge=6)
    jump_tenths: int = Field(default=60, ge=1)
    jump_floor_ppm: int = Field(default=5_000, ge=0)
    volume_tenths: int = Field(default=70, ge=1)
    volume_floor_ppm: int = Field(default=30_000, ge=0)
    drift_periods: int = Field(default=8, ge=4)
    drift_slack_tenths: int = Field(default=10, ge=0)
    drift_limit_tenths: int = Field(default=80, ge=1)
    drift_floor_ppm: int = Field(default=3_000, ge=0)
    bunching_count: int = Field(default=8, ge=3)
    bunching_chance_ppm: int = Field(default=500, ge=0)
    smooth_periods: int = Field(default=12, ge=4)
    smooth_share_ppm: int = Field(default=100_000, ge=0)
    """How much of the least variance that counted cases have."""
    repeated_total: int = Field(default=100, ge=1)
    """From which count on a repeated figure is unusual."""
    digits_count: int = Field(default=50, ge=50)
    digits_unevenness: int = Field(default=34, ge=10)
    round_count: int = Field(default=12, ge=5)
    round_chance_ppm: int = Field(default=100, ge=0)
    benford_count: int = Field(default=500, ge=500)
    benford_ppm: int = Field(default=15_000, ge=1)
    benford_unevenness: int = Field(default=40, ge=10)
    bias_chance_ppm: int = Field(default=1_000, ge=0)
    copied_periods: int = Field(default=3, ge=1)
    copied_figures: int = Field(default=2, ge=1)
    ruling_chance_ppm: int = Field(default=4_000, ge=0)
    late_days: int = Field(default=7, ge=0)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Those of a YAML file; what it leaves out stays. Raises `BadThresholds`."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            value = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
            return cls.model_validate({} if value is None else value)
        except (YAMLError, UnicodeDecodeError, RecursionError):
            raise BadThresholds(f"{path} is no YAML: write lines like `split_days: 7`.") from None
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(each) for each in first["loc"])
            raise BadThresholds(f"{path}: {name or 'the file'}: {first['msg']}; see docs/alerts.md.") from None

    def of(self, *names: str) -> dict[str, int]:
        """Some of them, by name."""
        return {name: int(getattr(self, name)) for name in names}
