"""Makes an asset's zip from its files: each module with its bytecode beside it, so that a cold start compiles nothing.

Bytecode belongs to one minor version of Python, and a zip's bytes to one zlib. `pinned` is a Python 3.13 from npm, in a
pinned version and compiled to WebAssembly, so that it is the same on every machine; it runs in the environment's Node.
`here` is this very interpreter. Both run press.py.
"""
