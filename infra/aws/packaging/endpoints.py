"""botocore's endpoints.json, cut down to the services that an asset calls: it is read at every cold start.

Services go by their endpoint's prefix there, which their model tells: sesv2's is `email`. What is left, is unchanged.
Source: botocore/regions.py, `EndpointResolver._endpoint_for_partition`.
"""

import gzip
import json
import re
from collections.abc import Mapping

ENDPOINTS = "botocore/data/endpoints.json"

_MODEL = re.compile(r"botocore/data/[^/]+/[^/]+/service-2\.json\.gz")


def cut(botocore: Mapping[str, bytes]) -> bytes:
    """The new endpoints.json of a botocore whose models are those of the called services only."""
    called = {_prefix(content) for name, content in botocore.items() if _MODEL.fullmatch(name)}
    endpoints = json.loads(botocore[ENDPOINTS])
    for partition in endpoints["partitions"]:
        partition["services"] = {name: service for name, service in partition["services"].items() if name in called}
    return json.dumps(endpoints, separators=(",", ":")).encode()


def _prefix(model: bytes) -> str:
    return str(json.loads(gzip.decompress(model))["metadata"]["endpointPrefix"])
