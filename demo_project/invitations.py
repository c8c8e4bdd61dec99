"""Invitations to join an organization: a link in an e-mail that serves once, and for three days."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing

from otpguard.channels.base import OutboundMessage
from otpguard.channels.providers.inbox import Inbox
from otpguard.core.assurance import Channel
from otpguard.models import Membership

LIFE = timedelta(days=3)
_SALT = "demo.invitation"


def invited_account(email: str) -> User:
    """The account of this e-mail address. One that is made here has no password until its owner
    joins, so that nobody else can set one."""
    user = User.objects.filter(username=email).first()
    return user or User.objects.create_user(email, email=email, password=None)


def awaits_joining(user: User) -> bool:
    """Whether somebody was invited and has not joined yet."""
    return not user.has_usable_password()


def token_of(membership: Membership) -> str:
    """What stands in the link."""
    return signing.dumps(str(membership.pk), salt=_SALT)


def membership_of(token: str) -> Membership | None:
    """The membership that a link still leads to: not one too old, used, or of somebody who was put
    out meanwhile."""
    try:
        key = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    found = Membership.objects.filter(pk=key, active=True).select_related("tenant", "user").first()
    return found if found is not None and awaits_joining(found.user) else None


def send(membership: Membership, *, url: str) -> None:
    """Drop the e-mail into the demo's inbox, where those of otpguard lie too."""
    text = (
        f"{membership.tenant.name} invites you to Acme CRM. Join within three days:\n\n{url}\n\n"
        "You do not know of this? Then do nothing."
    )
    message = OutboundMessage(
        key=uuid4().hex,
        channel=Channel.EMAIL,
        to=membership.user.email,
        text=text,
        subject=f"Join {membership.tenant.name}",
    )
    Inbox(str(settings.INBOX)).send(message)
