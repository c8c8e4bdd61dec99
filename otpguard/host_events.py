"""The porch for events of a host's own, in the same log as ours.

@host_event("crm.deal.edited", label="A deal was edited")
@dataclass(frozen=True, kw_only=True)
class DealEdited(HostEvent):
    deal: str
    amount: int = field(metadata={"label": "amount in cents"})

otpguard.record(DealEdited(deal="7", amount=100), request)
"""

from collections.abc import Callable
from typing import TypeVar

from otpguard.conf.caches import forget_settings
from otpguard.core.events.base import API_ACTIVITY, OTHER_ACTIVITY, Ocsf
from otpguard.core.host_event import (
    HOST_EVENTS,
    HostEvent,
    HostEventError,
    register_host_event,
)

__all__ = ["HOST_EVENTS", "HostEvent", "HostEventError", "Ocsf", "host_event"]

H = TypeVar("H", bound=type[HostEvent])


def host_event(
    code: str,
    *,
    label: str,
    ocsf: Ocsf | None = None,
    sensitive: bool = False,
) -> Callable[[H], H]:
    """Declare a kind of event. Import the module where it stands in your AppConfig's `ready`.

    `code` has three words: your app, the subject, and a past participle. `label` is shown in the
    log, translated by your own catalog. Fields are text, whole numbers, booleans, lists of texts or
    mappings of texts; `metadata={"label": …}` names one for people. `sensitive` makes the
    checkpoint of this kind a sensitive one, at AAL3 in enterprise tenants once it is on.

    Raises HostEventError at import for a bad code, no label, or a field of another type or with a
    secret's name; DuplicateNameError for a code that is taken.
    """
    register = register_host_event(
        code, label, ocsf=ocsf or Ocsf(API_ACTIVITY, OTHER_ACTIVITY), sensitive=sensitive
    )

    def declare(kind: H) -> H:
        declared = register(kind)
        forget_settings()  # each kind of event is a checkpoint as well
        return declared

    return declare
