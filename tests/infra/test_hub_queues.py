"""The hub loses no message on its way: every queue, topic and asynchronous call ends somewhere."""

from typing import Any

import pytest

from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.hub_times import converse_s, wake_up_hidden_s, wake_up_receives
from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings
from tests.infra.hub import function, hub, of_type, one, statements, target
from tests.infra.synthesis import Template
from tests.kit import chosen

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]  # the template is made once

QUEUE = "AWS::SQS::Queue"
WORKING = ("Inbound", "WakeUps")


def queue(name: str, template: Template | None = None) -> Any:
    (found,) = [each for id_, each in of_type(template or hub(), QUEUE).items() if _plain(id_) == name]
    return found


def _plain(logical_id: str) -> str:
    """Without the hash that CDK adds."""
    return logical_id[:-8]


def test_work_that_fails_for_good_goes_to_a_queue_of_its_own() -> None:
    dead = {name: target(queue(name)["RedrivePolicy"]["deadLetterTargetArn"]) for name in WORKING}
    assert {name: _plain(id_) for name, id_ in dead.items()} == {
        "Inbound": "InboundDeadLetters",
        "WakeUps": "WakeUpsDeadLetters",
    }


def test_every_queue_keeps_two_weeks_encrypted_and_refuses_what_is_not_tls() -> None:
    template = hub()
    queues = of_type(template, QUEUE)
    assert {_plain(id_) for id_ in queues} == {
        "Inbound",
        "InboundDeadLetters",
        "WakeUps",
        "WakeUpsDeadLetters",
        "SweepDeadLetters",
        "RecordsDeadLetters",
    }
    assert {each["MessageRetentionPeriod"] for each in queues.values()} == {14 * 24 * 3600}
    assert all(each["SqsManagedSseEnabled"] is True for each in queues.values())
    denied = [
        target(statement["Resource"])
        for statement in statements(of_type(template, "AWS::SQS::QueuePolicy"))
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert sorted(denied) == sorted(queues)


def test_a_key_of_the_deployments_own_encrypts_every_queue() -> None:
    queues = of_type(hub("otherwise"), QUEUE).values()
    assert all("Fn::GetStackOutput" in each["KmsMasterKeyId"] for each in queues)


def test_events_are_hidden_for_six_times_as_long_as_one_try_may_take() -> None:
    assert queue("Inbound")["VisibilityTimeout"] == 6 * function(hub(), "ingress")["Timeout"]


@pytest.mark.parametrize(
    "settings",
    [
        chosen(answerers=("language_model",)),
        chosen(answerers=("language_model",), claim_s=600),
        chosen(answerers=("agentcore", "language_model"), answer_timeout_s=120),
        chosen(answerers=("agentcore",), answer_timeout_s=840, claim_s=840),
    ],
)
def test_a_wake_up_stays_hidden_while_its_worker_may_live_and_its_claim_lasts(settings: Settings) -> None:
    timeout, hidden = converse_s(settings), wake_up_hidden_s(settings)
    assert 900 >= timeout > len(settings.answering.answerers) * settings.answering.answer_timeout_s
    assert hidden > timeout
    assert hidden > settings.turns.claim_s
    assert hidden <= max(timeout, settings.turns.claim_s) + 60, "a person waits so long after a crash"


@pytest.mark.parametrize("tries", [1, 5, 100])
def test_the_apology_comes_long_before_a_wake_up_is_dead(tries: int) -> None:
    assert 1000 >= wake_up_receives(chosen(max_receives=tries)) >= 10 * tries


def test_queues_and_functions_have_these_times() -> None:
    for template, settings in (
        (hub(), chosen(answerers=("language_model",))),
        (hub("otherwise"), chosen(answerers=("knowledge_base",), claim_s=600, max_receives=100)),
    ):
        wake_ups = queue("WakeUps", template)
        assert wake_ups["VisibilityTimeout"] == wake_up_hidden_s(settings)
        assert wake_ups["RedrivePolicy"]["maxReceiveCount"] == wake_up_receives(settings)
        assert function(template, "converse")["Timeout"] == converse_s(settings)


def test_wake_ups_of_different_people_do_not_wait_for_each_other() -> None:
    for name in ("WakeUps", "WakeUpsDeadLetters"):
        wake_ups = queue(name)
        assert wake_ups["FifoQueue"] is True
        assert wake_ups["DeduplicationScope"] == "messageGroup"
        assert wake_ups["FifoThroughputLimit"] == "perMessageGroupId"
        assert wake_ups["ContentBasedDeduplication"] is False


def mappings(template: Template) -> dict[str, Any]:
    """By the queue that they take from."""
    found = of_type(template, "AWS::Lambda::EventSourceMapping").values()
    return {_plain(target(each["EventSourceArn"])): each for each in found}


def test_the_mappings_are_the_brake_on_cost() -> None:
    found = mappings(hub("otherwise"))
    assert {name: each["ScalingConfig"] for name, each in found.items()} == {
        "Inbound": {"MaximumConcurrency": 2},
        "WakeUps": {"MaximumConcurrency": 3},
    }
    functions = of_type(hub(), "AWS::Lambda::Function").values()
    assert not [each for each in functions if "ReservedConcurrentExecutions" in each]


def test_answering_alone_keeps_concurrency_for_itself_where_that_is_wanted() -> None:
    functions = of_type(hub("otherwise"), "AWS::Lambda::Function").values()
    reserved = {each["Handler"]: each.get("ReservedConcurrentExecutions") for each in functions}
    assert {handler: number for handler, number in reserved.items() if number} == {"orchestrator.handlers.converse": 4}


def test_to_keep_less_than_the_queue_hands_out_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"hub.converse_reserved: 9 is less than hub.converse_at_once; 10"):
        DeploymentSettings.read({"hub.converse_reserved": "9", "hub.converse_at_once": "10"})
    taken = DeploymentSettings.read({"hub.converse_reserved": "10", "hub.converse_at_once": "10"})
    assert taken.hub.converse_reserved == 10


