"""LLVM IR text → machine code for this CPU, kept on disk so that the same kernel is compiled once a machine."""

import ctypes
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from sdmodel.read.cache import cache_folder

# Kernels are long runs of arithmetic without branches: instructions are ordered for parallel units from the start, and
# none is moved behind the test for a saved time. Worth one tenth of the speed on a large model.
_OPTIONS = ("--pre-RA-sched=list-ilp", "--disable-machine-sink")


@dataclass(frozen=True)
class Host:
    """What the kernels are made for: `lanes` members fit one register; `wide_permute` tells of AVX-512."""

    cpu: str
    features: str
    lanes: int
    wide_permute: bool


@cache
def host() -> Host:
    """The CPU that this process runs on."""
    for option in _OPTIONS:
        llvm.set_option("", option)
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = dict(llvm.get_host_cpu_features())
    wide = bool(features.get("avx512f") and features.get("avx512dq"))
    lanes = 8 if wide else 4 if features.get("avx") else 2
    return Host(llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), lanes, wide)


@dataclass(frozen=True)
class Native:
    """Compiled code: `address` of its function `run`; `engine` keeps it alive; `cached` tells where it came from."""

    address: int
    engine: Any
    cached: bool


def compiled(text: str) -> Native:
    """Machine code of a module that defines `run`: from the disk where it is there, else compiled and kept."""
    here = host()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=here.cpu, features=here.features, opt=3, codemodel="jitdefault"
    )
    identity = "\n".join([text, llvmlite.__version__, str(llvm.llvm_version_info), here.cpu, here.features, *_OPTIONS])
    place = cache_folder() / f"{hashlib.sha256(identity.encode()).hexdigest()[:40]}.o"
    kept = _kept(place)
    module = llvm.parse_assembly("" if kept else text)
    engine = llvm.create_mcjit_compiler(module, machine)
    if kept:
        engine.add_object_file(llvm.ObjectFileRef.from_data(kept))
    else:
        engine.set_object_cache(lambda _, code: _keep(place, code))
    engine.finalize_object()
    return Native(engine.get_function_address("run"), engine, bool(kept))


def _kept(place: Path) -> bytes | None:
    """The object file at `place`, if it is whole and belongs to this user: it will be run as code."""
    try:
        owner = place.stat().st_uid
        data = place.read_bytes()
    except OSError:
        return None
    if hasattr(os, "getuid") and owner != os.getuid():
        return None
    digest, code = data[:32], data[32:]
    return code if hashlib.sha256(code).digest() == digest else None


def _keep(place: Path, code: bytes) -> None:
    """Write atomically; a full or read-only disk only means that the kernel is compiled again."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(file.name, place)
    except OSError:
        return


def function(native: Native, *argument_types: Any) -> Any:
    """`run` as a Python callable that releases the interpreter while it works."""
    return ctypes.CFUNCTYPE(None, *argument_types)(native.address)
