"""What a sentence does, read from its wording alone: it changes, suspects, rules out, explains, asks.

The lists hold general English of operations, no product of one company and no word of one incident.
"""

from bot.incident.needs import Cue

QUESTION = Cue(
    r"\?(?!\w)\S*\s*(?:$|:\w+:|checking|->)",
    r"^(?:why|how|what|when|who|where|which|did|does|is|are|can) .*\?",
)

HEDGE = Cue(
    r"\b(?:maybe|perhaps|possibly|probably|presumably|apparently)\b",
    r"\b(?:could|might|may|must) (?:be|have|well)\b",
    r"\b(?:smells?|looks?|sounds?|feels?) like\b",
    r"\b(?:i|we) (?:suspect|think|guess|bet|wonder|assume|believe)\b",
    r"\bmy (?:guess|bet|hunch|money)\b",
    r"\b(?:has|have|got) to be (?:it|that|the)\b",
    r"\bworth (?:checking|a look)\b",
    r"\bi would (?:roll|revert|start|look|check)\b",
    r"\bsuspicious\b|\bsuspects?\b|\bfishy\b",
    r"\bthere you go\b|\bbet it'?s\b",
    r"\bsome \w+ must be\b|\bthen (?:someone|somebody)\b",
    r"\brunbook says\b",
)

PLAN = Cue(
    r"\b(?:will|'ll|should|shall|would|could|can|must|might|going to|gonna|want to|need to|have to|plan to|"
    r"about to)\b",
    r"\b(?:let'?s|lets|please|todo|to do|planned for|scheduled for|is scheduled|tomorrow|next week|"
    r"later today|if we|if i|"
    r"unless)\b",
    r"\bwhat if\b|\bhow about\b|\bcandidate for\b",
)

NEGATED_CHANGE = Cue(
    r"\b(?:no|not|never|nobody|no one|nothing|none|without|didn'?t|hasn'?t|haven'?t|wasn'?t|isn'?t|"
    r"weren'?t|nor)\b"
    r"(?:\s+[\w-]+){0,4}?\s+(?:touched|changed|changes?|deploy\w*|releas\w*|merg\w*|train|rolled|sync\w*|"
    r"removed|edited|modified|updated|push\w*|ship\w*|[A-Z]\w+Policy)\b",
    r"\blast (?:changed|deploy\w*|release|sync|edit\w*|change|commit|merge|update|rotation|green|good|"
    r"touched)\b",
    r"\blast \w*(?:Put|Update|Attach|Create|Delete)\w+",
)

LONG_AGO = Cue(
    r"\b(?:last|a|two|few|some|\d+) (?:years?|months?|quarters?)\b(?! later)",
    r"\b(?:years?|months?|weeks) ago\b|\blast (?:year|month|quarter)\b|\bsince forever\b|\bin (?:19|"
    r"20)\d\d\b",
)

