"""Which questions a report answers. Those that need to be told something, like a message's id, are not among them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, and names of reports in the order in which they are read."""

    title: str
    questions: tuple[str, ...]


OUTLINE = (
    Chapter("Traffic", ("volume_by_hour", "conversations_by_day")),
    Chapter(
        "Answers",
        (
            *("answers_by_source", "unanswered_share", "unanswered_questions", "unanswered"),
            *("response_times", "answer_delivery"),
        ),
    ),
    Chapter(
        "Text messages",
        ("delivery_by_carrier", "sms_cost_by_country", "sms_cost_by_organization", "sms_cost_by_parts"),
    ),
    Chapter(
        "Email",
        (
            *("email_funnel_by_domain", "email_funnel_by_campaign", "email_funnel_by_hour"),
            *("email_problems", "sender_reputation"),
        ),
    ),
    Chapter("WhatsApp", ("whatsapp_funnel", "whatsapp_failures")),
    Chapter("Costs, consent and upkeep", ("conversation_costs", "opt_outs", "rejected_by_reason")),
)
