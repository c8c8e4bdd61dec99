"""The shapes of what the API takes and answers, for its description.

They describe and never parse: what comes in is checked by the forms that the admin uses too. A test
holds every answer of the API against them.
"""

from __future__ import annotations

from rest_framework import serializers as s


class Document(s.Serializer[object]):
    """A JSON object."""


class PageDocument(Document):
    """Part of a list."""

    next = s.CharField(allow_null=True, help_text="The path of the next page; null on the last.")


class ReasonBody(Document):
    """Why something is done."""

    reason = s.CharField(help_text="Kept in the audit log. No names, no phone numbers.")


class PolicyExceptionDocument(Document):
    """A dated exception from the floor of one field."""

    id = s.UUIDField()
    tenant = s.CharField(help_text="Its slug.")
    checkpoint = s.CharField()
    field = s.CharField()
    value = s.JSONField(help_text="The floor of the field while the exception runs.")
    state = s.CharField(help_text="`running`, `ended` or `expired`.")
    owner = s.CharField(help_text="The id of a user; empty if there is none any more.")
    reason = s.CharField()
    created_by = s.CharField()
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    ended_by = s.CharField(allow_blank=True)
    ended_at = s.DateTimeField(allow_null=True)


class EndedExceptionDocument(PolicyExceptionDocument):
    """The exception that was ended."""

    ended = s.BooleanField(help_text="Whether it was running.")


class ExceptionBody(ReasonBody):
    """An exception to grant."""

    tenant = s.CharField(help_text="Its slug.")
    checkpoint = s.CharField()
    field = s.CharField()
    value = s.JSONField()
    owner = s.CharField(help_text="The id of a user.")
    expires_at = s.DateTimeField(help_text="At most 365 days ahead.")


class ExceptionPageDocument(PageDocument):
    """Exceptions, the newest first."""

    exceptions = PolicyExceptionDocument(many=True)


class MemberShareDocument(Document):
    """Counts of active members."""

    members = s.IntegerField()
    enrolled = s.IntegerField(help_text="Have a factor.")
    due = s.IntegerField(help_text="Still owe one.")
    overdue = s.IntegerField(help_text="Owe one, and their deadline is over.")


class CoverageDocument(MemberShareDocument):
    """How far enrollment has come."""

    profile = s.CharField(help_text="The assurance profile that levels are counted by.")
    by_kind = s.DictField(child=s.IntegerField())
    by_level = s.DictField(child=s.IntegerField())
    by_role = s.DictField(child=MemberShareDocument())


class RuleBody(Document):
    """What a rule asks for."""

    level = s.CharField(
        allow_null=True, required=False, help_text="`AAL1`, `AAL2` or `AAL3`; null for any factor."
    )
    starts_at = s.DateTimeField(allow_null=True, required=False, help_text="Null: now.")
    grace_days = s.IntegerField(min_value=0, max_value=365)


class RuleDocument(Document):
    """One enrollment rule."""

    role = s.CharField(allow_blank=True, help_text="Empty: everybody.")
    level = s.CharField(allow_null=True, help_text="Null: any factor.")
    starts_at = s.DateTimeField()
    grace_days = s.IntegerField()


class RulePageDocument(PageDocument):
    """The tenant's rules, and the site's."""

    rules = RuleDocument(many=True)
    site_rules = RuleDocument(
        many=True, help_text="Those of the site, which a tenant cannot loosen."
    )


class CostLineDocument(Document):
    """One channel over one provider."""

    channel = s.CharField()
    provider = s.CharField()
    messages = s.IntegerField()
    cost_micros = s.IntegerField(help_text="Millionths of a US dollar.")


class CostsDocument(Document):
    """What the messages of a month cost."""

    month = s.CharField(help_text="Such as 2026-01.")
    currency = s.CharField()
    messages = s.IntegerField()
    cost_micros = s.IntegerField(help_text="Millionths of a US dollar.")
    routes = CostLineDocument(many=True)


