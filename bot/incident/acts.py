"""Whether a sentence would have somebody change something: a check only reads.

Read from its wording, as on-call engineers write: an order (`restart one pod`), a trial (`try rolling
back`), a condition (`see if it recovers after you drain it`), somebody else's hands (`ask them to bounce it`)
or a command. What was done already may be asked about: `check whether the restart helped` changes nothing.
"""

import re

from bot.incident.entities import listed

__all__ = ["changes_state"]

_PLAIN_VERBS = listed(
    """
    abort activate alter amend backfill backport ban bounce bump bypass cancel canary clean cordon crash
    deactivate
    decommission delete demote depool deploy deprovision deregister destroy detach disable disconnect divert
    downgrade downscale drain edit enable erase evict expire export-and-delete fail-over failover fence flip
    flush grant halt hotfix increase decrease inject install invalidate isolate kick kill lower migrate modify
    mute override overwrite patch pause promote provision purge quarantine raise reactivate reapply reassign
    rebalance reboot rebuild recreate recycle redeploy redirect reduce re-enable reenable reimage reindex
    re-index reinstall reissue relaunch reload remove rename renew repair replay replicate-again repoint
    reprovision
    reroute resize resume resync restart restore resubmit revert revoke rewrite rollback roll-back
    scale shrink shut silence spin stop suspend swap taint terminate throttle toggle truncate unblock
    uncordon undeploy undo uninstall unlock unmount unmute unpause unpin unpublish unset upgrade wipe
    whitelist allowlist denylist blocklist repool re-add regenerate
    """
)
"""Verbs that change something whatever follows them, except where a noun makes them its name."""

_SHARED_VERBS = listed(
    """
    add allow apply attach block cap change clear close create cycle deny drop exempt fix force increase
    limit lock merge move open pin push put release rerun re-run reset retry revive roll route rotate run
    send set shed shift ship skip start switch take pull trigger turn update write break bust
    """
)
"""Verbs that are nouns or readings too: what follows decides."""

_PARTICLES = {
    "roll": r"(?:\S+ ){0,5}?(?:back|forward)\b|(?:it|the|out|one|all)\b|[\w.]+-\d+\b",
    "rotate": r"(?!through\b)",
    "turn": r"(?:\S+ ){0,5}?(?:off|on|up|down)\b",
    "take": r"(?:\S+ ){0,5}?(?:out of|offline|down)\b",
    "pull": r"(?:\S+ ){0,5}?(?:out of|from rotation|offline)\b",
    "open": r"(?:up\b|(?:the |a |an )?(?:\S+ ){0,2}?(?:firewall|port|ports|security group|access|acl))\b",
    "run": r"(?:the |a |an |another )?(?:\S+ ){0,2}?(?:vacuum|migrations?|backfill|playbook|job|deploy\w*|"
    r"rollback|failover|cleanup|script|repair|apply|restore|reindex)\b",
    "send": r"(?:\S+ ){0,3}?(?:traffic|sigterm|sighup|sigkill)\b",
    "retry": r"(?:the |a |an )?(?:\S+ ){0,2}?(?:deploy\w*|migration|rollout|release|upgrade|job|apply)\b",
    "break": r"(?:the |a |an )?(?:\S+ ){0,2}?(?:lease|lock)\b",
    "close": r"(?:the |a |an |all |its )?(?:\S+ ){0,2}?(?:connections?|ports?|firewall|sessions?)\b",
    "move": r"(?!along\b|on to\b|through\b|down the (?:list|timeline)\b)",
    "start": r"(?!with\b|from\b|by (?:look|read|check|compar|ask|list|search)\w*|at\b|in the\b)",
    "set": r"(?!up a (?:call|bridge)\b|(?:events?|records?|list|order|points?|ids?|size)\b)",
    "write": r"(?!down\b)",
    "cap": r"(?:the|a|it|its|all)\b",
    "limit": r"(?:the|traffic|it|its|concurrency|requests) (?!search|query|view|look)",
    "lock": r"(?:the|it|out|down|this|that)\b",
    "route": r"(?:\S+ ){0,4}?(?:to|through|around|via|away)\b",
    "shift": r"(?:\S+ ){0,4}?(?:to|away|over|back)\b",
    "skip": r"(?:the|this|that) (?!first|noise|chatter|chat)",
    "force": r"(?:a|an|the|it|one|all)\b",
    "block": r"(?:the|a|an|all|it|its|that|this|one|traffic|requests|egress|ingress|port)\b",
}
"""What must (or must not) follow a shared verb; others change something whatever follows."""

