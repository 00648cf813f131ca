"""Compares the ctypes of the Python sample with the C header, member by member and argument by argument, and the
header's functions with the exports.

    ctypes_signatures_test.py onbehalf.h onbehalf.def onbehalf_ctypes.py
"""

import ctypes
import importlib.util
import pathlib
import re
import sys

NUMBERS = {
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "onbehalf_status": ctypes.c_int32,
}
faults = []


def expect(is_true, what):
    if not is_true:
        faults.append(what)


def load_sample(path):
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("onbehalf_ctypes", path)
    sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sample)
    return sample


def type_and_name(declaration):
    """For "const char* method": ("const char*", "method")."""
    words = re.fullmatch(r"(.*[\s*])(\w+)", declaration.strip())
    return words.group(1).strip(), words.group(2)


class Types:
    def __init__(self, sample):
        self._structs = {
            "onbehalf_options": sample.Options,
            "onbehalf_error": sample.Error,
            "onbehalf_call_options": sample.CallOptions,
        }
        self._callbacks = {
            "onbehalf_progress_callback": sample.ProgressCallback,
            "onbehalf_done_callback": sample.DoneCallback,
            "onbehalf_notification_callback": sample.NotificationCallback,
        }

    def structs(self):
        return self._structs.items()

    def callbacks(self):
        return self._callbacks.items()

    def of(self, c_type, is_result=False):
        """The ctypes name of the type."""
        bare = re.sub(r"\bconst\b|\s", "", c_type)
        if bare == "void":
            return None
        if bare in NUMBERS:
            return NUMBERS[bare]
        if bare in self._callbacks:
            return self._callbacks[bare]
        if not bare.endswith("*"):
            raise ValueError(f"the header has a type that this test does not know: {c_type}")
        target = bare[:-1]
        if bare == "char*" and "const" in c_type:
            return ctypes.c_char_p
        if target in self._structs:
            return ctypes.POINTER(self._structs[target])
        if target in NUMBERS:
            return ctypes.POINTER(NUMBERS[target])
        # Handles, user pointers, and strings that must be freed.
        return ctypes.POINTER(ctypes.c_void_p) if target.endswith("*") else ctypes.c_void_p

    def of_arguments(self, arguments):
        return [] if arguments.strip() == "void" else [self.of(type_and_name(a)[0]) for a in arguments.split(",")]


def main(header_path, definition_path, sample_path):
    header = re.sub(r"/\*.*?\*/", " ", pathlib.Path(header_path).read_text(encoding="utf-8"), flags=re.S)
    sample = load_sample(sample_path)
    types = Types(sample)

    for name, structure in types.structs():
        body = re.search(r"typedef struct %s \{(.*?)\}" % name, header, re.S).group(1)
        members = [type_and_name(member) for member in body.split(";") if member.strip()]
        expected = [(member, types.of(c_type)) for c_type, member in members]
        expect(structure._fields_ == expected, f"{name} is {structure._fields_}, not {expected}")

    for name, callback in types.callbacks():
        arguments = re.search(r"typedef void\(ONBEHALF_CALL\* %s\)\((.*?)\);" % name, header, re.S).group(1)
        expected = types.of_arguments(arguments)
        expect(callback._restype_ is None, f"{name} returns {callback._restype_}")
        expect(list(callback._argtypes_) == expected, f"{name} takes {callback._argtypes_}, not {expected}")

    functions = re.findall(r"ONBEHALF_API\s+([\w\s*]+?)\s*ONBEHALF_CALL\s+(\w+)\((.*?)\);", header, re.S)
    names = sorted(name for _, name, _ in functions)
    expect(len(functions) == header.count("ONBEHALF_CALL onbehalf_"), "not every function of the header was read")
    expect(sorted(sample.FUNCTIONS) == names, f"the sample has {sorted(sample.FUNCTIONS)}, the header {names}")
    exports = pathlib.Path(definition_path).read_text(encoding="utf-8").split("EXPORTS")[1].split()
    expect(exports == names, f"exported, in alphabetical order, must be {names}, not {exports}")
    for result, name, arguments in functions:
        if name not in sample.FUNCTIONS:
            continue
        expected = (types.of(result), types.of_arguments(arguments))
        expect(sample.FUNCTIONS[name] == expected, f"{name} is {sample.FUNCTIONS[name]}, not {expected}")

    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(functions)} functions compared, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
