"""The public test kit: what otpguard's own tests and those of host projects use.

Configure the memory provider in the test settings, then either drive the pages and read the code
with `send_queued` and `last_code`, or put the proof in place with `pass_step_up`.

The contract suites of the extension points stand in modules of their own, which need pytest:
`factor_contract`, `provider_contract`, `http_provider_contract`, `remote_provider_contract`,
`limiter_contract` and `tenant_directory_contract`.
"""

from otpguard.testing.events import captured_events, story_of
from otpguard.testing.messages import last_code, send_notices, send_queued
from otpguard.testing.number_form import enter_number, number_form
from otpguard.testing.process import forget_recent
from otpguard.testing.step_up import pass_step_up

__all__ = [
    "captured_events",
    "enter_number",
    "forget_recent",
    "last_code",
    "number_form",
    "pass_step_up",
    "send_notices",
    "send_queued",
    "story_of",
]