def test_one_message_that_fails_takes_no_other_along() -> None:
    found = mappings(hub())
    assert {name: each["BatchSize"] for name, each in found.items()} == {"Inbound": 10, "WakeUps": 1}
    assert all(each["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for each in found.values())
    assert not [name for name, each in found.items() if "MaximumBatchingWindowInSeconds" in each], "it would wait"


def test_what_a_topic_cannot_deliver_is_kept_where_it_can_be_moved_back_from() -> None:
    template = hub()
    subscriptions = of_type(template, "AWS::SNS::Subscription")
    assert len(subscriptions) == 3
    for each in subscriptions.values():
        assert each["RawMessageDelivery"] is False, "the notification has the time of an SMS"
        assert _plain(target(each["Endpoint"])) == "Inbound"
        assert _plain(target(each["RedrivePolicy"]["deadLetterTargetArn"])) == "InboundDeadLetters"


def test_only_the_hubs_own_topics_may_put_something_into_its_queues() -> None:
    template = hub()
    topics = [each["TopicArn"] for each in of_type(template, "AWS::SNS::Subscription").values()]
    allowed = [each for each in statements(of_type(template, "AWS::SQS::QueuePolicy")) if each["Effect"] == "Allow"]
    assert {_plain(target(each["Resource"])) for each in allowed} == {"Inbound", "InboundDeadLetters"}
    for each in allowed:
        assert (each["Principal"], each["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
        assert each["Condition"]["ArnEquals"]["aws:SourceArn"] == topics


def test_each_topic_takes_from_one_service_of_this_account() -> None:
    template = hub()
    allowed = {
        _plain(target(each["Resource"])): each
        for each in statements(of_type(template, "AWS::SNS::TopicPolicy"))
        if each["Effect"] == "Allow"
    }
    assert {name: each["Principal"]["Service"] for name, each in allowed.items()} == {
        "SmsTopic": "sms-voice.amazonaws.com",
        "MailTopic": "ses.amazonaws.com",
    }
    for each in allowed.values():
        assert each["Action"] == "sns:Publish"
        assert each["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_topics_refuse_what_is_not_tls_and_have_no_key_that_would_keep_services_out() -> None:
    template = hub()
    topics = of_type(template, "AWS::SNS::Topic")
    assert not [each for each in topics.values() if "KmsMasterKeyId" in each]
    denied = [
        _plain(target(each["Resource"]))
        for each in statements(of_type(template, "AWS::SNS::TopicPolicy"))
        if each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert sorted(denied) == ["MailTopic", "SmsTopic"]
    assert all("KmsMasterKeyId" in each for each in of_type(hub("otherwise"), "AWS::SNS::Topic").values())


def test_a_sweep_that_fails_is_told_once_and_not_repeated() -> None:
    template = hub()
    schedule = one(template, "AWS::Scheduler::Schedule", "SweepSchedule")
    invoked = one(template, "AWS::Lambda::EventInvokeConfig", "SweepOnce")
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    assert (invoked["MaximumEventAgeInSeconds"], invoked["MaximumRetryAttempts"]) == (60, 0)
    dead = (schedule["Target"]["DeadLetterConfig"]["Arn"], invoked["DestinationConfig"]["OnFailure"]["Destination"])
    assert [_plain(target(each)) for each in dead] == ["SweepDeadLetters"] * 2
    assert target(schedule["Target"]["Arn"]) == target(invoked["FunctionName"])
    assert function(template, "sweep")["Timeout"] <= 60