_DONE = (
    r"deployed|redeployed|released|shipped|rolled|pushed|merged|applied|attached|detached|enabled|disabled|"
    r"turned (?:on|off|up|down)|flipped|toggled|switched|swapped|replaced|migrated|moved|upgraded|"
    r"downgraded|updated|"
    r"bumped|patched|rotated|renewed|reissued|revoked|removed|deleted|destroyed|dropped|wiped|purged|"
    r"cleared|truncated|"
    r"erased|overwrote|overwritten|changed|edited|modified|altered|added|raised|lowered|reduced|increased|"
    r"shortened|"
    r"extended|doubled|halved|copied|resized|shrunk|scaled|restored|repooled|pooled|depooled|failed over|"
    r"promoted|"
    r"demoted|drained|cordoned|rebooted|restarted|imported|loaded|reindexed|rebuilt|activated|deactivated|"
    r"granted|"
    r"tightened|restricted|locked|blocked|whitelisted|allowlisted|installed|uninstalled|provisioned|"
    r"decommissioned|"
    r"retired|renamed|published|unpublished|pinned|unpinned|archived|synced|set up|cut over|backfilled|"
    r"rewired|"
    r"reconfigured|pointed|repointed|cleaned up|tuned|capped|throttled|refactored|introduced|terminated|"
    r"set (?:\S+ ){0,3}?to|cut|trimmed|shrank|dialed|resumed|unpaused|split|relocated|trained|reset|"
    r"reseeded|registered|"
    r"deregistered|unregistered|unmounted|mounted|partitioned|compacted|vacuumed|stopped|paused|"
    r"created|"
    r"consolidated|tweaked|adjusted|regenerated|refreshed|converted|hardened|subscribed|unsubscribed|ran|"
    r"put|killed|cancelled|canceled|aborted|reinstalled"
)
_DOING = (
    r"deploying|releasing|shipping|rolling|pushing|merging|applying|attaching|enabling|disabling|"
    r"turning (?:on|off)|"
    r"switching|swapping|replacing|migrating|moving|upgrading|updating|rotating|renewing|revoking|removing|"
    r"deleting|"
    r"destroying|dropping|wiping|purging|clearing|truncating|changing|editing|adding|raising|lowering|"
    r"reducing|"
    r"increasing|copying|resizing|scaling|restoring|repooling|pooling|depooling|failing over|promoting|"
    r"draining|"
    r"rebooting|restarting|importing|loading|reindexing|rebuilding|activating|granting|tightening|installing|"
    r"decommissioning|retiring|publishing|syncing|backfilling|kicking off|starting the|cutting over|"
    r"running the|"
    r"stopping|pointing|pausing|cutting|putting|resetting|blocking|detaching|repointing|going back|reverting|"
    r"terminating|killing|pausing|patching|cancelling|canceling|aborting|turning (?:up|down)|bumping|"
    r"flipping|tweaking|cleaning up|renaming|rewriting|resharding|rebalancing|pruning|archiving|"
    r"running (?:(?:the|a|my|our|this) )?(?:\w+ )?(?:migrations?|scripts?|backfills?|jobs?|ddl|alter|"
    r"imports?|cleanup|reindex|playbook|runbook|vacuum|load tests?|drill|failover)"
)

DONE = Cue(rf"\b(?:{_DONE})\b")
DOING = Cue(rf"\b(?:{_DOING})\b")

_OCCASION = (
    r"(?:re)?deploy(?:ment)?|release|roll-?out|roll|migration|rotation|upgrade|update|cut-?over|swap|"
    r"switch|change|"
    r"maintenance|backfill|import|failover|restart|reboot|cleanup|push|merge|patch|renewal|expiry|"
    r"replacement|"
    r"resync|re-?index|load test|batch|job"
)
OCCASION = Cue(
    rf"\b(?:{_OCCASION})\b[\w\s,'-]{{0,40}}?\b(?:at|done|finished|complete[d]?|is live|went (?:out|live|"
    rf"in)|started|is in|"
    r"landed|through|succeeded)\b",
    r"\b(?:is|are|went|goes|now) live\b|\bwent out\b|\bis out(?: now)?\b|\blanded\b|\bkicked off\b|"
    r"\brolled out\b",
    rf"\bhad an? (?:\w+ ){{0,2}}(?:{_OCCASION})\b|\bback from (?:\w+ ){{0,2}}(?:{_OCCASION})\b",
    r"\bexpired (?:at|on|today|yesterday|last night|this morning)\b|\b\d+\s?% (?:->|→|to) \d+\s?%",
    r"\b(?:put|flipped|switched|moved) (?:it|that|this|\S+) (?:on|to|at|off)\b",
    r"^\W*(?:fyi|heads[ -]?up|announcement|reminder|note|maintenance)\b.{0,60}?\b(?:moves?|switch(?:es)?|"
    r"changes?|migrates?|cuts? over|rotates?|retires?|fails? over|goes (?:live|away|to|from)|"
    r"gets? (?:moved|replaced|upgraded|a new|new)|rolls? out|starts?) ",
)

METRIC_SUBJECT = Cue(
    r"\b(?:latency|latencies|errors?|error rate|rate|ratio|size|cpu|memory|p\d\d|p50|traffic|requests?|"
    r"load|queue|lag|"
    r"count|throughput|connections?|flows?|volume|graph|counter|evictions?|hits?|misses|usage|depth|"
    r"backlog|packets?|"
    r"disks?|heap|utilization|availability|burn|curve|line|spike|qps|rps|iops|percentage)\b"
    r"(?: \w+){0,3}? (?:\w+ly )?"
    r"(?:dropped|doubled|halved|increased|reduced|raised|changed|stopped|moved|extended|scaled|loaded|"
    r"throttled|went|fell|rose|jumped|climbed|grew|spiked|sank|surged|tripled)\b",
)

