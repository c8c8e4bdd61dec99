"""One word, one meaning: which words are not used, where, and what to say instead.

A row holds up to five patterns. `name` is looked for in the names that the package and the demo
give: identifiers, columns, event codes, URL names, ids. `function` is the whole name of a function,
for bare verbs. `file` is for the names of modules and templates. `prose` is for sentences:
docstrings, comments, messages, pages, catalogs; those of tests too. `people` is for the sentences
that users of the host read. Names are compared as lower-case words joined by underscores
(`KeptForm` is `kept_form`), and a pattern fits whole words of them. `wrong` are examples, one for
each pattern at least. `allowed` are names, turns and places that keep the word, with the reason.

Some words of the design's "not" column (account, attempt, context, device, message, method,
permission, token) are English or Django's as well; a pattern would hit hundreds of good names, so
they are left to the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Word:
    """A word that is not used, and what is said instead."""

    word: str
    say: str
    wrong: tuple[str, ...]
    name: str = ""
    function: str = ""
    file: str = ""
    prose: str = ""
    people: str = ""
    allowed: Mapping[str, str] = field(default_factory=dict)


def gone(word: str, pattern: str, say: str, **allowed: str) -> Word:
    """A figure of speech that is used nowhere: not in names, files or sentences."""
    return Word(
        word=word,
        say=say,
        wrong=(word,),
        name=pattern,
        file=pattern,
        prose=pattern,
        allowed=allowed,
    )


TWO_MEANINGS = (
    Word(
        word="seal",
        say="encrypt_token, decrypt_token, Encrypted; in an event `private`. A seal is the signed"
        " head of the audit log and nothing else",
        wrong=("seal_token", "SealedText", "unseal", "the column is sealed under a key"),
        name="seal(ed)?_(token|text|value|column|secret|key|box)|unseal|unsealed",
        prose="sealed (under|column|token|with a key)|unseal|unsealed",
    ),
    Word(
        word="hold, held (a form)",
        say="KeptForm, keep_form, kept; a hold is a wait that must pass",
        wrong=("HeldForm", "hold_form", "form.held", "held_form_bytes", "form.resumed"),
        name="held_(form|forms|request|post|bytes)|hold_(form|request)|form_(held|resumed)",
        allowed={"HoldForm": "asks until when a member has to wait"},
    ),
    Word(
        word="open, close (a route)",
        say="route.paused, route.resumed",
        wrong=("route.opened", "RouteClosed", "close_route"),
        name="route_(opened|closed|open)|(open|close)_(route|breaker)|breaker_(open|closed)",
    ),
    Word(
        word="verdict",
        say="RouteChoice, Attestation; a verdict is the pumping defense's",
        wrong=("RouteVerdict", "route_verdict", "a verdict about routes"),
        name="(route|routing|provider|vendor|attestation|maker)_verdicts?",
        file="(route|routing|provider|vendor|attestation)_verdicts?",
        prose="verdicts? (?:about|on|of) (?:a |the )?(?:routes?|providers?|vendors?|makers?)",
    ),
    Word(
        word="address",
        say="client_ip, url or path, email",
        wrong=("ip_address", "address_of", "NoticeAddress", "addresses"),
        name="address|addresses",
        file="address|addresses",
        allowed={
            "docs/checkpoints-in-depth.md": "names of tests",
            "local_address": "a parameter of httpcore2",
            "client_address": "a parameter of socketserver",
        },
    ),
    Word(
        word="report (of a vendor, of a person)",
        say="receipt; repudiate. report_only and reports/ stay",
        wrong=("delivery_report", "vendor_report", "report_theft", "Reported", "report"),
        name="(delivery|vendor|dlr|provider)_reports?|report_(theft|it|login|notice)|reported",
        file="report",
        allowed={
            "CheckpointReported": "what report-only mode writes",
            "checkpoint.reported": "its code",
            "reported": "the event of report-only mode, before it is written",
        },
    ),
    Word(
        word="standing",
        say="StepUpOptions, EnrollmentStatus",
        wrong=("standing_of", "Standing", "the standing of a person"),
        name="standings?",
        file="standings?",
        prose="standings? of",
    ),
    Word(
        word="registration (10DLC)",
        say="ten_dlc; a registration is that of a passkey",
        wrong=("register_campaign", "BrandRegistration", "registration"),
        name="register_(campaign|brand)|(campaign|brand|sender)_registrations?",
        function="registration",
        file="registration",
    ),
    Word(
        word="judge",
        say="verify, check",
        wrong=("judge", "judge_answer", "JudgedAnswer", "judged by its engine"),
        name="judge|judges|judged|judging",
        file="judge",
        prose="judge|judges|judged|judging",
    ),
    Word(
        word="settle",
        say="a plain verb with its object",
        wrong=("settle", "settle_delivery", "Settled"),
        name="settle|settles|settled",
        file="settle",
    ),
    Word(
        word="weigh",
        say="evaluate",
        wrong=("weigh", "weigh_proofs", "weighed by the planner"),
        name="weigh|weighs|weighed",
        file="weigh",
        prose="weigh|weighs|weighed|weighing",
    ),
    Word(
        word="order, end, take, note, drop, leave (alone)",
        say="the verb with its object: enqueue_deliveries, end_session, record_receipt",
        wrong=("order", "_end", "take", "_note", "drop", "leave"),
        function="_?(order|end|take|note|drop|leave)",
        file="order|leave|end",
    ),
    Word(
        word="held request, resume",
        say="kept form, kept_form",
        wrong=("resume_request", "resume_form", "resume", "the held request"),
        name="resume_(request|form|post)|held_requests?",
        file="resume",
        prose="held (request|form)s?",
    ),
)

NAMES_THAT_HIDE = (
    gone("errand", "errands?", "vendor_calls"),
    gone("belt", "belts?", "request_rate"),
    gone("roster", "rosters?", "by_member"),
    gone("tally", "tally|tallies|tallied", "success_counter"),
    gone("obstacle", "obstacles?", "precheck"),
    gone("unattended", "unattended", "event_context"),
    gone("way on", "way_on|way on", "next_page"),
    gone("catch up", "catch_up|catch up", "early_receipts"),
    Word(
        word="tighten (a login)",
        say="sign_out",
        wrong=("tighten", "TightenLogin"),
        name="tighten",
        file="tighten",
    ),
    Word(
        word="outgoing",
        say="message",
        wrong=("outgoing", "OutgoingMessage"),
        name="outgoing|outgoing_message",
        file="outgoing",
    ),
    Word(word="pace", say="throughput", wrong=("pace", "pace_of"), name="pace", file="pace"),
    Word(word="spot", say="RouteKey", wrong=("Spot", "spots"), name="spots?", file="spots?"),
    Word(
        word="drop (why a route is not used)",
        say="WhyUnused",
        wrong=("DropReason", "dropped_routes"),
        name="drop_reason|dropped_routes?|routes?_dropped",
    ),
    Word(
        word="looks",
        say="pages",
        wrong=("looks", "looks_of"),
        name="looks",
        file="looks",
    ),
    Word(
        word="a file named after a verb or an adjective that anything could have",
        say="the subject: vendor_closing, status_poll, cost, evaluate, refusals, kept_form,"
        " otp_mark, responses, checked_code, send_options, ask_token, challenge_token,"
        " after_proof, strength, event_details, policy_scope",
        wrong=("charge", "checked", "views", "reading"),
        file="poll|charge|refuse|verified|answers|checked|sending|asks|references|proven|worth"
        "|views|reading",
        allowed={"demo_project/views": "where a Django engineer looks for the pages of a project"},
    ),
    Word(
        word="a file that says whose, or what of which",
        say="rename, remove, recovery_codes; revoke; import_tokens; access, factors, deadline",
        wrong=("own_factors", "own_grants", "provision_tokens", "access_lines", "due_line"),
        file="own_factors|own_grants|provision_tokens|access_lines|factor_lines|due_line",
    ),
)

DESIGN = (
    Word(
        word="org",
        say="tenant in code, organization for people",
        wrong=("org", "org_id", "organization_of"),
        name="orgs?|organi[sz]ations?",
        file="orgs?|organi[sz]ations?",
        allowed={
            "otpguard/core/federation/profiles.py": "a URL of REFEDS",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "a name of SAML",
            "mds.fidoalliance.org": "the host that signs the FIDO Alliance's metadata",
            "otpguard/core/member_csv.py": "a column of the file of members is called so",
            "otpguard/core/project.py": "the package django-organizations is called so",
            "otpguard/core/project_tenants.py": "the same, and its model",
            "otpguard/flows/project/look.py": "hosts call their models so",
            "docs/tenants.md": "the same",
            "otpguard/scim/filters.py": "an attribute of SCIM is called so",
            "otpguard/flows/privacy/export_subject.py": "a key of a file that people read",
            "docs/more-doors.md": "an option of a command that people type",
        },
    ),
    Word(
        word="tenant (for people)",
        say="organization",
        wrong=("Choose a tenant",),
        people="tenants?",
    ),
    Word(word="gate", say="checkpoint", wrong=("gate", "Gates"), name="gates?", file="gates?"),
    Word(
        word="gateway",
        say="provider",
        wrong=("gateway", "SmsGateway", "an SMS gateway"),
        name="gateways?",
        file="gateways?",
        prose="(sms|message|messaging|voice) gateways?",
    ),
    Word(
        word="PIN",
        say="code",
        wrong=("pin", "PIN_LENGTH", "enter the PIN that we sent"),
        name="pins?",
        file="pins?",
        prose="pins? (that|which) we sent|(enter|send|sent) (the|a|your) pin",
        allowed={
            "otpguard/core/federation/profiles.py": "a value of RFC 8176",
            "otpguard/web/team/captured_sign_in.py": "a value of RFC 8176",
        },
    ),
    Word(
        word="DLR",
        say="receipt",
        wrong=("dlr", "DlrReceived", "a DLR"),
        name="dlrs?",
        file="dlrs?",
        prose="dlrs?",
    ),
    Word(
        word="security level",
        say="AssuranceLevel, level of assurance",
        wrong=("SecurityLevel", "security_level", "its security level"),
        name="security_levels?",
        file="security_levels?",
        prose="security levels?",
    ),
    Word(word="sudo", say="grant", wrong=("sudo", "sudo mode"), name="sudo", prose="sudo"),
    Word(
        word="cool-down",
        say="hold",
        wrong=("cooldown", "cool_down", "a cool-down of a day"),
        name="cooldowns?|cool_downs?",
        file="cooldowns?|cool_downs?",
        prose="cool-?downs?",
    ),
    Word(
        word="trace, correlation",
        say="story",
        wrong=("trace", "trace_id", "CorrelationId", "a correlation id"),
        name="trace|traces|trace_ids?|correlations?",
        file="traces?|correlations?",
        prose="correlation",
        allowed={"TRACE": "a method of HTTP", "correlation_uid": "an attribute of OCSF"},
    ),
    Word(
        word="bucket",
        say="lane",
        wrong=("bucket", "TokenBucket", "a bucket for each device"),
        name="buckets?",
        file="buckets?",
        prose="buckets?",
    ),
    Word(
        word="fraud score",
        say="verdict (of the pumping defense)",
        wrong=("fraud_score", "a fraud score"),
        name="(fraud|risk)_scores?",
        prose="(fraud|risk) scores?",
        allowed={"sms_pumping_risk_score": "a field of Twilio Lookup"},
    ),
    Word(
        word="notification",
        say="notice",
        wrong=("notification", "NotificationSent", "a notification"),
        name="notifications?",
        file="notifications?",
        prose="notifications?",
    ),
    Word(
        word="session_key",
        say="sid: our own id of a login session, which survives the rotation of the key",
        wrong=("login_session_key", "OWN_SESSION_KEY"),
        name="session_keys?",
        allowed={
            "session_key": "Django's: the key of the web session that carries a login",
            "SESSION_KEY": "where the tenant stands in Django's session, called as Django would",
        },
    ),
    Word(
        word="retry",
        say="fallback, when it is another route",
        wrong=("retry_route", "retry_channel"),
        name="retry_(route|channel|provider|delivery)",
    ),
    Word(
        word="mail, e-mail, telephone",
        say="email in code and e-mail in prose; phone",
        wrong=("mail", "MailForm", "telephone", "send a mail", "an email", "by telephone"),
        name="mails?|telephones?",
        file="mails?|telephones?",
        prose=r"(?<![-\w])mails?|emails?|telephones?",
        allowed={
            "E-mail": "a label",
            "tests/scim/test_filters.py": "an attribute of SCIM is called so",
            "tests/scim/test_storage.py": "the same",
            "tests/core/test_scim.py": "the same",
            "tests/demo/test_cards.py": "names of cards",
            "otpguard.change_email(request, email)": "a call of ours",
            "django.core.mail.backends.filebased.EmailBackend": "Django's name",
            "Django's mail backend": "Django's name",
            "django.core.mail.backends.locmem.EmailBackend": "Django's name",
            'USERNAME_FIELD = "email"': "a column of a host's user model",
            "email = models.EmailField": "the same",
            "self.email.partition": "the same",
            '{"email": {"BACKEND"': "an entry of PROVIDERS",
            '"email": {"BACKEND"': "the same",
            "user or email": "columns of the file of tokens",
            "“user” or “email”": "the same",
            "sms, whatsapp, voice, email": "what is typed",
            "mail server": "the term of SMTP",
            "tests/core/test_token_csv.py": "columns of the file of tokens",
            "docs/policies.md": "a printed table of values as they are typed",
            "Email address is invalid": "what Vonage says",
        },
    ),
)

PROSE = (
    Word(
        word="anew",
        say="again; a new …",
        wrong=("It is read anew.",),
        prose="anew",
    ),
    Word(
        word="whoever",
        say="anyone who, the person who, who",
        wrong=("Whoever asked can ask again.",),
        prose="whoever|whomever|whosever",
    ),
    Word(
        word="nobody (as an object)",
        say="the sentence turned round: no user, no one else, only",
        wrong=("It is told to nobody.", "nobody else's", "for nobody in particular"),
        prose=r"(?:to|for|by|of|at|from|as|in|with|reach|reached|reaches|surprises|makes|throws"
        r"|tells|asks|binds|lets|is) nobody|nobody's|nobody else's|nobody in particular",
    ),
    Word(
        word="none for no other",
        say="Returns None if …",
        wrong=("None for no other", "no sending less than nothing"),
        prose="none for no|for no other|less than nothing|wishes nothing",
    ),
    Word(
        word="British spelling",
        say="American spelling",
        wrong=("Colour", "organise", "cancelled", "behaviour", "the colour of an organisation"),
        name="(?:behaviou|colou|favou|honou|neighbou|labou)rs?|organis\\w*|authoris\\w*|cancelled"
        "|licence|centres?|judgement",
        prose="(?:behaviou|colou|favou|honou|neighbou|labou)r(?:s|ed|ing|ite|hood)?"
        "|(?:organ|author|recogn|normal|serial|synchron|initial|summar|minim|maxim)is(?:e|es|ed|ing|ation|ations)"
        "|cancelled|cancelling|licence|centres?|judgement|enrolments?|defence|grey|whilst",
        allowed={"otpguard/flows/project/look.py": "hosts in Britain call a model so"},
    ),
)

WORDS: tuple[Word, ...] = (*TWO_MEANINGS, *NAMES_THAT_HIDE, *DESIGN, *PROSE)
