"""For which Python and processor an asset is built."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.aws.packaging.compiler import here, pinned


@dataclass(frozen=True, slots=True)
class Platform:
    """`wheels` are pip's words for it. `press` makes an asset from a zip of files, with its bytecode."""

    name: str
    wheels: tuple[str, ...]
    press: Callable[[Path, Path], None]


# Lambda's python3.13 on Graviton. Its system is Amazon Linux 2023, whose glibc 2.34 runs wheels made for 2.28.
# Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html, https://docs.aws.amazon.com/linux/al2023/
LAMBDA = Platform(
    "lambda",
    (
        *("--implementation", "cp", "--python-version", "3.13", "--abi", "cp313", "--abi", "abi3", "--abi", "none"),
        *("--platform", "manylinux_2_28_aarch64"),
        *("--platform", "manylinux_2_17_aarch64"),
        *("--platform", "manylinux2014_aarch64"),
    ),
    pinned.press,
)

# This machine's, so that what an asset holds can be imported where it was built.
HERE = Platform(f"{sys.platform}-{sys.implementation.cache_tag}", (), here.press)