STATE_CHANGE_VERB = Cue(
    r"^(?:please |let'?s |now |then |just |first |try (?:to )?)*(?!\w+ (?:history|logs?|notes?|times?|"
    r"dates?|list|order|rate|events?|records?)\b)"
    r"(?:(?:re)?deploy|roll ?back|roll|revert|restart|reboot|"
    r"delete|remove|drop|"
    r"detach|attach|apply|disable|enable|scale|raise|lower|increase|decrease|change|update|set|add|kill|"
    r"stop|start|drain|"
    r"cordon|failover|fail over|promote|rotate|revoke|flush|purge|clear|truncate|block|unblock|allow|grant|"
    r"turn|switch|"
    r"flip|put|write|create|patch|upgrade|downgrade|replace|reset|repool|depool|rebuild|restore|evict|"
    r"install|edit|"
    r"modify|merge|push|release|move|reload|clean|wipe|terminate|resize|pause|resume|rerun|re-run|deny|"
    r"fix)\b",
    r"\b(?:and|then|;|&&)\s+(?:(?:re)?deploy|roll back|revert|restart|reboot|delete|remove|drop|detach|"
    r"attach|disable|"
    r"enable|scale|kill|flush|purge|truncate|revoke|rotate|terminate|apply)\b",
    r"\b(?:kubectl (?:apply|delete|scale|rollout|drain|cordon|edit|patch|set|replace|create)|"
    r"terraform (?:apply|destroy)|"
    r"helm (?:install|upgrade|rollback|uninstall)|systemctl (?:start|stop|restart|reload)|"
    r"aws \S+ (?:put|delete|update|create|attach|detach|modify|terminate|reboot|start|stop|run|set|add|"
    r"remove)-\S*|"
    r"rm -\w+|sudo|git (?:push|revert|reset)|drop table|delete from|truncate table|update \w+ set|"
    r"insert into|"
    r"redis-cli (?:flush\w*|del|set))\b",
)

REVERSAL = Cue(
    r"\b(?:point|switch|go|going|went|mov|put|putt|flip|chang)\w* (?:\S+ ){0,4}?back\b",
    r"\broll(?:ed|ing|s)?[ -]?(?:\w+ ){0,4}?back\b|\brollback\b|\brevert(?:ed|ing|s)?\b|\bundo(?:ne|ing)?\b|"
    r"\bundid\b|\bback(?:ed|ing)? (?:it )?out\b",
    r"\bturn(?:ed|ing)? (?:it )?off\b|\bswitch(?:ed|ing)? (?:it )?(?:off|back)\b|\bdisabl(?:ed|ing)\b|"
    r"\bdetach(?:ed|ing)\b|"
    r"\bdepool(?:ed|ing)?\b|\bstopp(?:ed|ing) the\b|\bput(?:ting)? (?:it )?back\b|\bwent back to\b|"
    r"\bback to (?:the )?(?:old|last|previous)\b",
    r"\bthe old (?:image|version|build|config|release)\b|\bprevious (?:image|version|build|config|release)\b",
)

FIX_FAILED = Cue(
    r"\bno (?:\w+ )?(?:change|effect|difference|improvement|luck|help|better)\b",
    r"\b(?:did|does|do)(?:n'?t| not) (?:help|change|fix|matter|make a difference)\b",
    r"\bsame (?:\w+ )?(?:error|errors|problem|failure|result|symptom|thing|exception|timeouts?|"
    r"AccessDenied|\w*Exception|"
    r"\w*Error|as before)\b",
    r"\bstill (?:failing|fails|broken|slow|high|down|seeing|the same|there|happening|refused|denied|red|"
    r"p\d\d|\d)",
    r"\b(?:p\d\d|latency|errors?|rate|cpu|lag) (?:is |are )?still\b",
    r"\bdid (?:zip|nothing|nada|zilch|sod all)\b|\bnot (?:budging|moving)\b|\bthat(?:'s| is|"
    r" was) all (?:it|that) did\b|"
    r"\bdoes(?:n'?t| not) come up either\b|,\s*(?:exactly )?the same\b|,\s*same\s*[.,!]?\s*$|"
    r"^same (?:with|on|for)\b|"
    r"\bnothing (?:changed|happened)\b|\bstill nothing\b|\bno (?:joy|dice)\b|,\s*nothing\s*[.!]?\s*$|"
    r"\bwithout (?:any )?(?:effect|change)\b|\bunchanged\b|\bnot (?:any )?better\b|\bto no avail\b",
)

