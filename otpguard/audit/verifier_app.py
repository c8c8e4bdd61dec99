"""The program for auditors as one file: it needs Python and nothing else.

It is made of the modules as they are installed here, and is the same file each time.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FILE_NAME: Final = "otpguard-verify.pyz"
MODULES: Final = (
    "core/canonical.py",
    "core/sealing/bundle.py",
    "core/sealing/damage.py",
    "core/sealing/ed25519.py",
    "core/sealing/note.py",
    "core/sealing/proof_file.py",
    "core/sealing/purged.py",
    "core/sealing/tiles.py",
    "core/sealing/tree.py",
    "verify_export/__init__.py",
    "verify_export/__main__.py",
    "verify_export/check.py",
    "verify_export/purge.py",
    "verify_export/restores.py",
    "verify_export/signatures.py",
)
"""What the program is made of. A test runs it where nothing else is installed."""

_PACKAGES = ("__init__.py", "core/__init__.py", "core/sealing/__init__.py")
_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = (
    "import sys\n\nfrom otpguard.verify_export.__main__ import main\n\n"
    'sys.exit(main(program="otpguard-verify.pyz"))\n'
)
_OLDEST = (1980, 1, 1, 0, 0, 0)


def verifier_app() -> bytes:
    """The bytes of the program, a zip that Python runs. Reads the installed files."""
    package, made = files("otpguard"), BytesIO()
    made.write(_SHEBANG)
    with ZipFile(made, "a", compression=ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", _MAIN)
        for name in _PACKAGES:
            # Without what the packages say of themselves: ours loads Django's world when asked.
            _add(archive, f"otpguard/{name}", "")
        for name in MODULES:
            _add(archive, f"otpguard/{name}", package.joinpath(name).read_text(encoding="utf-8"))
    return made.getvalue()


def _add(archive: ZipFile, name: str, text: str) -> None:
    info = ZipInfo(name, date_time=_OLDEST)
    info.compress_type = ZIP_DEFLATED
    archive.writestr(info, text)
