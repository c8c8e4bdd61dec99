"""The texts of the tour: the operations that ship beside the seven checkpoints."""

from __future__ import annotations

from demo_project.cards import Card, Sign

BESIDE = (
    Card(
        name="invite",
        title="Invite somebody",
        slug="team_invite",
        who="ines@initech",
        path="/invite/",
        do="Invite ann@example.com as a member, then kim@example.com as an admin.",
        expect="A member is invited at once; an admin needs a passkey in an enterprise"
        " organization, and the page names the e-mail address and the role.",
        code="otpguard.require_invite(request, roles=[…], …)",
        signs=(Sign(checkpoint="team_invite.privileged"),),
        again=("ines@initech",),
    ),
    Card(
        name="join",
        title="Join an enterprise customer",
        slug="signup",
        who="ines@initech",
        path="/invite/",
        do="Invite yourself as a member, with an e-mail address that nobody has here. Log out, open"
        " the link from the inbox, and join. Then export the contacts.",
        expect="A newcomer shows a phone before there is a password: any number such as"
        " +1 201 555 0143. That is enough to come in, and not for what is sensitive: the export"
        " asks for a passkey, which is set up by way of the phone.",
        code='@requires_phone_claim("signup", email_first=False)',
        signs=(
            Sign(kind="phone_claim.used", tenant="initech", by_anybody=True),
            Sign(checkpoint="data_export", tenant="initech", by_anybody=True),
        ),
    ),
    Card(
        name="settings",
        title="Change the policy",
        slug="security_settings",
        who="alice@acme",
        path="/policy/",
        do="Let a proof count for 15 minutes at the export of contacts.",
        expect="Changing the rules is guarded itself, and no rule switches that off. The proof is"
        " bound to this one change.",
        code='otpguard.require(request, "security_settings", target=…)',
        signs=(Sign(checkpoint="security_settings"), Sign(kind="policy.changed")),
    ),
    Card(
        name="deal",
        title="Edit a deal",
        slug="sensitive_setting.deal_edit",
        who="ines@initech",
        path="/deals/",
        do="Change the value of the deal.",
        expect="Guarded in enterprise organizations. Payroll and the export of compensation data"
        " are variants like this one, each with its own policy.",
        code='otpguard.require(request, "sensitive_setting.deal_edit", target=…)',
        signs=(Sign(checkpoint="sensitive_setting.deal_edit"),),
        again=("ines@initech",),
    ),
    Card(
        name="pay",
        title="Pay somebody",
        slug="transaction_flow",
        who="alice@acme",
        path="/pay/",
        do="Pay 1250.00 EUR to Ann & Co. Read the message with the code.",
        expect="The page and the message name amount, payee and the end of the account. Change any"
        " of them on the way, and you are asked again. What ships asks for a passkey here, as"
        " Initech Enterprise does: its page names the payment, too.",
        code="otpguard.require_payment(request, Payment(…))",
        signs=(Sign(checkpoint="transaction_flow"),),
    ),
    Card(
        name="first-action",
        title="Begin your first project",
        slug="first_action",
        who="",
        path="/signup/",
        do="Create an account with e-mail and password, open your profile and begin your first"
        " project. Then begin a second one.",
        expect="Only the first one asks for a phone: the account looks around without. Afterwards"
        " nobody is asked again, whatever the proof is worth by then.",
        code="otpguard.require_first_action(request, target=…)",
        signs=(Sign(checkpoint="first_action"),),
    ),
    Card(
        name="email",
        title="Change your e-mail address",
        slug="factor_change",
        who="bob@acme",
        path="/email/",
        do="Enter another e-mail address, and look into the inbox of the old one.",
        expect="Bob confirms with his phone. The old mailbox gets a link that undoes the change for"
        " three days, so a thief who changes the address gains nothing.",
        code="otpguard.change_email(request, email)",
        signs=(Sign(checkpoint="factor_change"), Sign(kind="email.account_changed")),
        again=("bob@acme",),
    ),
    Card(
        name="emergency",
        title="Open the emergency envelope",
        slug="break_glass",
        who="alice@acme",
        path="/security/emergency/",
        do="Make an envelope that opens billing changes, keep its codes, and enter one as a drill."
        " Log in as Erin, select Acme and enter another one as a drill.",
        expect="One person alone opens nothing. Every administrator is told at once, and a banner"
        " says that a drill is running. Without the drill, both would pass without a code.",
        signs=(Sign(kind="break_glass.prepared"), Sign(kind="break_glass.entered")),
    ),
    Card(
        name="close",
        title="Close the account",
        slug="account_closure",
        who="dave@globex",
        path="/close/",
        do="Close Globex, look into the inbox, then keep it open.",
        expect="Nothing is closed yet: every administrator is told and can cancel it for a minute"
        " here, for 72 hours elsewhere. The link of the e-mail does so without a login. Once it is"
        " closed, this card opens it again.",
        code="otpguard.ask_closure(request)",
        signs=(Sign(kind="closure.asked"), Sign(kind="closure.canceled")),
    ),
)
