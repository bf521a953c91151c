"""The example documents of a fictional lamp shop, in samples/: what a new data folder answers from."""

from pathlib import Path

from infra.local.deployment import Deployment

SAMPLES = Path(__file__).parent / "samples"


def load_samples(deployment: Deployment) -> int:
    """The example documents, on the first start only: who removes them does not get them back. Returns how many."""
    marker = deployment.data / "samples.loaded"
    if marker.exists() or deployment.documents.list():
        return 0
    deployment.documents.add([SAMPLES])
    marker.touch()
    return len(deployment.documents.list())
