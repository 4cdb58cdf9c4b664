# Tries to: crash the interpreter.
# Earns: double 0, greet 2
# Says: crashed the Python process (SIGSEGV)
import ctypes


def double(number):
    ctypes.string_at(0)
