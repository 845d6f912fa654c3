"""The Python language host for Pulumi's engine, where the official `pulumi-language-python` cannot be had.

Host and program are two processes: the host answers the engine, and starts `program.py` by its path in the
Python of the program, which need not know this package. `dynamic.py` does the same for dynamic providers.
"""
