"""The texts of the tour: one card for each checkpoint, and stories that go further."""

from __future__ import annotations

from demo_project.cards import Card, Sign
from demo_project.more_stories import BESIDE

CHECKPOINTS = (
    Card(
        name="signup",
        title="Sign up",
        slug="signup",
        who="",
        path="/signup/",
        do="Create an account with e-mail and password, look around, then finish signing up.",
        expect="Nobody asks for a phone until you found a company. Then a number is enrolled and"
        " confirmed by a code; your profile shows it.",
        code='otpguard.require(request, "signup")',
        signs=(Sign(checkpoint="signup"),),
    ),
    Card(
        name="password",
        title="Change a password",
        slug="password_reset",
        who="frank@globex",
        path="/password/",
        do="Type a new password twice and save it.",
        expect="A code is asked for. Passwords are never kept, so you type them again:"
        " the proof still counts.",
        code='otpguard.require(request, "password_reset")',
        signs=(Sign(checkpoint="password_reset"),),
        again=("frank@globex",),
    ),
    Card(
        name="reset",
        title="Reset your password",
        slug="password_reset",
        who="",
        path="/password-reset/",
        do="Ask for a link for frank@globex.example, open it from the inbox, and confirm with his"
        " phone. Then try nora@acme.example, who has set up nothing.",
        expect="The page says the same for every e-mail address. Frank needs link and phone;"
        " for Nora the link is enough, but sensitive actions wait a day and all her logins end.",
        code='include("otpguard.contrib.password_reset")',
        signs=(
            Sign(kind="password_reset.sent", checkpoint="password_reset"),
            Sign(kind="password_reset.done", checkpoint="password_reset"),
        ),
        again=("frank@globex", "nora@acme"),
    ),
    Card(
        name="role",
        title="Grant a role",
        slug="role_grant",
        who="alice@acme",
        path="/members/",
        do="Make Bob an admin. Then make him an API admin, too.",
        expect="Each grant is asked for by itself: a proof is bound to the very form that was"
        " sent, and works once. A new admin waits 24 hours: log in as bob@acme and try to create"
        " a key.",
        code='otpguard.require(request, "role_grant", target=…)',
        signs=(Sign(checkpoint="role_grant"), Sign(checkpoint="role_grant")),
        again=("bob@acme",),
    ),
    Card(
        name="billing",
        title="Change how you pay",
        slug="billing_change",
        who="carol@acme",
        path="/billing/",
        do="Enter the card 4242 4242 4242 4242.",
        expect="A code is asked for. A card number is never kept, so you enter it once more before"
        " you go on. Every billing admin gets an e-mail, whose link locks further changes"
        " without a login.",
        code='otpguard.require(self.request, "billing_change")',
        signs=(Sign(checkpoint="billing_change"),),
    ),
    Card(
        name="key",
        title="Create an API key",
        slug="api_key",
        who="alice@acme",
        path="/keys/",
        do="Create a production key. Then log in again with this card, and create another with the"
        " button that uses fetch.",
        expect="The step-up names the key. “Continue” sends your form on, and the secret is shown"
        " once. With fetch a dialog opens the same pages in a tab of their own.",
        code='otpguard.keys.require_for_key(request, "create", …)',
        signs=(Sign(checkpoint="api_key.production"),),
    ),
    Card(
        name="log-export",
        title="Export the audit log",
        slug="audit_log_export",
        who="dave@globex",
        path="/audit/",
        do="Export the log as JSON lines.",
        expect="A code, then the download: only Globex' own events, each with a keyed MAC in the"
        " database.",
        code='@requires_checkpoint("audit_log_export")',
        signs=(Sign(checkpoint="audit_log_export"),),
    ),
    Card(
        name="data-export",
        title="Export customer data",
        slug="data_export",
        who="henry@hooli",
        path="/contacts/",
        do="Export the contacts as CSV.",
        expect="A code, then a file that is made, encrypted and held: for a minute here, for an"
        " hour elsewhere. All administrators get a link to cancel it. Each download asks for a"
        " proof and leaves an event, whose id is in the file's name. Hooli Labs is three days"
        " old: ask for codes again and again, and the limits of young organizations stop you.",
        code='@requires_checkpoint("data_export")',
        signs=(Sign(checkpoint="data_export"),),
    ),
)

