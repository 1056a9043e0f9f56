"""Instructions that only CPUs with AVX-512 have, for vectors of eight doubles."""

from sdmodel.printers.emitter import Emitter, Value

_ALL_LANES = "<8 x double> zeroinitializer, i8 -1, i32 4"  # all lanes, current rounding mode


def scaled(emit: Emitter, value: Value, n: Value) -> Value:
    """value · 2^floor(n), rounded once."""
    return _masked(emit, "scalef", "<8 x double> {0}, <8 x double> {1}", "<8 x double>, <8 x double>", value, n)


def exponent(emit: Emitter, x: Value) -> Value:
    """floor(log2 |x|) as a number."""
    return _masked(emit, "getexp", "<8 x double> {0}", "<8 x double>", x)


def mantissa(emit: Emitter, x: Value) -> Value:
    """The mantissa of x, scaled into [¾, 1½)."""
    return _masked(emit, "getmant", "<8 x double> {0}, i32 3", "<8 x double>, i32 immarg", x)


def _masked(emit: Emitter, name: str, arguments: str, types: str, *operands: Value) -> Value:
    full = f"llvm.x86.avx512.mask.{name}.pd.512"
    emit.declarations[full] = f"declare <8 x double> @{full}({types}, <8 x double>, i8, i32 immarg)"
    return emit.instruction("number", f"call <8 x double> @{full}({arguments}, {_ALL_LANES})", *operands)


def permute(emit: Emitter, low: Value, index: Value, high: Value) -> Value:
    """Lanes of the sixteen numbers in two registers, chosen by the last four bits of `index`."""
    name = "llvm.x86.avx512.vpermi2var.pd.512"
    emit.declarations[name] = f"declare <8 x double> @{name}(<8 x double>, <8 x i64>, <8 x double>)"
    call = f"call <8 x double> @{name}(<8 x double> {{0}}, <8 x i64> {{1}}, <8 x double> {{2}})"
    return emit.instruction("number", call, low, index, high)


def permute_eight(emit: Emitter, register: Value, index: Value) -> Value:
    """Lanes of the eight numbers in a register, chosen by the last three bits of `index`."""
    name = "llvm.x86.avx512.permvar.df.512"
    emit.declarations[name] = f"declare <8 x double> @{name}(<8 x double>, <8 x i64>)"
    return emit.instruction(
        "number", f"call <8 x double> @{name}(<8 x double> {{0}}, <8 x i64> {{1}})", register, index
    )
