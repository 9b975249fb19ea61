"""Certificates for servers on loopback."""

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, subject: str, alternative: str) -> Path:
    """A key and a certificate in one file; the test is skipped where openssl is not installed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    file = folder / "both.pem"
    key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    name = ["-subj", f"/CN={subject}", "-addext", f"subjectAltName={alternative}"]
    out = ["-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run([openssl, *key.split(), *name, *out], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file