_NOUNS = (
    r"(?:of|that|which|where|who|whose|with which|is|are|was|were|has|had|happened|failed|histor(?:y|ies)|"
    r"logs?(?! level)"
    r"|notes?|dates?|"
    r"rates?|levels?|status|states?|counts?|markers?|schedules?|windows?|numbers?|tickets?|freeze|"
    r"durations?|latenc(?:y|ies)|time(?:s|stamps?|line|out)?|sequence|behaviou?r|job'?s?|output|holders?|"
    r"pattern|reasons?|procedure|runbook|outcome|results?|audit|metrics?|graphs?|progress|test results?)\b"
    r"|(?:\w+ )?(?:history|logs?|notes)\b(?! (?:level|file|files|and (?:restart|see)))|[?:]|$"
)
"""What follows a verb that stands for a thing: `release notes`, `patch level`, `set of keys`."""

_NAMED = r"(?!(?:events?|records?|list|order|request|requests|log|process|plan|points?|ids?)\b)"
_DETERMINED = (
    r"(?=\s+(?:the|a|an|it|them|one|all|that|this|these|its|their|every|each|only|some|to|back|off)\b)"
)


def _gerund(verb: str) -> str:
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "oe")) else verb
    last = re.escape(stem[-1])
    return rf"{re.escape(stem)}{last}?ing"


def _shared(verb: str) -> str:
    return rf"{re.escape(verb)}\s+{f'(?={rest})' if (rest := _PARTICLES.get(verb)) else _NAMED}"