INNOCENT = Cue(
    r"\b(?:is|are|was|were|looks?|all|seems?|both|everything|instances?|nodes?|pods?|cluster|policies|"
    r"rate) (?:\w+ ){0,2}?"
    r"(?:healthy|fine|normal|ok|okay|clean|idle|innocent|flat|unaffected|good|unrelated|irrelevant|quiet|"
    r"balanced)\b",
    r"\bnot (?:that|it|them|us|this|our|him|related|involved)\b(?!.*\bbut\b)",
    r"^(?:so |ok |then |and )*(?:it'?s |that'?s |also )?not (?:an? |the |our )?[\w-]+(?: [\w-]+)?(?:[.:,;]|"
    r"$| then)",
    r"\bso (?:it'?s |it is )?(?:no|not) (?:an? |the |our )?[\w-]+",
    r"\bnot to blame\b|\b(?:does|do|did|would)(?:n'?t| not) explain\b|\bso (?:no|not)\s*[.!]?\s*$|\bnope\b|"
    r"\b(?:is|are) (?:clean|fine|out of it|excluded)\b|"
    r"\bruled? (?:it |that |them )?out\b|\bred herring\b|\binnocent\b|\bdropping that (?:line|idea|"
    r"theory)\b|\bcan exclude\b",
    r"^no (?!change|effect|idea|files|data|answer|output|one\b|longer|access)(?:\w+ ){1,3}(?:here|today|"
    r"at all|seen|found)?"
    r"(?:[,.:;]|$)",
    r"\b(?:no|0|zero) (?:\w+ )?(?:errors?|throttl\w+|flood|evictions?|scraper|attack|packet loss|restarts?|"
    r"servfail|retries|"
    r"anomal\w+|sign|evidence|trace|hits|failures|deploys?|train|release)\b",
    r"\bevictions 0\b|\bwithin (?:the )?(?:normal|usual|limits?)\b|\blike always\b|\bas (?:always|usual)\b|"
    r"\bsame as (?:last|every)\b",
    r"\bnothing (?:wrong|unusual|odd|strange|special|in|there)\b|\bnobody touched\b|\bhas(?:n'?t|"
    r" not) changed\b|"
    r"\bnot (?:used|touched|changed|deployed)\b|\bflat\b|\bresolved \d\d:\d\d\b|\bsays no\b|"
    r"\b(?:has|have|shows?|see|saw) no (?:\w+ )?(?:errors?|change|load|traffic|issue|problem)\b",
    r"^(?:no|nope|nah)[.,!]|, (?:so )?not (?:an? |the |our )?[\w-]+(?: [\w-]+)?[.!]?$",
    r"\bonly (?:touch\w*|chang\w*|contain\w*|affect\w*|adds?|added|mov\w+|has|had|was|is) "
    r"(?!(?:half|some|new)\b)",
    r"\b(?:static|cosmetic|css|docs?|text|copy|comment|logging|unrelated) (?:\w+ )?(?:only|changes?)\b|"
    r"\bnothing (?:calls|uses|depends on|reads|touches)\b",
    r"\b(?:is|are|were|was) (?:\w+ )?in sync\b|\b(?:finished|ran|came back|passed) (?:green|clean|ok|fine)\b|"
    r"\bas on any\b|\ball 200s?\b|, all (?:ok|good|green)\b",
)

