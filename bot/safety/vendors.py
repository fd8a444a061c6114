"""The second layer of token rules: what vendors put in front of their tokens, so that scanners can find them.

Facts are of the vendors' own documentation and of what public scanners look for, 2024 to 2026, in our words.
No rule has an allow-list: a token that looks like an example is a token. None goes by randomness alone: where
a vendor's token is bare hex or letters, only a name or a host beside it tells, and other rules read those.
"""

_L = "[A-Za-z0-9]"
_W = "[A-Za-z0-9_-]"
_H = "[a-f0-9]"

VENDORS: tuple[tuple[str, str, str], ...] = (
    # Clouds and platforms
    ("aws_key_id", rf"\b(A3T{_L}[A-Z2-7]{{16}})\b", "AWS access key ids of an older kind"),
    ("alibaba_key", r"\b(LTAI[A-Za-z0-9]{12,24})\b", "Alibaba Cloud: key ids begin with LTAI"),
    ("tencent_key", r"\b(AKID[A-Za-z0-9]{32})\b", "Tencent Cloud: AKID and 32 letters"),
    ("google_key", r"\b(GOOG1E[A-Z0-9]{55}|GOOG[A-Z0-9]{20})\b", "Google Cloud Storage HMAC ids"),
    ("google_key", rf"\b(AQ\.Ab8RN6{_W}{{20,}})", "Google: authorization keys of 2025, after AIza"),
    ("azure_key", r"([A-Za-z0-9+/]{76}AZDO[A-Za-z0-9]{4})\b", "Azure DevOps tokens of 84 letters carry AZDO"),
    (
        "azure_key",
        (
            r"([A-Za-z0-9+/_-]{33,76}(?:\+ASt|\+ASb|\+AEh|\+ABa|\+ACR|\+AMC|ACDb|AIoT|APIM|AzFu|AzSe|AzCa)"
            r"[A-Za-z0-9+/]{4,6}={0,2}|[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{22,30})"
        ),
        "Azure: identifiable keys carry a mark of their service near the end",
    ),
    ("scaleway_key", r"\b(SCW[A-Z0-9]{17})\b", "Scaleway: SCW and 17 letters"),
    ("scalingo_token", rf"\b(tk-us-{_W}{{20,}})", "Scalingo"),
    (
        "yandex_key",
        rf"\b(AQVN{_W}{{20,}}|YC{_W}{{20,}}|y0_{_W}{{20,}}|t1\.{_W}{{20,}}\.{_W}{{20,}})",
        "Yandex Cloud",
    ),
    ("cloudflare_key", rf"\b(v1\.0-{_H}{{20,}}-{_H}{{20,}})", "Cloudflare origin CA keys"),
    ("cloudflare_token", rf"\b(cf(?:k|ut|at)_{_L}{{20,}})", "Cloudflare: prefixed tokens of 2025"),
    ("eks_token", rf"(k8s-aws-v1\.{_W}{{20,}})", "EKS: a signed STS request, written in base64"),
    ("openshift_token", rf"\b(sha256~{_W}{{20,}})", "OpenShift OAuth access tokens"),
    (
        "k8s_token",
        (
            r"(?i)(?:--token|--discovery-token|bootstrap[ -]token"
            r"|kubeadm join[^\n]*token)[ =:]+([a-z0-9]{6}\.[a-z0-9]{16})\b"
        ),
        "Kubernetes bootstrap tokens: six letters, a dot, sixteen",
    ),
    (
        "rancher_token",
        r"\b((?:token|kubeconfig)-[a-z0-9-]{5,30}:[a-z0-9]{54})\b",
        "Rancher: name and 54 letters",
    ),
    ("vercel_token", rf"\b(vc[pkiar]_{_L}{{20,}})", "Vercel: prefixed tokens of 2025"),
    ("render_key", rf"\b(rnd_{_L}{{20,}})", "Render"),
    ("deno_token", rf"\b(dd[ponw]_{_L}{{20,}})", "Deno Deploy"),
    ("koyeb_token", r"\b(hcloud_[A-Za-z0-9]{20,}|linode_[a-f0-9]{20,})", "Hetzner and Linode where prefixed"),
    # Data stores
    ("aiven_token", r"\b(aivenv1_[A-Za-z0-9+/=]{20,})", "Aiven"),
    ("neon_key", rf"\b(napi_{_L}{{20,}})", "Neon"),
    ("atlas_secret", rf"\b(mdb_sa_sk_{_W}{{20,}})", "MongoDB Atlas service accounts"),
    ("clickhouse_key", rf"\b(4b1d{_L}{{38}})\b", "ClickHouse Cloud"),
    ("confluent_key", r"\b(cflt[A-Za-z0-9+/=]{20,})", "Confluent Cloud secrets of 2025"),
    ("databricks_token", rf"\b(dose{_H}{{32}})\b", "Databricks OAuth secrets"),
    ("elastic_key", r"\b(essu_[A-Za-z0-9+/=]{20,})", "Elastic Cloud"),
    ("tinybird_token", rf"\b(p\.eyJ{_W}{{20,}}\.{_W}{{20,}})", "Tinybird"),
    ("dbt_token", rf"\b(dbt[cu]_{_W}{{20,}})", "dbt Cloud"),
    ("prefect_key", rf"\b(pn[ub]_{_L}{{20,}})", "Prefect"),
    ("airbyte_token", rf"\b(ab_(?:sk|pat)_{_L}{{20,}})", "Airbyte"),
    # Code, packages, builds
    ("github_token", rf"\b(v1\.{_H}{{20,}})", "GitHub Apps: installation tokens before ghs_"),
    (
        "gitea_token",
        rf"\b(gitea_{_H}{{20,}}|fj_{_H}{{20,}}|cb_{_H}{{20,}})",
        "Gitea, Forgejo, Codeberg where prefixed",
    ),
    ("npm_token", rf"\b(npmt_{_L}{{20,}}|jsr[pd]_{_L}{{20,}})", "npm and JSR"),
    ("nuget_key", r"\b(oy2[a-z0-9]{43})\b", "NuGet: oy2 and 43 letters"),
    ("clojars_token", rf"(?i)\b(CLOJARS_{_L}{{20,}})", "Clojars"),
    ("packagist_token", rf"\b(packagist_[a-z]{{3}}_{_H}{{20,}})", "Packagist"),
    (
        "harness_token",
        rf"\b((?:pat|sat)\.{_W}{{22}}\.{_H}{{24}}\.{_L}{{20}})\b",
        "Harness: account, id and secret",
    ),
    ("buildkite_token", rf"\b(bk(?:ua|ct|pat|pi|aj)_{_L}{{20,}})", "Buildkite"),
    ("circleci_token", rf"(CCIPRJ_{_L}{{10,}}_{_H}{{20,}})", "CircleCI project tokens"),
    ("octopus_key", r"\b(API-[A-Z0-9]{26,30})\b", "Octopus Deploy"),
    ("spacelift_token", rf"\b(spcl_{_L}{{20,}})", "Spacelift"),
    ("infracost_key", rf"\b(ico-{_L}{{20,}})", "Infracost"),
    ("sourcegraph_token", rf"\b(sg[psl]_(?:(?:{_H}{{16}}|local)_)?{_H}{{20,}})", "Sourcegraph"),
    ("socket_token", r"\b(sktsec_[A-Za-z0-9]{20,}_api)\b", "Socket"),
    ("sonar_token", rf"\b(sq[apu]_{_H}{{20,}})", "SonarQube: user, project and global tokens"),
    ("snyk_token", rf"\b(snyk_(?:uat|sat)\.{_W}+\.{_W}{{20,}}[\w.-]*)", "Snyk service accounts"),
    ("semgrep_token", rf"\b(sgp_{_L}{{40,}})\b", "Semgrep"),
    (
        "launchdarkly_key",
        rf"\b((?:sdk|api)-{_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}})\b",
        "LaunchDarkly",
    ),
    ("ceph_key", r"\b(AQ[A-Z][A-Za-z0-9+/]{33,39}==)", "Ceph: keys of its users"),
    ("laravel_key", r"\bbase64:([A-Za-z0-9+/]{43}=)", "Laravel: the application's key"),
    (
        "licence_key",
        (
            r"(?i)\b(?:licen[cs]e|product|activation|serial)[ _-]?(?:key|code|number)?[ \t]*[:=]?"
            r"[ \t]*[\"'`]?((?-i:[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){3,7}))\b"
        ),
        "Licences of software: groups of letters, as they are printed",
    ),
    ("statsig_key", rf"\b(secret-{_L}{{20,}})", "Statsig"),
    # Secrets and access
    (
        "onepassword_key",
        r"\b(A3-[A-Z0-9]{6}-[A-Z0-9]{5,11}(?:-[A-Z0-9]{5,6}){3,4})\b",
        "1Password secret keys",
    ),
    ("doppler_token", r"\b(dp\.said\.[A-Za-z0-9.-]{20,})", "Doppler identities"),
    ("infisical_token", rf"\b(st\.{_H}{{20,}}\.{_H}{{20,}}\.{_H}{{20,}})", "Infisical service tokens"),
    (
        "bitwarden_token",
        rf"\b(0\.{_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}}\.{_L}{{30}}:[A-Za-z0-9+/=]{{24}})",
        "Bitwarden",
    ),
    ("okta_token", rf"(?i)\bSSWS[ \t]+({_W}{{20,}})", "Okta: its own scheme in the header"),
    ("clerk_key", rf"\b(ak_live_{_L}{{20,}}|mk_live_{_L}{{20,}})", "Clerk"),
    ("stytch_secret", rf"\b(secret-(?:live|test)-{_W}{{20,}})", "Stytch"),
    ("boundary_token", rf"\b(at_{_L}{{10}}_{_W}{{20,}})", "HashiCorp Boundary"),
    ("ngrok_token", rf"\b([12]{_L}{{26}}_{_L}{{21}})\b", "ngrok: a KSUID and 21 letters"),
    ("tailscale_key", rf"\b(tskey-{_W}{{16,}})", "Tailscale"),
    ("teleport_token", rf"(?i)\btctl[^\n]*--token[ =]({_H}{{32}})\b", "Teleport join tokens"),
    (
        "authress_key",
        rf"\b((?:sc|ext|scauth|authress)_{_L}{{5,30}}\.{_L}{{4,6}}\.acc[_-]{_W}{{10,32}}\.[\w+/=-]{{20,}})",
        "Authress",
    ),
    ("settlemint_token", rf"\b(sm_(?:aat|pat|sat)_{_L}{{16}})\b", "SettleMint"),
    ("persona_key", rf"\b(persona_production_{_W}{{20,}})", "Persona"),
    ("freemius_key", r"(?i)\bsecret_key[\"' ]*=>[ ]*[\"'](sk_[^\"'\s]{20,})", "Freemius"),
    # Watching and paging
    (
        "honeycomb_key",
        rf"\b(hc[abx][ilm]k_{_L}{{20,}})",
        "Honeycomb: ingest, environment and management keys",
    ),
    ("axiom_token", rf"\b(xa[ap]t-{_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}})", "Axiom"),
    ("pagerduty_token", r"\b(pdus\+_[0-9A-Z]{4}_[a-z0-9-]{20,})", "PagerDuty: tokens of apps"),
    ("rootly_key", rf"\b(rootly_{_H}{{20,}})", "Rootly"),
    ("firehydrant_key", rf"\b(fhb-{_L}{{20,}})", "FireHydrant"),
    (
        "dynatrace_token",
        r"\b(dt0[a-z]\d{2}\.[A-Z0-9]{8,24}\.[A-Z0-9]{20,})",
        "Dynatrace: public part and secret part",
    ),
    ("sumologic_key", rf"\b(su{_L}{{12}}:{_L}{{64}})\b", "Sumo Logic: id and key"),
    ("posthog_key", rf"\b(ph[xs]_{_L}{{20,}})", "PostHog: personal keys; phc_ is public"),
    ("raygun_token", rf"\b(rgpat_{_L}{{20,}})", "Raygun"),
    ("newrelic_key", rf"\b({_H}{{36}}NRAL|eu01xx{_H}{{30}}NRAL)\b", "New Relic licence keys end with NRAL"),
    # Chat, mail, telephone
    ("telegram_token", rf"(?i)\bbot(\d{{8,10}}:{_W}{{34,36}})", "Telegram: in the path of every call"),
    (
        "slack_token",
        r"\b(xwfp-[\w-]{20,}|xox[eb]\.xox[bp]-\d-[\w-]{20,})",
        "Slack: workflow and rotated tokens",
    ),
    ("sendinblue_key", rf"\b(x(?:key|smtp)sib-{_H}{{20,}}-{_L}{{16}})\b", "Brevo, once Sendinblue"),
    ("mandrill_key", rf"\b(md-{_L}{{22}})\b", "Mandrill"),
    ("mailgun_key", rf"\b({_H}{{32}}-{_H}{{8}}-{_H}{{8}})\b", "Mailgun keys of today"),
    ("resend_key", rf"\b(re_{_L}{{8}}_{_L}{{24}})\b", "Resend"),
    ("mailersend_key", rf"\b(mlsn\.{_H}{{20,}})", "MailerSend"),
    ("knock_key", rf"\b(sk_(?:prod|dev)_{_W}{{20,}})", "Knock"),
    ("intercom_token", r"\b(dG9r[A-Za-z0-9+/=]{20,})", "Intercom: base64 that begins with tok"),
    ("zapier_hook", r"hooks\.zapier\.com/hooks/catch/([\w/]{10,})", "Zapier: the path is the secret"),
    ("ifttt_key", rf"maker\.ifttt\.com/trigger/[^\s/]+(?:/json)?/with/key/({_W}{{20,}})", "IFTTT"),
    ("make_hook", r"hook\.[a-z]{2}\d\.make\.com/([a-z0-9]{20,})", "Make: the path is the secret"),
    (
        "loggly_token",
        rf"loggly\.com/(?:inputs|bulk)/({_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}})",
        "Loggly",
    ),
    (
        "chat_hook",
        r"(?:mattermost|rocket|chat|mm)?[\w.-]*/hooks/([A-Za-z0-9/]{20,})",
        "Mattermost and Rocket.Chat hooks",
    ),
    # Models
    ("model_key", rf"\b(sk_{_H}{{48}})\b", "ElevenLabs"),
    ("model_key", rf"\b(tvly-(?:dev-|prod-)?{_L}{{20,}})", "Tavily"),
    ("model_key", rf"\b(lsv2_(?:pt|sk)_{_H}{{20,}}_{_H}{{10}})\b", "LangSmith"),
    ("model_key", rf"\b(pcsk_{_L}{{5,8}}_{_L}{{20,}})", "Pinecone"),
    ("model_key", rf"\b(jina_{_W}{{50,}}|fc-{_H}{{32}}|e2b_{_H}{{40}})\b", "Jina, Firecrawl, E2B"),
    ("model_key", rf"\b(wandb_v1_{_W}{{20,}})", "Weights and Biases"),
    ("model_key", rf"\b(a[ks]-{_L}{{22}})\b", "Modal: token id and secret"),
    (
        "model_key",
        rf"\b(gsk_{_L}{{20,}}|xai-{_L}{{20,}}|pplx-{_L}{{20,}}|r8_{_L}{{20,}}|nvapi-{_W}{{20,}})",
        "Groq to NVIDIA",
    ),
    # Money and shops
    ("stripe_key", rf"\b(sk_org_(?:live|test)_{_L}{{20,}})", "Stripe organisations"),
    ("square_token", rf"\b(EAAA{_W}{{60}})", "Square production tokens"),
    (
        "paypal_token",
        r"\b(access_token\$(?:production|sandbox)\$[a-z0-9]{13,16}\$[a-f0-9]{20,})",
        "Braintree and PayPal",
    ),
    (
        "plaid_token",
        rf"\b(access-(?:sandbox|development|production)-{_H}{{8}}(?:-{_H}{{4}}){{3}}-{_H}{{12}})",
        "Plaid",
    ),
    ("gocardless_token", rf"\b(live_{_W}{{40}})\b", "GoCardless"),
    ("mollie_key", rf"\b(live_{_L}{{30,35}})\b", "Mollie"),
    ("razorpay_key", rf"\b(rzp_live_{_L}{{14}})\b", "Razorpay"),
    ("flutterwave_key", r"(?i)\b(FLWSECK(?:_TEST)?-[a-z0-9]{12,40}-X)\b", "Flutterwave"),
    ("adyen_key", r"\b(AQE[a-z]{2}[A-Za-z0-9+/*=-]{20,}[A-Za-z0-9+/*=.{}()<>%-]*)", "Adyen"),
    ("shippo_token", rf"\b(shippo_(?:live|test)_{_H}{{20,}})", "Shippo"),
    ("duffel_token", r"\b(duffel_(?:live|test)_[\w=-]{20,})", "Duffel"),
    ("shopify_token", rf"\b(shp(?:tka|ua|rt)_{_H}{{20,}})", "Shopify partners and themes"),
    ("lob_key", rf"\b(live_{_H}{{35}})\b", "Lob"),
    (
        "ethereum_key",
        rf"(?i)\b(?:private[ _-]?key|privkey|deployer)[\"' ]*[:=]?[ \"']*(0x{_H}{{20,}})",
        "Ethereum",
    ),
    ("wallet_key", r"\b(xprv[1-9A-HJ-NP-Za-km-z]{20,})", "BIP-32 extended private keys"),
    # Work and content
    ("asana_token", r"\b([0-2]/\d{10,20}(?:/\d{10,20})?:[a-f0-9]{32})\b", "Asana: number, number, secret"),
    ("trello_token", rf"\b(ATTA{_H}{{20,}}{_L}{{8}})\b", "Trello"),
    ("typeform_token", rf"\b(tfp_{_W}{{20,}})", "Typeform"),
    ("dropbox_token", rf"\b(sl\.(?:u\.)?{_W}{{20,}})", "Dropbox short-lived tokens"),
    ("salesforce_token", r"\b(00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{20,})", "Salesforce session ids"),
    ("facebook_token", rf"\b(EAA[A-Z]{_L}{{60,}})", "Meta access tokens"),
    ("instagram_token", rf"\b(IG(?:QVJ|AA){_W}{{20,}})", "Instagram"),
    ("twitter_token", r"\b(A{20,}[A-Za-z0-9%]{40,})", "X: bearer tokens begin with many A"),
    ("linkedin_secret", r"\b(WPL_AP1\.[A-Za-z0-9+/=.]{16,})", "LinkedIn"),
    ("readme_key", r"\b(rdme_[a-z0-9]{20,})", "ReadMe"),
    ("frameio_token", r"\b(fio-u-[\w=-]{20,})", "Frame.io"),
    ("adobe_secret", rf"\b(p8e-{_L}{{32}})\b", "Adobe"),
    ("maxmind_key", rf"\b({_L}{{6}}_{_L}{{29}}_mmk)\b", "MaxMind licence keys end with _mmk"),
    ("mapbox_token", rf"\b(sk\.eyJ{_W}{{20,}}\.{_W}{{20,}})", "Mapbox secret tokens; pk. is public"),
    ("intra_secret", rf"\b(s-s4t2(?:ud|af)-{_H}{{20,}})", "42 Intra"),
    ("sanity_token", rf"\b(sk{_L}{{170,}})\b", "Sanity"),
    ("clickup_token", r"\b(pk_\d{6,10}_[A-Z0-9]{32})\b", "ClickUp"),
    ("akamai_token", r"\b(akab-[a-z0-9]{16}-[a-z0-9]{16})\b", "Akamai EdgeGrid"),
)
"""Kind, pattern with one group, and the fact it rests on; searched after `bot.safety.tokens`' own."""
