"""Code that was made for a model once ⇄ the cache folder; it will be run, so it must be whole and this user's own."""

import hashlib
import os
import tempfile
from pathlib import Path

from sdmodel.read.cache import cache_folder


def place_of(identity: str, suffix: str) -> Path:
    """Where code with that identity is kept: everything that it depends on has to be part of the identity."""
    return cache_folder() / f"{hashlib.sha256(identity.encode()).hexdigest()[:40]}{suffix}"


def kept(place: Path) -> bytes | None:
    """The code at `place`; None when it is missing, damaged, or belongs to another user."""
    try:
        owner = place.stat().st_uid
        data = place.read_bytes()
    except OSError:
        return None
    if hasattr(os, "getuid") and owner != os.getuid():
        return None
    digest, code = data[:32], data[32:]
    return code if hashlib.sha256(code).digest() == digest else None


def keep(place: Path, code: bytes) -> None:
    """Write atomically; a full or read-only disk only means that the code is made again."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(file.name, place)
    except OSError:
        return
