"""Every setting of otpguard, with its type, default and description: one frozen dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from otpguard.conf.api_keys import ApiKeyConfig
from otpguard.conf.audit.log import LogSettings
from otpguard.conf.backend import BackendConfig
from otpguard.conf.hygiene import HygieneConfig
from otpguard.conf.kinds import SHIPPED_CONFIGS, FactorKindConfig
from otpguard.conf.number_intel import NumberIntelConfig
from otpguard.conf.people.login_backends import SHIPPED as SHIPPED_BACKENDS
from otpguard.conf.people.login_risk import LoginRiskConfig
from otpguard.conf.people.signup import SignupConfig
from otpguard.conf.pumping import PumpingSettings
from otpguard.conf.releases import ReleaseConfig
from otpguard.conf.reputation import ReputationConfig
from otpguard.conf.routes import ProviderConfig, RouteConfig
from otpguard.conf.view_patterns import UrlCheckpoint
from otpguard.core.assurance import PROFILES, AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.codes import Code
from otpguard.core.consent import ConsentText
from otpguard.core.host_event import known_checkpoints
from otpguard.core.money import Rate
from otpguard.core.presets import Preset
from otpguard.core.pumping.money.terms import MoneyTerms
from otpguard.core.pumping.velocity import Velocity
from otpguard.core.secret_names import DEFAULT as DEFAULT_SECRETS
from otpguard.core.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(LogSettings):
    """Every setting of otpguard, with its default. All are optional."""

    root_keys: tuple[str, ...] = ()
    """Root keys, newest first; all keys in use are derived from them. The first encrypts and signs,
    the others only read. Empty: Django's SECRET_KEY and SECRET_KEY_FALLBACKS."""

    index_keys: tuple[str, ...] = ()
    """Keys of the blind index over phone numbers: one, or two while `otpguard_rekey` moves the
    index from the second to the first. Empty: derived from the oldest root key."""

    tenant_directory: str = "otpguard.tenants.directory.SessionDirectory"
    """Dotted path of the tenant directory: which tenant a request is about."""

    tenancy: str = "multi"
    """"multi", or "single" for a product without customer organizations: then everybody who has an
    account is a member of the one tenant that `migrate` makes."""

    single_roles: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {"is_superuser": ("admin",)}
    )
    """What gives roles while TENANCY is "single": a boolean column of the user model, or
    "group:<name>", to roles: {"is_superuser": ["admin"], "group:Billing": ["billing_admin"]}.
    Nothing else gives one."""

    limiter: BackendConfig = field(
        default_factory=lambda: BackendConfig(backend="otpguard.limits.sql.SqlLimiter")
    )
    """What counts the caps of starts: {"BACKEND": "dotted.path", "OPTIONS": {...}}."""

    assurance_profile: AssuranceProfile = PROFILES["saas-2026"]
    """What proofs are worth: "saas-2026" or "nist-800-63b-4"."""

    factor_kinds: Mapping[str, FactorKindConfig] = field(default_factory=lambda: SHIPPED_CONFIGS)
    """The host's own kinds of factor in addition to the four that ship, by slug:
    {"paper_grid": {"BACKEND": "dotted.path", "OPTIONS": {...}, "WORTH": "AAL2"}}. WORTH is what one
    proves beside a login, AAL1 without it. No policy takes a kind that it does not list."""

    preset: Preset = Preset.BASELINE
    """The policy preset: "baseline", "defensible" or "enterprise"."""

    checkpoints: Mapping[str, Checkpoint] = field(default_factory=known_checkpoints)
    """The host's own checkpoints in addition to the built-in ones:
    {"payout": {"LABEL": "Pay out", "SENSITIVE": True, "POLICY": {...}}}."""

    policy_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Policy fields that differ from the preset's defaults, by checkpoint or "*"."""

    policy_floor: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Policy fields that differ from the preset's floor, by checkpoint or "*"."""

    exception_reminder_days: int = 14
    """How many days before a policy exception expires its owner and the tenant's administrators are
    reminded, 0 to 365. 0: nobody is."""

    releases: ReleaseConfig = field(default_factory=ReleaseConfig)
    """Jobs that make files for people, in a private storage of STORAGES, encrypted: {"STORAGE":
    "releases", "DOWNLOADS": 3, "HOURS": 24, "JOBS": {"contacts": {"RUN": "crm.exports.contacts",
    "LABEL": _("Contacts"), "FORMAT": "csv", "CHECKPOINT": "data_export"}}}. See
    `docs/releases.md`."""

    report_only: Mapping[str, date] = field(default_factory=dict)
    """Checkpoints that report instead of refusing, until the given day, at most 30 days ahead."""

    user_wide_ceiling: AssuranceLevel = AssuranceLevel.AAL2
    """The highest level that a tenant may ask for what concerns a person in all their tenants:
    login, password_reset and factor_change. The site's own policies may ask more."""

    api_keys: ApiKeyConfig = field(default_factory=ApiKeyConfig)
    """How the secrets of API keys begin that otpguard makes, and how old a secret is, in days, when
    people are reminded to rotate it, 0 for never: {"PREFIX": "otpg", "ROTATION_DAYS": 90}. With
    "SCOPES": {"read": "Read contacts"} there is a page for keys, which offers them."""

    sensitive_models: tuple[str, ...] = ()
    """Models that no view may write without a checkpoint, such as "billing.PaymentMethod":
    `otpguard_guards` lists the views that do."""

    url_checkpoints: Mapping[str, UrlCheckpoint] = field(default_factory=dict)
    """Patterns of view names to checkpoints, for views one does not own: {"app:view": "api_key",
    "admin:*": {"CHECKPOINT": "security_settings", "READS_SAFELY": True}}. A `*` at the end covers
    all that begins like it; the longest pattern counts; the ways to log in and out stay open."""

    enterprise_from: int = 100_000
    """US dollars a year from which a tenant's contract makes it enterprise."""

    worker: Worker | None = None
    """Who sends and sweeps: "celery", a worker of Celery, or "inline", threads of the web process.
    None: "celery", but "inline" under DEBUG where the project names no broker."""

    providers: Mapping[str, ProviderConfig] = field(
        default_factory=lambda: {
            "console": ProviderConfig(
                backend="otpguard.channels.providers.console.Console", options={}
            )
        }
    )
    """Vendors by name: {"email": {"BACKEND": "dotted.path", "OPTIONS": {...}, "REGIONS": ["US"],
    "PAPERS": {"BAA": "2027-12-31", "DPA": True}}}. REGIONS are all places where a vendor may keep
    what it is given; PAPERS are the agreements with it, with their last day."""

    routes: tuple[RouteConfig, ...] = ()
    """Provider names in the order they are tried within a channel, or what each is for:
    [{"PROVIDER": "sms", "CHANNELS": ["sms"], "COUNTRIES": ["US"], "TENANTS": ["acme"],
    "REGIONS": ["US"], "PRIORITY": 1, "COST_MICROS": 8_800}]. Empty: all, as declared."""

    prices: tuple[Rate, ...] = ()
    """What routes cost, in whole micro-dollars; rows of the table win. Keys: see `core.price_list`.
    [{"PROVIDER": "sms", "CHANNEL": "sms", "COUNTRY": "US", "PER_TRY": 8_800}]."""

    money: MoneyTerms = field(default_factory=MoneyTerms)
    """Budgets and ceilings of what is spent on numbers that nobody has proven, in whole
    micro-dollars: {"STRANGER_PRICE_LIMIT": 50_000, "EXPECTED_SIGNUPS_PER_DAY": 200}. All keys with
    their defaults: `core.pumping.money_terms`."""

    webhook_base_url: str = ""
    """The public origin that vendors call and sign: never that of a request. Empty: none may."""

    brand: str = "this service"
    """The name that messages carry. Tenants may have one of their own, approved by the site."""

    home_url: str = ""
    """Where "Back to" and the brand lead on our pages: a path, a URL or the name of a view. Empty:
    LOGIN_REDIRECT_URL, or / where nothing answers there."""

    logo: str = ""
    """A picture beside the name on our pages: the name of a static file ("acme/logo.svg"), a path,
    or an https URL, whose origin the content policy then allows for pictures."""

    csp_sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What our pages may load from elsewhere, by directive: {"font-src": ["https://fonts.example"],
    "style-src": ["https://fonts.example"]}. An https origin or the hash of an inline script."""

    phone_consent: ConsentText | None = None
    """The opt-in text that people must agree to before codes go to their number, with its version:
    {"VERSION": "2026-03", "TEXT": "I agree to ..."}. Change the version with the text: it is kept
    with each number. None: the form asks for none."""

    default_region: str = "US"
    """ISO 3166 region for phone numbers typed without a country code."""

    footprint: frozenset[str] = frozenset({"US"})
    """The countries (ISO 3166) to which codes may be sent before anybody has proven the number:
    ["US", "CA"]. A tenant's own footprint comes on top, or without one the country of its region.
    "*" stands for all countries, "001" for numbers of none, such as satellite phones."""

    network_files: tuple[str, ...] = ()
    """Files (.mmdb) that tell the network and country of an IP address, with the keys of GeoLite2
    or GeoIP2: ["GeoLite2-ASN.mmdb", "GeoLite2-Country.mmdb", "GeoIP2-Anonymous-IP.mmdb"]. Needs
    `otpguard[network]`. Replaced files are read again. Empty: the layer is off."""

    hygiene: HygieneConfig = field(default_factory=HygieneConfig)
    """What a throw-away mailbox is, and how many tenants and accounts one number may serve:
    {"DOMAINS_FILE": "domains.txt", "NUMBER_DAYS": 30, "NUMBER_TENANTS": 3,
    "NUMBER_ACCOUNTS": 3, "NUMBER_ACCOUNTS_STRICT": 2}. 0 for a count: no limit."""

    number_intel: NumberIntelConfig = field(default_factory=NumberIntelConfig)
    """Vendors that know something about phone numbers, in the order in which they are asked:
    {"VENDORS": {"twilio": {"BACKEND": "otpguard.intel.vendors.twilio_lookup.TwilioLookup",
    "OPTIONS": {...}, "FACTS": ["pumping_risk"], "PER_DAY": 1000}}, "SIM_SWAP_DAYS": 7,
    "SIM_SWAP_UNKNOWN": "allow", "RISK_MEDIUM": 60, "RISK_HIGH": 75}. Empty: none is asked."""

    captcha: BackendConfig | None = None
    """A hosted captcha for strangers that look like scripts, beside the proof of work that is built
    in: {"BACKEND": "otpguard.intel.turnstile.Turnstile", "OPTIONS": {"site_key": "...",
    "secret_key": "...", "hostnames": ["app.example.com"]}}. None: nothing from elsewhere."""

    embed_origins: tuple[str, ...] = ()
    """The exact origins of other sites whose forms may ask for codes by `otpguard-embed.js`, such
    as "https://www.example.com". Empty: none may."""

    email_first: bool = True
    """Whether a visitor of whom nothing is known opens a link in an e-mail, in the same browser,
    before a code goes to their number. `requires_phone_claim(..., email_first=False)` switches it
    off for one view. Without a route that carries e-mail nobody is asked for one."""

    signup: SignupConfig = field(default_factory=SignupConfig)
    """Who signs up: {"VERIFICATION": "deferred", "IDENTITY": "phone"}. VERIFICATION "always" asks
    for a phone number before there is an account, "deferred" at the first action. IDENTITY is
    "phone", "phone_email" or "ial2"; the last two need {"CHECKS": {"BACKEND": "dotted.path"}}."""

    form_behavior: bool = False
    """Whether the form for a number counts how often pointer, keys, touch and pasting were used,
    and when first, never what was typed. Tell people in your privacy policy."""

    test_numbers: Mapping[str, Code] = field(default_factory=dict)
    """Phone numbers for staging and end-to-end tests, each with its fixed code:
    {"+12015550123": "424242"}. Nothing is sent to them, tries and limits count as for others, and
    the log marks them. The codes are known to all who read the setting, so
    `check --deploy` refuses it."""

    trusted_proxies: int = 0
    """How many proxies in front append to X-Forwarded-For. 0: only the peer's IP counts."""

    unreadable_ip_limit: int = 60
    """How many challenges an hour may be started by all clients whose IP address cannot be read."""

    pumping: PumpingSettings = field(default_factory=PumpingSettings)
    """How the defense against SMS pumping acts: {"RECORD_ONLY": ["network"]} names layers whose
    findings are recorded and not acted upon, while you look at what they would do. What is charged,
    "velocity" and "money", cannot be among them."""
    reputation: ReputationConfig = field(default_factory=ReputationConfig)
    """When prefixes of phone numbers count as pumped, by how many of their numbers enter a code:
    {"P0": 0.75, "P1": 0.10, "ALPHA": 0.001, "BETA": 0.01, "HALF_LIFE_DAYS": 14, "BLOCK_HOURS": 12,
    "GRACE_SECONDS": 150}. P0 is the share of people, P1 that of pumping."""

    tenant_messages_per_hour: int = 1_000
    """How many text messages, WhatsApp messages and calls may go out in an hour for one tenant, not
    counting those whose code was proven. Fallback and resends count too. 0: no limit."""

    site_messages_per_hour: int = 0
    """The same for the whole site. 0: no limit. Every message then waits for one lock, so set it
    well below what your database commits in an hour."""

    velocity: Velocity = field(default_factory=Velocity)
    """How many codes go to numbers that nobody has confirmed, in the rows of `docs/limiters.md`:
    {"IP_HOUR": {"STRICT": 5, "STANDARD": 10, "CEILING": 200}}. STRICT is for organizations
    that have shown no use yet and for new accounts; operators may raise a row up to its CEILING."""

    login_backends: Mapping[str, Primary] = field(default_factory=lambda: SHIPPED_BACKENDS)
    """What a login through an authentication back end proves: "password", "sso" or "none", beside
    those of Django, by dotted paths. One that is not listed proves nothing, except that allauth's
    own record of the login is read."""

    login_risk: LoginRiskConfig = field(default_factory=LoginRiskConfig)
    """Which logins are risky: {"MODE": "record_only", "ASK_FROM": 40, "DORMANT_DAYS": 90,
    "REMEMBER_DAYS": 30, "WRONG_ANSWERS": 5, "WRONG_PASSWORDS": 10, "IDP_RISK":
    "myapp.login.idp_risk"}. While MODE is "record_only" risks are written into the log and nobody
    is asked; then "enforce"."""

    domain_resolver: str = ""
    """The class that reads the TXT records of e-mail domains (`otpguard.federation.texts`), by its
    dotted path. Empty: dnspython with the resolvers of the host, from `otpguard[domains]`."""

    impersonation_keys: tuple[str, ...] = ("hijack_history", "_impersonate", "loginas_from_user")
    """Session keys that mark somebody acting as somebody else: such a session is never fresh."""

    fresh_login: timedelta = timedelta(minutes=10)
    """How recent a login in this session must be for enrolling a first factor, in seconds."""

    secret_fields: tuple[str, ...] = DEFAULT_SECRETS
    """Form fields whose name has the words of one of these are never kept with a form: "api_key"
    stands for `newApiKey`, `api-keys` and `apikey`."""

    kept_form_bytes: int = 65_536
    """The largest form, in bytes, that is kept while its sender proves who they are."""

    purge_after_days: int = 90
    """After how many days challenges with their numbers, deliveries, notices, ended login sessions
    and proofs that serve no more are deleted, 32 or more: a price may depend on the messages of the
    month. Costs are kept as daily totals. Audit events stay."""

    session_ceiling: timedelta = timedelta(hours=12)
    """How long, in seconds, django-otp's mark lasts at most (NIST SP 800-63B-4, 2.3.3)."""

    enrollment_exempt: tuple[str, ...] = ()
    """Patterns of view names, as in URL_CHECKPOINTS, that stay open to somebody whose enrollment
    is overdue, besides our own pages, login, logout and static files."""

    support_url: str = ""
    """Where a person gets help by a human; linked from every challenge (NIST 2.4.4)."""