STORIES = (
    Card(
        name="once",
        title="Asked only once",
        slug="20 minutes",
        who="alice@acme",
        path="/contacts/export/",
        do="Export the contacts, enter the code, then create a development key.",
        expect="The second action passes without a question: a proof counts for 20 minutes in"
        " this login session. Granting a role asks every time, because its proof is bound.",
        signs=(Sign(checkpoint="data_export"), Sign(checkpoint="api_key")),
    ),
    Card(
        name="enterprise",
        title="An enterprise customer",
        slug="AAL3",
        who="ines@initech",
        path="/billing/",
        do="Change the card of Initech Enterprise. Set up a passkey when you are asked for one.",
        expect="A contract of $250,000 a year means AAL3: a phone code is not enough. It is enough"
        " to add a passkey, though, and the passkey then changes the card. Grant a role, create a"
        " production key, export the log and the contacts: each asks for the passkey or lets its"
        " proof count. Log out and forget the password: the link alone is not enough either.",
        signs=(Sign(checkpoint="billing_change"),),
        again=("ines@initech",),
    ),
    Card(
        name="enroll",
        title="Nothing enrolled",
        slug="enrollment",
        who="nora@acme",
        path="/keys/",
        do="Create a key as somebody who has no factor yet.",
        expect="No silent pass: something has to be set up first, and only with a fresh login. Give"
        " the number +1 201 555 0199, or give none: an app or a passkey will also do.",
        signs=(Sign(kind="factor.enrolled"),),
        again=("nora@acme",),
    ),
    Card(
        name="two",
        title="Two organizations",
        slug="isolation",
        who="erin",
        path="/contacts/export/",
        do="Export the contacts of Acme, then switch to Globex (top right) and export there.",
        expect="Asked again: what was proven in one organization counts for nothing in another.",
        signs=(
            Sign(checkpoint="data_export", tenant="acme"),
            Sign(checkpoint="data_export", tenant="globex"),
        ),
    ),
    Card(
        name="security",
        title="Your own security",
        slug="/security/",
        who="alice@acme",
        path="/security/",
        do="Add an authenticator app, make recovery codes, forget this device.",
        expect="What your phone proves and what a passkey would; every change asks for a proof"
        " and is announced by e-mail (look in the inbox).",
        signs=(Sign(kind="factor.enrolled"),),
        again=("alice@acme",),
    ),
    Card(
        name="lost-phone",
        title="A lost phone",
        slug="reset",
        who="ops",
        path="/admin/otpguard/membership/",
        do="Reset Bob's factors at Acme, with a reason.",
        expect="You step up first. Bob's phone is blocked at Acme only, Bob is told, waits 24 hours"
        " for anything sensitive, and can set up a new factor at once.",
        signs=(Sign(kind="factor.reset"),),
        again=("bob@acme",),
    ),
    Card(
        name="rule",
        title="Everybody must have one",
        slug="enforcement",
        who="ops",
        path="/admin/otpguard/enrollmentrule/",
        do="Add a rule for Acme with 7 days of grace, then log in as nora@acme.",
        expect="A banner counts the days. With a rule that began long ago and no grace, Nora sees"
        " nothing but the page where she sets something up.",
        signs=(Sign(kind="enrollment.changed"),),
        again=("nora@acme",),
        rules="acme",
    ),
    Card(
        name="key-ledger",
        title="The ledger of keys",
        slug="api_key",
        who="alice@acme",
        path="/keys/",
        do="Change the scope of the key “website”, rotate it, then delete it.",
        expect="Each change asks for a proof, unless one is still fresh. The list says when a key"
        " was last rotated and confirmed, and the audit log says who did what.",
        code='otpguard.keys.record_key(request, "rotate", …)',
        signs=(
            Sign(kind="key.scope_changed"),
            Sign(kind="key.rotated"),
            Sign(kind="key.deleted"),
        ),
    ),
    Card(
        name="ready-keys",
        title="Keys that come ready",
        slug="api_key",
        who="erin",
        path="/security/keys/",
        do="Make a test key for programs of Acme on the page that otpguard brings along, and call"
        " /api/contacts/ with it. Then delete it.",
        expect="You confirm first, and the secret is shown once. The call answers with the"
        " contacts of Acme, and with 401 once the key is deleted. An app without keys of its own"
        " names its scopes and has this page.",
        code="curl -H 'Authorization: Bearer acme_test_…' http://localhost:8000/api/contacts/",
        signs=(Sign(kind="key.created"), Sign(kind="key.deleted")),
    ),
    Card(
        name="entry",
        title="Look at an entry of the log, or download it",
        slug="logged_action",
        who="dave@globex",
        path="/audit/",
        do="Open an entry of the log.",
        expect="Globex asks for a proof before an entry is opened, Acme before a download: the"
        " policy names the kind of event, and each organization decides for itself.",
        code="otpguard.require_event(request, AuditEntryViewed(…))",
        signs=(Sign(kind="demo.audit_entry.viewed"),),
    ),
    Card(
        name="permission",
        title="Permission stays permission",
        slug="403",
        who="carol@acme",
        path="/keys/",
        do="Try to create a key as somebody who only looks after the billing.",
        expect="Refused by the app itself. Step-up proves who somebody is; it gives no rights.",
        status=403,
    ),
    Card(
        name="elsewhere",
        title="Log in from elsewhere",
        slug="login",
        who="bob@acme",
        path="/profile/",
        do="Log in as Bob in a browser that he has never confirmed in, as if you came through Tor.",
        expect="You are asked at once, and the page says why. Confirm, then try the card again:"
        " this browser is recognized now, and Bob gets in without a question.",
        code='"otpguard.middleware.LoginMiddleware"',
        signs=(Sign(checkpoint="login"),),
        client_ip="203.0.113.7",
    ),
    Card(
        name="attack",
        title="Play the attacker",
        slug="SMS pumping",
        who="",
        path="/attack/",
        do="Ask for 40 codes at the sign-up: as a script, from one range, by a botnet.",
        expect="Nearly all are stopped, and each by the layer that is named beside it. You see what"
        " it has cost, and what it would have cost.",
        signs=(Sign(kind="challenge.refused", checkpoint="signup"),),
    ),
    Card(
        name="log",
        title="The log",
        slug="admin",
        who="ops",
        path="/admin/otpguard/event/",
        do="Open Events in the Django admin.",
        expect="Every step you took: asked, sent, answered, passed. Rows are written once and"
        " never changed.",
        status=200,
    ),
)

CARDS = {card.name: card for card in (*CHECKPOINTS, *BESIDE, *STORIES)}
