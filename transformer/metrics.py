"""A metric as a line of the log, which CloudWatch reads as one: no call, no library.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import time

NAMESPACE = "Parley"


def count(name: str, **details: str) -> None:
    """Count one `name`; `details` are in the line and are no dimensions, so that one alarm watches all of them.

    Written to standard output, as CloudWatch reads a metric only from a line that is JSON and nothing else.
    """
    metric = {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    about = {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [metric]}
    line = {"_aws": about, "service": "transformer", name: 1, **details}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
