"""A real Prometheus: what it scraped is measured sample by sample."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import pytest
import urllib3

from tests.measurement.desk import SECRET, average, data_source, metric, slo
from tests.support import free_port
from workpact.measurement import Definition, Figure, Period, definition_from, measure
from workpact.measurement.errors import EmptyPeriod, SourceError

DAY = Period(name="day", start=1456790400, end=1456876800)
# Seconds of the day and value of each sample.
PROBES = [(-15, 0), (0, 1), (15, 0), *((15 * place, 1) for place in range(2, 5760)), (86_400, 0)]
COUNTER = [(-3_600, 5), (-60, 90), (0, 100), (6 * 3_600, 130), (43_200, 7), (86_399, 19), (86_400, 500)]


class Target:
    """What is scraped: a counter that grows by 7, until the series ends and comes back."""

    def __init__(self) -> None:
        self.scrapes = 0
        self._scraped = Condition()

    def page(self) -> str:
        """The next one."""
        with self._scraped:
            self.scrapes += 1
            self._scraped.notify_all()
            value = 7 * self.scrapes
        return "" if value == 7 * 4 else f"# TYPE requests_total counter\nrequests_total {value}\n"

    def wait(self, scrapes: int) -> None:
        """Until it was scraped so often."""
        with self._scraped:
            assert self._scraped.wait_for(lambda: self.scrapes >= scrapes, timeout=120)


@pytest.fixture(scope="module")
def target() -> Iterator[tuple[Target, int]]:
    one = Target()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = one.page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield one, server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def prometheus(target: tuple[Target, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address: a day of 2016 is in its data, and it scrapes the target."""
    folder = tmp_path_factory.mktemp("prometheus")
    data, config, port = folder / "data", folder / "prometheus.yml", free_port()
    scrape = {"job_name": "desk", "static_configs": [{"targets": [f"127.0.0.1:{target[1]}"]}]}
    config.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{scrape}]\n")
    backfill(data, folder / "past.txt")
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y", "--log.level=error"]
    with subprocess.Popen(command, cwd=folder) as process:
        try:
            target[0].wait(1)
            yield f"prometheus://127.0.0.1:{port}"
        finally:
            process.terminate()


def backfill(data: Path, text: Path) -> None:
    lines = ["# TYPE probe_success gauge"]
    lines += [f'probe_success{{job="desk"}} {value} {DAY.start + at}' for at, value in PROBES]
    lines += ["# TYPE http_requests counter"]
    lines += [f'http_requests_total{{code="200"}} {value} {DAY.start + at}' for at, value in COUNTER]
    lines += [f'http_requests_total{{code="500"}} {value} {DAY.start + at}.123' for at, value in ((60, 3), (90, 4))]
    text.write_text("\n".join([*lines, "# EOF", ""]))
    promtool = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(data)]
    subprocess.run(promtool, check=True, stdout=subprocess.DEVNULL)


def define(series: str, *levels: dict[str, Any], **details: Any) -> Definition:
    made = data_source()
    roles = {"case": ["series", "time"], "attribution": "time", "timeFormat": "ISO", "maxLag": "1 day"}
    made["spec"]["connectionDetails"] = {"series": series} | roles | details
    return definition_from(made, levels)


def test_probes__of_a_day__every_sample_once(prometheus):
    definition = define('probe_success{job="desk"}', slo("up", "value = '1'", "true"), columns=["time", "value"])

    measured = measure(definition, prometheus, DAY, SECRET)

    assert measured.figures == (Figure("up", 5759, 5760),)
    first = measured.evidence.line_of(b"2016-03-01T00:00:00.000Z,1")
    assert measured.evidence.prove(first).root == measured.evidence_root
    assert measured.evidence.line_of(b"2016-03-01T23:59:45.000Z,1") > 0


def test_counters__of_a_day__whole_increases(prometheus):
    by_code = [average(f"of-{code}", f"code = '{code}'", "increase") for code in (200, 500)]
    answered = slo("answered", "code = '200'", "true")
    total = {"metricSource": metric(where="true", weight="increase")}
    answered["spec"]["indicator"]["spec"]["ratioMetric"]["total"] = total

    measured = measure(define("http_requests_total", *by_code, answered), prometheus, DAY, SECRET)

    ok = 10 + 30 + 7 + 12
    assert measured.figures == (Figure("of-200", ok, 4), Figure("of-500", 1, 1), Figure("answered", ok, ok + 1))


def test_scraped__as_the_target_said__across_a_series_that_ended_and_came_back(prometheus, target):
    target[0].wait(7)
    clock = urllib3.request("GET", f"{prometheus.replace('prometheus', 'http')}/api/v1/query?query=time()").json()
    now = int(float(clock["data"]["result"][0]))
    steps = [slo(f"by-{step}", f"increase = '{step}'", "increase IS NOT NULL") for step in (7, 14)]
    definition = define("requests_total", *steps, columns=["value"])

    measured = measure(definition, prometheus, Period(name="now", start=now - 60, end=now), SECRET)

    sevens, fourteens = measured.figures
    assert fourteens == Figure("by-14", 1, sevens.total)
    assert sevens.good == sevens.total - 1 > 1


def test_what_it_has_not_or_refuses__is_named(prometheus):
    level = slo("up", "value = '1'", "true")
    with pytest.raises(EmptyPeriod):
        measure(define("no_such_metric", level), prometheus, DAY, SECRET)
    with pytest.raises(SourceError, match="refuses up"):
        measure(define('up{__name__="up"}', level), prometheus, DAY, SECRET)
    with pytest.raises(SourceError, match="answers 404, and not as Prometheus does"):
        measure(define("up", level), f"{prometheus}/elsewhere", DAY, SECRET)