EXPLAINS = Cue(
    r"\bexplain(?:s|ed)?\b|\bbecause\b|\bthat'?s (?:why|the|how|it|what)\b|\bthat is (?:why|the|how|"
    r"what)\b|\bthis is why\b",
    r"\bthe (?:reason|trigger|cause|culprit) (?:is|was)\b|\bwas the (?:trigger|cause|reason|culprit)\b|"
    r"\bthere it is\b|\bfound it\b|\bgot it\b",
    r"\bcomes? from\b|\bcame (?:with|from|in with)\b|\bcaused by\b|\bdue to\b|\bsince (?:the|that|this|we|"
    r"i)\b|\bever since\b",
    r"\bit was meant\b|\bwas meant (?:for|to)\b|\bwas left out\b|\bhas never heard\b|"
    r"\bthe policy expects\b|\bno longer\b|"
    r"\b(?:used to|on the old|before (?:the|that|it)|previously|until)\b.*\b(?:was|were|had|now)\b|"
    r"\bturns out\b|\bwhich means\b|"
    r"\bso (?:that|an hour|it) (?:fits|would|makes)\b|\bfits\b|\bthat (?:matches|fits|lines up)\b|"
    r"\bmatches (?:the|when|what|exactly)\b|"
    r"\b(?:would|will) do it\b",
    r"^\W*so\s*[:,]|\bturned out\b|\b(?:is|was) (?:in|from) (?:their|the) (?:news|notes|changelog|mail)\b|"
    r"\bsays? just that\b|\b(?:on the phone|duty manager|their support|confirmed (?:it|that|by))\b",
    r"\bis (?:the )?(?:one|endpoint|flag|key|thing|node|host|role|version) (?:that )?(?:i|we)\b",
)

ADMISSION = Cue(
    r"\b(?:my|our) (?:mistake|fault|bad|doing|error|change)\b|\b(?:is|was|that'?s) (?:mine|me|on me|ours|"
    r"on us)\b|"
    r"\b(?:it|that|this|which)(?:'s| is| was) my \w+|\bmea culpa\b|\bsorry\b|:see_no_evil:|\bmy own\b",
    r"\boh (?:no|crap|shit|dear)\b|\bsh\*+t?(?!\w)|\bshit\b|\bdamn\b|\boops\b|\bugh\b|\bf\*+k?(?!\w)|"
    r":grimacing:|:facepalm:|:sweat_smile:",
    r"\b(?:i|we) (?:accidentally|mistakenly|wrongly|forgot|missed|overlooked|should have)\b|"
    r"\bby (?:mistake|accident)\b",
    r"\bwrong (?:host|node|box|server|account|region|environment|env|cluster|namespace|target|bucket|table|"
    r"branch|window|"
    r"terminal|tab|ou|project|directory|db|database|shard|tenant|queue|topic)\b",
    r"\b(?:on|in|to|from|against) \S+,? (?:and )?not (?:on |in |to |from |against )?\S+|"
    r"\bnot (?:the )?\w+ as (?:i|we) (?:thought|meant)\b|\bmeant (?:for|to)\b|\bi thought (?:it|that|"
    r"this) was\b",
)

FIRST_PERSON = Cue(r"\b(?:i|i've|we|we've|my)\b(?! (?:would|can|could|think|guess|see|need))")

IMPACT = Cue(
    r"\b(?:fail(?:s|ed|ing|ures?)?|down|unavailable|broken|unreachable|stuck|blocked|refused|leaked|"
    r"exposed|lost|gone|"
    r"hang(?:s|ing)?|frozen|degraded|timing out|time(?:s)? out|timeouts?|erroring|rejected|missing|stale|"
    r"late|delayed|"
    r"crash(?:es|ed|ing)?|crawling|twice|doubled?|empty|nothing|slow|outage|impact|logged out|duplicate[sd]?|"
    r"wrong (?:prices?|data|results?|"
    r"totals?))\b",
    r"\b(?:can'?t|cannot|can not|unable to|nobody can|not able to) \w+",
    r"\b(?:5xx|500s|502s?|503s?|504s?|4xx|403s|401s)\b|\bno (?:\w+ )?(?:files|data|orders|mails?|emails|"
    r"events|output|results) "
    r"(?:since|written|arriv\w+|com\w+)|"
    r"\b(?:says?|shows?|showing|see|sees|seeing|get|gets|getting|return(?:s|ed)?) no (?:data|results?)\b",
    r"\b(?:do|does|did|are|is)(?:n'?t| not) (?:arriv\w+|load\w*|work\w*|start\w*|open\w*|respond\w*|"
    r"answer\w*|connect\w*|render\w*|sync\w*|reach\w*|go(?:ing)? out)\b|\bno (?:\w+ )?\w+s go(?:es)? out\b|"
    r"\btak(?:e|es|ing) (?:up to |about |over )?\d+ ?(?:s|sec\w*|min\w*)\b|\bspinners?\b|"
    r"\bwait (?:a|\d+) minutes?\b",
)
POPULATION = Cue(
    r"\b(?:riders?|drivers?|guests?|patients?|students?|viewers?|players?|readers?|bidders?|shops?|"
    r"stores?|terminals?|"
    r"devices?|tickets?|dashboards?|partners?|bookings?|refunds?|codes?|sms|messages?|notifications?|"
    r"reports?|invoices?|videos?|images?|photos?|shipments?|parcels?|agents?|members?|subscribers?)\b",
    r"\b(?:users?|customers?|people|clients?|everyone|everybody|everything|merchants?|tenants?|visitors?|"
    r"callers?|all|every|"
    r"global(?:ly)?|reads?|writes?|uploads?|downloads?|logins?|pages?|payments?|orders?|deploys?|builds?|"
    r"jobs?|site|app|"
    r"checkout|search|api|requests?|data|files?|buckets?|credentials?|sign-?ins?|emails?|mails|webhooks?|"
    r"sessions?|exports?|imports?|region(?:s)?|third|half)\b",
)

