"""A metric as a line of the log, which CloudWatch reads as one: no call, no library.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import sys
import time
from collections.abc import Mapping

NAMESPACE = "Parley"


def count(name: str, **details: str) -> None:
    """Count one `name`; `details` are in the line and are no dimensions, so that one alarm watches all of them."""
    add({name: 1}, **details)


def add(counts: Mapping[str, int], **details: str) -> None:
    """Add to several counts at once. Zeros count too: an alarm has to see that nothing is wrong.

    `PARLEY_STAGE` names the deployment: two of one account share no metric.
    Written to standard output, as CloudWatch reads a metric only from a line that is JSON and nothing else.
    """
    named = [{"Name": name, "Unit": "Count"} for name in counts]
    metric = {"Namespace": NAMESPACE, "Dimensions": [["stage", "service"]], "Metrics": named}
    stage = os.environ.get("PARLEY_STAGE", "local")
    about = {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [metric]}
    line = {"_aws": about, "stage": stage, "service": "transformer", **counts, **details}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
