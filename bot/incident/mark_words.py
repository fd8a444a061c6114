"""Word lists by which marks are told from ordinary words."""

from bot.incident.entities import listed


def _either(text: str) -> str:
    """Return an alternation, longer words before their beginnings."""
    return "|".join(sorted(text.split(), key=len, reverse=True))


UNITS = "%|\u2030|\u00b0C|\u00b5s|\u03bcs|\u00d7|" + _either(
    """
    percent pct pp ns us ms msec msecs s sec secs second seconds min mins minute minutes m h hr hrs hour
    hours d day days w wk wks week weeks month months year years B KB kB MB GB TB PB EB KiB MiB GiB TiB
    PiB Ki Mi Gi Ti k K M G T bn million billion thousand bytes byte bit bits kbit Mbit Gbit kbps Mbps
    Gbps kbit/s Mbit/s Gbit/s MB/s GB/s KB/s kB/s Hz kHz MHz GHz W kW rps qps tps rpm iops IOPS req reqs
    requests request msg msgs messages message ops op/s queries query calls call events records rows
    lines entries items keys files objects bytes/s errors error failures failure timeouts retries
    restarts attempts drops misses hits pods pod nodes node replicas replica hosts instances servers
    brokers workers threads connections conns sockets sessions shards partitions cores core vCPU vCPUs
    vcpu CPUs mCPU tasks jobs job runs containers tables users user customers customer people tenants
    orders order payments tickets emails mails accounts x tokens samples USD EUR GBP dollars euros cents
    """
)
"""What makes a figure of a number, measures and the things that are counted in incidents."""

NUMBERED = listed(
    """
    pr mr pull issue ticket case incident inc page alert bug job build run pipeline release version ver
    rev revision deploy migration patch batch task change cr exit errno signal http https status
    sqlstate error code err port pid tid shard partition broker node replica rack zone account acct
    order invoice attempt schema epoch offset generation ora returned rc
    """
)
"""Words that make a name of the number behind them: `PR 1234`, `exit code 137`, `HTTP 503`, `broker 5`."""

ERROR_WORDS = listed(
    """
    Throttling Throttled Unauthorized Unauthenticated Forbidden Evicted Killed Conflict Gone Unavailable
    Aborted Cancelled Terminated Pending Unschedulable Preempted OOM OOMKill NPE EOF RST FIN SYN TLS
    NXDOMAIN SERVFAIL REFUSED UNAVAILABLE INTERNAL ABORTED UNKNOWN CANCELLED UNIMPLEMENTED
    UNAUTHENTICATED ISR
    """
)
"""Codes that look like words."""

LOUD_WORDS = listed(
    """
    FIRING RESOLVED WARNING CRITICAL TRIGGERED RECOVERED ERROR ERRORS FATAL NOTICE PLEASE UPDATE URGENT
    IMPORTANT EVERYONE ACKNOWLEDGED ESCALATED ALERTS STATUS IMPACT SUMMARY EXACTLY NOTHING ALWAYS REALLY
    SHOULD
    """
)
"""Words in capitals that name nothing."""

HYPHENATED = listed(
    """
    on off up down in out re pre post non co well self read follow so to by of the and or as at per one
    two three first second third half high low long short new old full real right left hand side up-to
    date like based driven wide free only level time end all cross multi sub semi over under ups ins
    outs offs downs
    """
)
"""A word joined of one of these is English: `on-call`, `follow-up`, `read-only`."""

NOT_THINGS = _either(
    """
    times this does was minus plus versus always perhaps its his less unless across towards focus status
    """
)
"""Words that end like the names of things that are counted."""
