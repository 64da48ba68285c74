"""A side's own log, wherever it lies: a file, an address that fsspec can read, a database or a Prometheus."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

import fsspec  # type: ignore[import-untyped]

from workpact.agent.errors import LogUnavailable
from workpact.measurement import Definition, Measurement, Period, measure
from workpact.measurement.prometheus import SCHEMES


class Log:
    """One log; a file is measured again only when it has changed. Raises `LogUnavailable` and `MeasurementError`s.

    `accept` has the names of doubts that do not stop it. `is_service`: a database or a Prometheus, of which
    nothing shorter than measuring tells a change.
    """

    def __init__(
        self,
        address: str,
        definition: Definition,
        secret: bytes,
        *,
        allow_empty: bool = False,
        accept: Collection[str] = (),
    ) -> None:
        self.address = address
        self._definition = definition
        self._secret = secret
        self._allow_empty = allow_empty
        self._accept = tuple(accept)
        self._measured: dict[str, tuple[str, Measurement]] = {}
        backends = {each.name for each in entry_points(group="ibis.backends")}
        self.is_service = urlsplit(address).scheme in {*SCHEMES, "postgresql", *backends}
        if self.is_service:
            return
        try:
            self._files, self._path = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise LogUnavailable(f"{address} cannot be opened: {error}. Name a file, or install that.") from None

    def measure(self, period: Period) -> Measurement:
        """The figures of a period as the log is now."""
        if self.is_service:
            return self._of(self.address, period)
        try:
            state = str(self._files.ukey(self._path))
            known = self._measured.get(period.name)
            if known is None or known[0] != state:
                self._measured[period.name] = (state, self._fresh(period))
        except OSError as error:
            raise LogUnavailable(f"{self.address} cannot be read: {error}.") from None
        return self._measured[period.name][1]

    def _fresh(self, period: Period) -> Measurement:
        if "file" in self._files.protocol:
            return self._of(Path(self._path), period)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "log"
            self._files.get_file(self._path, str(copy))
            return self._of(copy, period)

    def _of(self, data: Path | str, period: Period) -> Measurement:
        return measure(self._definition, data, period, self._secret, allow_empty=self._allow_empty, accept=self._accept)