class ReleaseDocument(Document):
    """A file that is made for a person, held, and destroyed when its time is over."""

    id = s.UUIDField()
    job = s.CharField()
    user = s.CharField()
    state = s.CharField(help_text="One of queued, running, ready, canceled, expired and failed.")
    waits_for_approval = s.BooleanField(help_text="It is made only when others have approved it.")
    reason = s.CharField(allow_blank=True, help_text="Why it ended, where it did not expire.")
    rows = s.IntegerField()
    bytes = s.IntegerField()
    sha256 = s.CharField(allow_blank=True, help_text="Of the file as it is downloaded.")
    event = s.UUIDField(help_text="The audit event of the request.")
    downloads = s.ListField(child=s.UUIDField(), help_text="The audit events of its downloads.")
    downloads_left = s.IntegerField()
    created_at = s.DateTimeField()
    held_until = s.DateTimeField()
    opens_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)


class ReleasePageDocument(PageDocument):
    """Exports, the newest first."""

    exports = ReleaseDocument(many=True)


class BlockedDocument(Document):
    """Why a factor is not accepted in this tenant."""

    reason = s.CharField()
    at = s.DateTimeField()
    by = s.CharField(allow_blank=True)


class StoppedDocument(Document):
    """A channel over which this number wants no messages."""

    channel = s.CharField()
    since = s.DateTimeField()
    source = s.CharField()  # type: ignore[assignment]  # the framework collects it: no attribute


class FactorDocument(Document):
    """Something a member can prove themselves with."""

    id = s.UUIDField()
    kind = s.CharField()
    worth = s.CharField(allow_null=True, help_text="The level it reaches after a password.")
    number = s.CharField(allow_blank=True, help_text="Masked; empty if it has none.")
    serial = s.CharField(allow_blank=True)
    provisioned = s.BooleanField(help_text="Whether the tenant gave it out.")
    disabled = s.BooleanField()
    blocked = BlockedDocument(allow_null=True)
    stopped = StoppedDocument(many=True)
    last_used_at = s.DateTimeField(allow_null=True, help_text="In this tenant.")


class FactorPageDocument(PageDocument):
    """A member's factors, the oldest first."""

    user = s.CharField()
    factors = FactorDocument(many=True)


class ResetBody(ReasonBody):
    """Which factors to reset, and why."""

    factors = s.ListField(
        child=s.UUIDField(), required=False, help_text="Left out: all of the member's factors."
    )


class ResetDoneDocument(Document):
    """What a reset did."""

    removed = s.IntegerField(help_text="Factors that the tenant had given out.")
    blocked = s.IntegerField(help_text="The person's own, which are not accepted here any more.")
    held_until = s.DateTimeField(allow_null=True)


class UnblockedDocument(Document):
    """Whether a factor was blocked."""

    unblocked = s.BooleanField()


class ImportedMemberDocument(Document):
    """One member of an import that waits."""

    user = s.CharField()
    roles = s.ListField(child=s.CharField())
    active = s.BooleanField()


class ApprovalDocument(Document):
    """What one administrator asked for, and another decides."""

    approval = s.UUIDField()
    action = s.CharField(
        help_text="`factor_reset`, `policy_change`, `lift_hold`, `role_grant`, `member_import`,"
        " `release`, or `break_glass`, which codes alone approve."
    )
    user = s.CharField(
        allow_blank=True, help_text="Whom it concerns; empty where it concerns no single person."
    )
    factors = s.ListField(
        child=s.UUIDField(), allow_null=True, help_text="Of a reset. Null: all, or none is touched."
    )
    members = ImportedMemberDocument(
        many=True, allow_null=True, help_text="Of a `member_import`; null for other actions."
    )
    reason = s.CharField()
    state = s.CharField(help_text="`open`, `approved`, `refused` or `expired`.")
    needed = s.IntegerField(help_text="How many others must approve.")
    approved_by = s.ListField(child=s.CharField(), help_text="Who has approved so far.")
    asked_by = s.CharField()
    decided_by = s.CharField(allow_blank=True)
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()


class ApprovalPageDocument(PageDocument):
    """What waits, or was decided; the newest first."""

    approvals = ApprovalDocument(many=True)


class IndexDocument(Document):
    """Where everything is."""

    schema = s.CharField(allow_null=True, help_text="The path of the description, if it is served.")
    links = s.DictField(child=s.CharField(), help_text="Paths by name, with {parameters}.")


class DescribedDocument(Document):
    """A document of OpenAPI 3."""

    openapi = s.CharField()
    info = s.DictField()
    servers = s.ListField(child=s.DictField())
    paths = s.DictField()
    components = s.DictField()
