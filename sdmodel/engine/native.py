"""LLVM IR text → machine code for this CPU, kept on disk so that the same kernel is compiled once a machine."""

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from sdmodel.engine.kept import keep, kept, place_of

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
    place = place_of(identity, ".o")
    code = kept(place)
    cached = code is not None
    if code is None:
        # written as an object file and loaded: compiled by the engine itself, a large kernel takes seven times as long
        code = machine.emit_object(llvm.parse_assembly(text))
        keep(place, code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Native(engine.get_function_address("run"), engine, cached)


def function(native: Native, *argument_types: Any) -> Any:
    """`run` as a Python callable that releases the interpreter while it works."""
    return ctypes.CFUNCTYPE(None, *argument_types)(native.address)
