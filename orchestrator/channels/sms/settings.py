"""What the SMS channel reads."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class SmsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How texts are sent, and who answers STOP."""

    sms_configuration_set: Annotated[str, about("End User Messaging SMS configuration set for sends")] = ""
    sms_max_characters: Annotated[int, about("how long an answer by SMS should be at most", ge=70, le=1530)] = 459
    self_managed_opt_outs: Annotated[
        bool, about("whether Parley, not the provider, answers and keeps STOP, HELP and START by SMS")
    ] = False
