"""An evaluation as one HTML file, in the report's dress: it holds no script and fetches nothing."""

from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from infra.operating.evaluation.comparing import Evaluation, Figures
from infra.operating.report.page import STYLE, page_environment, policy

_HERE = Path(__file__).parent


def render(result: Evaluation, made_at: datetime) -> str:
    """The whole page, with every difference."""
    style = STYLE.read_text(encoding="utf-8") + (_HERE / "differences.css").read_text(encoding="utf-8")
    return (
        page_environment(_HERE)
        .get_template("page.html.jinja")
        .render(
            result=result,
            columns=[_column(each) for each in (result, result.against) if each],
            made_at=made_at,
            style=Markup(style),  # noqa: S704 - our own files
            policy=policy(style),
        )
    )


def _column(figures: Figures) -> dict[str, str]:
    """The figures of one side, by their labels."""
    latency, cost = figures.latency_ms, figures.cost
    return {
        "Answerers": ", ".join(figures.answerers),
        "Right": f"{figures.right:,}",
        "Wrong": f"{figures.wrong:,}",
        "Passed": f"{figures.passed:,}",
        "of these rightly": f"{figures.rightly_passed:,}",
        "of these failed": f"{figures.failed:,}",
        "As expected": f"{figures.share_as_expected:.1%}",
        "Grounded": "unknown" if figures.groundedness is None else f"{figures.groundedness:.1%}",
        "Median latency": f"{latency.median:,.1f} ms" if latency else "unknown",
        "95th percentile": f"{latency.p95:,.1f} ms" if latency else "unknown",
        "Cost": cost if isinstance(cost, str) else f"${cost:,.4f}",
    }