_PLAIN = "|".join(re.escape(verb) for verb in sorted(_PLAIN_VERBS, key=len, reverse=True))
_SHARED = "|".join(_shared(verb) for verb in sorted(_SHARED_VERBS, key=len, reverse=True))
_TWO_WORDS = (
    r"fail (?:it |the \S+ |\S+ )?over|back (?:it |the \S+ )?out|scale (?:it |the \S+ )?(?:up|down|out|in)|"
    r"shut (?:it |the \S+ )?(?:down|off)|cut (?:it |the \S+ |\S+ )?over|bring (?:\S+ ){1,4}?(?:up|down|back)|"
    r"step down|rate[- ]limit|comment (?:it |the \S+ )?out|hard-?code|garbage[- ]collect|"
    r"exec into .* and change|"
    r"spin (?:up|down)|tear (?:\S+ )?down|point (?:\S+ ){1,5}?(?:to|at|back)\b|switch (?:\S+ ){0,4}?(?:to|"
    r"back|off|on)\b|"
    r"clean up|free up|scrub"
)
_VERB = rf"(?:(?:{_PLAIN}|{_TWO_WORDS})\b(?!['-]\w)(?!\s+(?:{_NOUNS}))|(?:{_SHARED})(?!{_NOUNS}))"
_GERUND = (
    "(?:"
    + "|".join(
        _gerund(verb) for verb in sorted(_PLAIN_VERBS - {"crash"} | _SHARED_VERBS - {"open", "run", "start"})
    )
    + r"|failing over|backing out|shutting|bringing (?:down|up)|cutting over|tearing down|"
    r"spinning (?:up|down)|pointing|bypassing)"
    rf"\b(?!\s+(?:{_NOUNS}|events?\b|errors?\b))"
)
_ACT_NOUN = (
    r"(?:rollback|roll-?back|restart|reboot|failover|fail-over|re-?deploy(?:ment)?|deploy(?:ment)?|revert|"
    r"drain|"
    r"purge|flush|reset|reload|scale-(?:up|down)|cache clear|invalidation|rotation|renewal|migration|rebuild|"
    r"delete|deletion|re-?index|switch-?over|cut-?over|bounce|rolling restart|hotfix)"
)
_WHO = r"(?:someone|somebody|anyone|anybody|we|you|i|they|one|people|sre|ops|on-?call|dba|the \S+|\S+ team)"
_LEAD = (
    r"(?:(?:please|let'?s|lets|now|then|just|first|next|also|or|and|maybe|perhaps|quickly|briefly|carefully|"
    r"temporarily|manually|gradually|safely|simply|try(?: and| to)?|attempt to|"
    r"as (?:a|an) (?:test|experiment|trial)|for (?:a|one) (?:test|minute)|(?:in|on) (?:staging|canary|"
    r"one \S+)|"
    r"to (?:confirm|test|verify|check|see|rule \S+ out)(?: (?:it|this|that))?|"
    r"(?:could|can|should|would|may|must|might) " + _WHO + r"|" + _WHO + r" (?:could|can|should|may|must|"
    r"need to|"
    r"needs to|have to)|(?:the )?(?:safest|cheapest|quickest|fastest|best|simplest) (?:check|test|"
    r"way)(?: is)? to|"
    r"need to|want to)[,:]? )*"
)
_ORDER = re.compile(
    rf"(?:^|[.!?;:]\s+|[`\"]|&&\s*|\n\s*(?:[-*•]\s*)?)(?:[-*•$]\s*|\d[.)]\s*)?{_LEAD}{_VERB}", re.IGNORECASE
)
_AND_THEN = re.compile(
    rf"(?:\b(?:and|then|or)\s+|[,;]\s+|&&\s*|->\s*|→\s*)(?:then\s+|also\s+|immediately\s+)?(?:(?:{_PLAIN}|"
    rf"{_TWO_WORDS})\b"
    rf"(?!['-]\w)(?:{_DETERMINED}|(?=\s+\S*[\d_/-]\S*)|$|(?=\s*[.;,]))|"
    rf"(?:{_SHARED})(?<=\s){_DETERMINED.replace(chr(92) + 's+', '', 1)})",
    re.IGNORECASE,
)
_TRIAL = re.compile(
    rf"\b(?:try|trying|by|worth|consider|suggest|recommend|attempt|involves?|means?|"
    rf"requires?)\s+(?:\w+ly\s+)?{_GERUND}"
    rf"|^(?:\w+ly\s+)?{_GERUND}\b.*\b(?:would|should|will|shows?|tells?|proves?|to see|and (?:see|watch|"
    rf"compare))\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"^(?:please |just |now )?(?:try|run|test|start) (?:it|this|that|again|the [\w-]+) with(?:out)? "
    r"|^(?:see|watch|find out) what (?:happens|changes)\b[^?.]* with(?:out)? (?:[\w.-]+ ){1,3}?"
    r"(?:offline|stopped|disabled|removed|detached|drained|off|down|out)$",
    re.IGNORECASE,
)
"""An experiment told by what it leaves out: `try it without the old pair`."""