DENIAL = Cue(
    r"\b(?:access ?denied|accessdenied\w*|not authorized|unauthori[sz]ed\w*|forbidden|permission denied|"
    r"explicit deny|"
    r"invalidaccesskeyid|signaturedoesnotmatch|expiredtoken\w*|invalidclienttokenid|authfailure|"
    r"authorizationfailed|"
    r"insufficient (?:permissions|privileges|scope)|invalid_grant|invalid_client|invalid credentials|"
    r"bad credentials|"
    r"authentication failed|auth(?:entication)? (?:failed|error)|could not assume role|permission_denied|"
    r"x509|"
    r"certificate (?:has expired|verify failed|signed by unknown|is not trusted)|tls: \w+|"
    r"token (?:is )?expired|"
    r"password authentication failed|no such role|denied by|requires? authentication)\b",
    r"\b(?:401|403)\b(?=.*(?:auth|forbidden|denied|access|key|token|unauthorized|signature))",
)

CHATTER = Cue(
    r"\b(?:press|finance|legal|lawyers?|marketing|sales|execs?|exec channel|exec thread|comms|"
    r"pr team|ceo|board)\b"
    r".*\b(?:asks?|wants?|says?|thanks?|thinks?|needs?|line|macro|loads? at|fine if|calling|ETA|promise)\b",
    r"\bsupport\b.*\b(?:asks? for|wants?|thanks?|needs?|line|macro|ETA|promise)\b",
    r"\b(?:lunch|dinner|breakfast|coffee|pizza|snacks?|cake|leftovers?|standup|stand-up|retro|offsite|"
    r"all-hands|town hall|"
    r"happy hour|birthday|parking|vacation|holiday|demo slots?|newsletter|timesheets?|recording|passcode|"
    r"calendar|yoga|"
    r"karaoke|brb|school pickup|afk|lol|jinx|fire drill|fyi the doc)\b",
    r"\brelease notes\b|\b(?:ETA|wording|one sentence) for\b|\bi need one sentence\b|\bstatus ?page (?:and|"
    r"updated|text|post\w*|draft)\b|"
    r"\bwho has the\b|\bcustomers ask\b|\bthanks (?:all|everyone|for|a lot)\b|^thanks\b|"
    r"\bplease do not pay\b|\bno side dms?\b|"
    r"\b(?:status page|public doc|macro|comms|blog post) (?:is |are )?(?:updated|drafted|posted|sent)\b|"
    r"\bPR \d+\?|\breview PR\b|\bknown flake\b|\bmuting\b|\bjoined the channel\b",
)

