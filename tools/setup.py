"""Make a virtual environment with exactly the locked packages: by uv when it is on PATH, else by pip.

Usage: python3 tools/setup.py VENV REQUIREMENTS
"""

import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def main(venv: Path, requirements: Path) -> None:
    """Create `venv` if it is missing and install `requirements` with their hashes checked."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"Python 3.11 or newer is needed, this is {found}: run `make PYTHON=python3.12 sandbox`.")
    uv = shutil.which("uv")
    print(f"Setting up {venv} with {'uv' if uv else 'pip'}, once …", flush=True)
    python = venv / "bin" / "python"
    if not python.exists():
        make = [uv, "venv", "--quiet", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        subprocess.run([*make, str(venv)], check=True)
    install = (
        [uv, "pip", "install", "--quiet", "--python", str(python)]
        if uv
        else [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    subprocess.run([*install, "--require-hashes", "-r", str(requirements)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