_AFTER_DOING = re.compile(
    rf"\b(?:after|once|when|while|before|without first|with|upon)\s+(?:\w+ly\s+)?{_GERUND}", re.IGNORECASE
)
_IF_YOU = re.compile(
    r"\b(?:if|when|once|after|while|until|unless)\s+(?:someone|somebody|we|you|i|they|one|people|\S+ team)\s+"
    rf"(?:\w+ly\s+)?{_VERB}"
    rf"|\b(?:if|whether|that)\s+(?:a|an|another)\s+(?:\w+ )?{_ACT_NOUN}\b[^?.]{{0,40}}\b(?:helps|fixes|"
    rf"clears|resolves|"
    r"stops|changes|lowers|restores|brings|would|makes|will)\b",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(
    rf"\b(?:ask|tell|request|get|want|instruct|page)\s+(?!who\b|which\b|what\b|when\b|whether\b|if\b|"
    rf"how\b|why\b)"
    rf"(?:\S+ ){{1,5}}?to\s+(?:\w+ly\s+)?{_VERB}"
    rf"|\b(?:have|let|make)\s+(?!been\b|you\b|we\b)(?:\S+ ){{1,3}}?{_VERB}",
    re.IGNORECASE,
)
_PERFORM = re.compile(
    r"(?:^|\b(?:and|then|to|please|could|should|by)\s+)(?:try|do|perform|initiate|execute|trigger|attempt|"
    r"force|"
    r"schedule|request|start|kick off|run|issue|performing|doing|triggering|forcing|initiating)\s+"
    rf"(?:(?:a|an|the|another|one)\s+)?(?:[\w-]+\s+){{0,2}}?{_ACT_NOUN}\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:did|was|were|had|has|have been|helped|recovered|stopped|dropped|happened|changed|began|started|"
    r"cleared|fixed|last|earlier|yesterday)\b",
    re.IGNORECASE,
)
_FLAGS = r"(?:\s+--?[\w-]+(?:=\S+|\s+(?!-)[\w./:-]+)?)*?"
_COMMANDS = re.compile(
    rf"\b(?:kubectl|oc|k)\b{_FLAGS}\s+(?:apply|delete|scale|drain|cordon|uncordon|edit|patch|set|replace|"
    rf"create|"
    r"annotate|label|taint|run|expose|autoscale|evict|rollout\s+(?:restart|undo|pause|resume))\b"
    r"|\b(?:terraform|tofu|terragrunt|pulumi|cdk)\s+(?:apply|destroy|import|taint|untaint|up|deploy|"
    r"force-unlock|"
    r"refresh|state\s+(?:rm|mv|push|replace-provider))\b"
    r"|\b(?:helm|helmfile)\s+(?:install|upgrade|rollback|uninstall|delete|sync|apply)\b"
    r"|\b(?:systemctl|service)\s+(?:\S+\s+)?(?:start|stop|restart|reload|enable|disable|mask|kill|isolate)\b"
    r"|\baws\s+[\w-]+\s+(?:put|delete|update|create|attach|detach|modify|terminate|reboot|start|stop|run|"
    r"set|add|"
    r"remove|disable|enable|restore|reset|cancel|deregister|register|associate|disassociate|authorize|revoke|"
    r"rotate|invoke|send|publish|purge|tag|untag|copy|import|promote|failover|change|replace|apply|execute|"
    r"release|assign|deploy|force|switch|rollback|resume|suspend|activate|deactivate|upload|retry|"
    r"unlock)(?:-\S+|\b)"
    r"|\baws\s+s3\s+(?:rm|mv|cp|sync|rb|mb)\b|\b(?:gsutil|rclone|azcopy|s3cmd)\s+(?:rm|mv|cp|sync|rsync|"
    r"delete|del)\b"
    r"|\b(?:gcloud|az|doctl|flyctl|fly|heroku|ibmcloud|oci|eksctl|kops)\s+(?:[\w.:-]+\s+){1,4}?(?:update|"
    r"create|delete|"
    r"restart|start|stop|reset|patch|add|remove|set|deploy|rollback|resize|failover|destroy|add-\S+|"
    r"remove-\S+|set-\S+|update-\S+)\b"
    r"|\b(?:docker|podman|nerdctl|docker-compose)\s+(?:compose\s+)?(?:restart|stop|start|kill|rm|rmi|up|"
    r"down|run|update|"
    r"pull|push|prune|system prune|pause|unpause|service\s+(?:update|scale|rm|rollback)|node\s+update)\b"
    r"|\b(?:nomad|consul|vault|etcdctl|argocd|flux|istioctl|linkerd|rabbitmqctl|kafka-\w+|pg_ctl|patronictl|"
    r"ceph|zfs|lvextend|crictl)\s+(?:[\w-]+\s+){0,3}?(?:stop|start|restart|run|delete|del|put|write|rollback|"
    r"sync|set|reload|drain|promote|switchover|failover|purge_queue|purge|move|destroy|rm|revoke|unseal|seal|"
    r"disable|enable|suspend|resume|reconcile|patch|scale|--alter|--delete)\b"
    r"|\bgit\s+(?:push|revert|reset|checkout|merge|rebase|cherry-pick|commit|stash|clean|tag -\w)\b"
    r"|\bgh\s+(?:workflow run|run rerun|pr merge|release create|release delete)\b"
    r"|\brm\s+-\w+|\bkill(?:all)?\s+-\w+|\bpkill\b|\bchmod\s+[+\w]|\bchown\s+\S+:|\bmkfs|\bdd\s+if=|"
    r"\bshutdown\s+-|"
    r"\btruncate\s+-s|\biptables\s+-[ADIFPX]\b|\btc\s+qdisc\s+(?:add|del|change)|\bip\s+(?:link|"
    r"route)\s+(?:set|add|del)|"
    r"\bsysctl\s+-w|\bcrontab\s+-[re]|\bansible-playbook\b(?!.*--(?:check|list))|"
    r"\bansible\b.*-m\s+(?:shell|service)|"
    r"(?<!\d)>>?\s*/(?:proc|sys|etc|var)/|\bsed\s+-i|\btee\s+/|\bcurl\b[^|;]*\s(?:-X\s*|"
    r"--request[ =])(?:POST|PUT|DELETE|PATCH)\b|"
    r"\bcurl\b[^|;]*\s(?:-d|--data\S*|-T|--upload-file|-F)\s"
    r"|\bsudo\s+(?!(?:cat|tail|head|less|more|z?grep|journalctl|ss|lsof|netstat|tcpdump|dmesg|df|du|top|"
    r"ps|ls|"
    r"find|strace|stat|wc|awk|dig|host|ping|curl|systemctl (?:status|show|cat|list\S*|is-\S+)|"
    r"docker (?:ps|logs|inspect)"
    r"|iptables -[LS]|crictl (?:ps|logs|inspect))\b)\w"
    r"|\b(?:redis-cli|valkey-cli|memcached)\b[^|;]*\b(?:flush\w*|del|unlink|set|setex|expire|rename|shutdown|"
    r"failover|config set|client kill|[lr]push|[lr]pop|sadd|srem|zadd|zrem|hset|hdel|xadd|xtrim|debug)\b",
    re.IGNORECASE,
)
_SQL = re.compile(
    r"(?:^|[;\"'`(]\s*|\b(?:run|execute|psql|mysql|with)\b[^;]{0,24}?\s)(?:drop\s+(?:table|index|database|"
    r"column|view|user|role)|"
    r"alter\s+(?:table|system|role|user|database|index)|truncate\s+(?:table\s+)?\w|delete\s+from|"
    r"update\s+\w+\s+set|"
    r"insert\s+into|create\s+(?:index|table|role|user)|grant\s+\w+\s+(?:on|to)|revoke\s+\w+\s+(?:on|from)|"
    r"vacuum|reindex|kill\s+\d|set\s+global|call\s+\w+\(|select\s+pg_(?:terminate|cancel|reload)\w+)",
    re.IGNORECASE,
)


_FORMS = (_ORDER, _AND_THEN, _TRIAL, _WITHOUT, _IF_YOU, _BY_OTHERS, _PERFORM)


def changes_state(text: str) -> bool:
    """Say whether whoever does what `text` says changes something.

    Args:
        text: An instruction or a question in plain English, or a command.
    """
    plain = " ".join(text.split()).strip("`\"'. ")
    if _COMMANDS.search(plain) or _SQL.search(plain):
        return True
    if any(form.search(plain) for form in _FORMS):
        return True
    return _AFTER_DOING.search(plain) is not None and not _PAST.search(plain)