FOLLOW_UP = Cue(
    r"^\W*(?:next|after this|after that|actions?|afterwards|later|lessons?(?: learned)?|closing|learnings?|"
    r"for (?:the|next|later|tomorrow|monday)\b[^:.]{0,30})\s*(?::|\.\s|$)",
    r"\b(?:follow[- ]?ups?|to-?dos?|to do|action items?|ais?|next steps|afterwards)\b\s*(?::|=|-)",
    r"^todo\b",
)
DECISION = Cue(
    r"\bdecision\b\s*:|^(?:the )?plan\s*:|^decided\b|\bwe (?:decided|agreed)\b|\blet'?s go with\b|"
    r"\bagreed:|\bverdict:",
    r"\bstop everything\b",
)
ROLE = Cue(
    r"\b(?:taking|i'?m|i am|i have|acting|new) (?:the )?(?:ic|incident command(?:er)?|scribe|comms lead|"
    r"lead)\b|"
    r"\b(?:ic|incident commander|scribe|comms)\s*(?:here|:|is|=)",
    r"\bsev[- ]?[0-5]\b|\b(?:severity|priority)\s*(?::|is|=)\s*\w+|\bcalling (?:it|this) (?:a )?(?:sev|"
    r"p)[- ]?\d\b",
)
BACK = Cue(
    r"\b(?:recovered|recovering|works? again|working again|back to normal|back up|is back|are back|"
    r"all green|green\b|"
    r"healthy again|fixed now|resolved|errors? (?:are )?gone|drops? to (?:zero|0|normal)|stands still|"
    r"normal again|"
    r"succeed(?:s|ed|ing)? again|subsided|stabili[sz]ed|baseline again|caught up)\b|^back\b\.?|"
    r"\b(?:is|are) (?:being )?(?:generated|served|processed|sent|delivered|written|flowing|passing|"
    r"arriving|accepted) again\b",
)

CONDITION = Cue(
    r"\b(?:config(?:uration)?|policy|policies|setting|limit|default|flag|rule|role|permission|grant|acl|"
    r"cert(?:ificate)?|"
    r"schema|index|quota|pool|ttl|timeout|parameter|template|script|job|listener|proxy|firewall|route|"
    r"record|key|token)\b"
    r".*\b(?:forwards?|allows?|permits?|points?|exposes?|accepts?|trusts?|ignores?|missing|has|expects?|"
    r"expired|"
    r"is (?:open|public|off|disabled|wrong|set|hard-?coded|too|only|not)|was (?:left|never|set)|"
    r"does(?:n'?t| not)|only|"
    r"never|returns?|sends?|lets?|grants?|names?|skips?|defaults?|uses|full|reached|exceed\w*)\b",
)
UNSAFE = Cue(
    r"\b(?:whatever|any(?:one|body|thing)?|everyone|anywhere|arbitrary|unauthenticated|without (?:auth\w*|"
    r"a check|checking|"
    r"validation|limits?)|public(?:ly)?|world-readable|0\.0\.0\.0|wildcard|unlimited|unbounded|open to|"
    r"no limit|no auth|"
    r"hard-?coded|wrong|expired|full|too (?:low|small|short|high|large)|left out|never (?:renewed|updated|"
    r"set))\b",
)
REPRODUCED = Cue(
    r"\breproduc\w+\b|\bconfirmed\b|\bproved\b|\bproof\b|\bverified\b|\brepro\b|\bcan trigger it\b"
)
DESTRUCTIVE = Cue(
    r"\b(?:remov\w+|delet\w+|destroy\w*|revok\w+|expir\w+|drop(?:ped|ping)?|wip(?:ed|ing)|purg\w+|"
    r"truncat\w+|detach\w*|"
    r"disabl\w+|retir\w+|decommission\w*|renam\w+|deregister\w*)\b",
)
ABSENT = Cue(
    r"invalid|not ?found|no such|missing|unknown|empty|does not exist|gone|could not open|refused|denied|"
    r"unauthor|forbidden|"
    r"unresolv|nxdomain|404|undefined|null",
)
ELSEWHERE = Cue(
    r"\b(?:in|to|into|on|for) (?:the )?(?:staging|stage|dev|test|sandbox|qa|lab)\b(?! (?:and|\+))",
    r"\bnothing (?:was )?(?:changed|touched) in prod\w*\b",
)

OUTCOME_WORDS = Cue(
    r"\b(?:rollback|rolled back|revert\w*|restart\w*|scal\w+|after|tried|rerun|retry|retried|now|done)\b"
)
ANNOUNCED = Cue(r"^\W*(?:fyi|heads[ -]?up|announcement|reminder|note|maintenance)\b")
"""A time in it is one to come, whatever the clock says."""

PARTIAL_CHANGE = Cue(
    r"\bcanary\b|\bpreview\b|\bplanned\b|\bqueued\b|\bpending\b|\bpull request opened\b|\bopened by\b"
)
