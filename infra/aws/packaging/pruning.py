"""What stays out of every asset: what no Lambda function of ours imports or opens.

Tests import every module of ours and make every client with nothing else to import from.
"""

import re
from collections.abc import Iterable, Iterator

_DATA = re.compile(r"botocore/data/([^/]+)/")

_NEVER = re.compile(
    r"""
      [^/]+\.dist-info/                                  # nothing here asks for a version or an entry point
    | .*\.(c|h|pxd|pxi|pyi|pyx|typed)$                   # for compilers and editors
    | .*/(tests?|testing)/
    | botocore/data/.*/examples-\d+\.json(\.gz)?$
    | boto3/(data|examples)/                             # resources; clients need none
    | dateutil/zoneinfo/                                 # a copy of the time zones: Python has them, botocore uses UTC
    | phonenumbers/(geodata|carrierdata|tzdata)/         # where a number is; we ask whether it is one
    | regex/(tests/|test_)
    | pyarrow/(include|src)/
    | pyarrow/.*(flight|gandiva|cuda|orc|hdfs|gcsfs|azurefs|s3fs|encryption|libarrow_python\.so(\.2500\.1\.0)?$)
    | numpy/(f2py|distutils|_core/(include|lib))/
    | (setuptools|pkg_resources|_distutils_hack)/|distutils-precedence\.pth$
    | aws_lambda_powertools/(event_handler|metrics/provider/datadog)/
    | aws_lambda_powertools/utilities/(?!__init__|jmespath_utils/|typing/)
    """,
    re.VERBOSE,
)


def pruned(names: Iterable[str], services: frozenset[str]) -> Iterator[str]:
    """The files that stay; of botocore's models those of `services`."""
    for name in names:
        of_service = _DATA.match(name)
        if name.endswith("/") or _NEVER.match(name) or (of_service and of_service[1] not in services):
            continue
        yield name
