"""The shapes of what is told about policies, for the API's description."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document, PageDocument, PolicyExceptionDocument


class ValueOriginDocument(Document):
    """What decided one value."""

    source = s.CharField(  # type: ignore[assignment]  # a member, not the attribute
        help_text="`default`, `site`, `tenant`, `floor`, `exception`, `ceiling`, `level` or"
        " `report_only`."
    )
    place = s.CharField(
        allow_blank=True, help_text='Where the wish stands: a checkpoint, or "*". Empty for none.'
    )
    asked = s.JSONField(help_text="The value before floor, ceiling and caps.")


class PolicyDocument(Document):
    """The policy of one checkpoint in the caller's tenant."""

    checkpoint = s.CharField()
    policy = s.DictField(help_text="What counts: every policy field with its value.")
    sources = s.DictField(child=ValueOriginDocument(), help_text="What decided each value.")
    floor = s.DictField(help_text="What no wish goes below, with the exceptions that run.")
    exceptions = PolicyExceptionDocument(many=True, help_text="Those that run.")
    wishes = s.DictField(help_text="What the tenant asks for.")
    version = s.IntegerField(help_text="Of the wishes; 0 for none. It is the `ETag`, too.")


class ChangedPolicyDocument(PolicyDocument):
    """The policy after a change of the wishes."""

    clamped = s.DictField(help_text="Wishes that the floor did not grant, with what counts.")
    weakened = s.ListField(child=s.CharField(), help_text="Fields that are weaker than before.")
    approval = s.UUIDField(
        allow_null=True, help_text="What the change waits for, with 202; nothing has changed yet."
    )


class WishesBody(Document):
    """The wishes, whole: policy fields by name. A field that is left out is not wished for."""


class PatchedWishesBody(Document):
    """Some wishes (RFC 7396): policy fields by name. Null takes a wish back."""


class PolicyLineDocument(Document):
    """One checkpoint in a list."""

    checkpoint = s.CharField()
    policy = s.DictField(help_text="What counts: every policy field with its value.")
    version = s.IntegerField(help_text="Of the tenant's wishes for it; 0 for none.")


class PoliciesDocument(Document):
    """The policies of all checkpoints."""

    policies = PolicyLineDocument(many=True)
    industry = s.CharField(
        allow_blank=True, help_text="What the tenant sells, which sets its floor. Empty for none."
    )
    below_defensible = s.DictField(
        child=s.ListField(child=s.CharField()),
        help_text="Checkpoints that stand below the preset `defensible`, with the fields.",
    )


class TrialBody(Document):
    """Wishes to try. Nothing is changed."""

    wishes = s.DictField(help_text="As for a PATCH: they are laid over the wishes of now.")
    people = s.BooleanField(
        required=False, help_text="Name who would be locked out; this needs a step-up."
    )


class LockedOutDocument(Document):
    """Who could not confirm any more."""

    members = s.IntegerField(help_text="Active members in all.")
    newly = s.IntegerField(help_text="Can confirm today, and could not then.")
    already = s.IntegerField(help_text="Cannot confirm today either.")
    by_role = s.DictField(child=s.IntegerField(), help_text="Of `newly`, in each of their roles.")
    users = s.ListField(
        child=s.CharField(), allow_null=True, help_text="Of `newly`, the first 100, if asked for."
    )
    can_enroll = s.BooleanField(help_text="Whether people can set up by themselves what serves.")


class YesterdayDocument(Document):
    """The first passes of proofs in the last 24 hours, by these wishes."""

    passes = s.IntegerField(help_text="At most the newest 2000.")
    stopped = s.IntegerField(help_text="Those that would have been asked for more.")
    by_reason = s.DictField(child=s.IntegerField())


class TrialDocument(Document):
    """What the wishes would do."""

    checkpoint = s.CharField()
    version = s.IntegerField()
    policy = s.DictField(help_text="What would count.")
    changed = s.ListField(child=s.CharField(), help_text="Fields whose value would change.")
    weakened = s.ListField(child=s.CharField(), help_text="Fields that would be weaker.")
    clamped = s.DictField(help_text="Wishes that would not count, with what would.")
    approvals = s.IntegerField(help_text="How many others would have to approve.")
    locked_out = LockedOutDocument()
    yesterday = YesterdayDocument()


class PolicyVersionDocument(Document):
    """One version of the wishes."""

    version = s.IntegerField()
    current = s.BooleanField()
    wishes = s.DictField()
    author = s.CharField(allow_blank=True, help_text="The id of a user; empty for none.")
    at = s.DateTimeField()


class PolicyVersionPageDocument(PageDocument):
    """The versions of the wishes, the newest first."""

    versions = PolicyVersionDocument(many=True)


class ChangedWishDocument(Document):
    """One field that two versions do not wish alike. Null: not wished for."""

    before = s.JSONField(allow_null=True)
    after = s.JSONField(allow_null=True)


class PolicyDiffDocument(Document):
    """What two versions do not wish alike."""

    checkpoint = s.CharField()
    before = s.IntegerField(help_text="A version.")
    after = s.IntegerField(help_text="A version.")
    changed = s.DictField(child=ChangedWishDocument(), help_text="By field.")


class RollbackBody(Document):
    """Which version to wish for again."""

    version = s.IntegerField(min_value=0, help_text="0: no wishes at all.")
