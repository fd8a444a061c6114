"""The sentences that no fold may lose, told by their wording alone: decided, ruled out, refused, still open.

Facts are what matters for the cause; these cues are wider, since a sentence that is kept in vain costs a line
and one that is lost is gone. English, and the plainest wordings of German, French and Spanish.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.incident.facts import FactKind
from bot.incident.needs import Cue
from bot.incident.sentences import SENTENCE_END, word_count

_READ_CHARS = 600
_FEWEST_WORDS = 3
_END = re.compile(rf"\n+|{SENTENCE_END.pattern}")
_AROUND = " \t`*_>"
_LONGEST_CHARS = 1_200
_MOST = 40

_WHEN = (
    r"(?:today|tonight|tomorrow|now|next|later|mon|tues|wednes|thurs|fri|satur|sun|jan|feb|march"
    r"|april|may|june"
    r"|july|aug|sept|oct|nov|dec|q[1-4]|noon|midnight|week)"
)
_REFUSED = Cue(
    r"\bdenied\b|\bforbidden\b|\bnot authori[sz]ed\b|\bunauthori[sz]ed\b|\bnot permitted\b"
    r"|\bpermission\w*denied\b"
    r"|\binsufficient(?: \w+)? (?:priv|perm|scope|rights|access)\w*|\bno permission\b|\b\w*accessdenied\w*\b"
    r"|\bnot allowed to\b|\blacks? (?:the )?(?:scope|permission|role|privilege|grant|right)s?\b"
    r"|\bmust be (?:owner|superuser)\b"
    r"|\bno pg_hba\b|\bnot in the sudoers\b|\bmay not (?:read|write|list|use|call|access|see|open"
    r"|delete|assume)\b"
    r"|\beacces\b|\beperm\b|\boperation not permitted\b|\bprivilege level\b|\brefused by (?:policy"
    r"|the policy|rule)\b",
    r"\bkeine berechtigung\b|\bzugriff verweigert\b|\bnon autoris|\bacc[eè]s refus|\bsin permiso"
    r"|\bdenegado\b",
)
_OPEN = Cue(
    r"[?\uff1f\u061f]\W*$|\bunclear\b|\bnot (?:yet )?(?:clear|known|sure) (?:if|why|whether|who|how|what"
    r"|where|when|which)\b"
    r"|\bunknown (?:if|why|whether|who|how|what)\b|\b(?:do not|don'?t|nobody"
    r"|no one) knows? (?:yet )?(?:if|why|whether|who|how|what|where)\b"
    r"|\bno idea (?:if|why|whether|who|how|what|where)\b|\bwonder(?:s|ing)? (?:if|why|whether|who|how|what)\b"
    r"|\b(?:find|figure) out\b|\bto ?do\s*:|\btbd\b|\bopen (?:question|point|issue)s?\b"
    r"|\bquestion (?:is|remains)\b"
    r"|\bstill (?:open|missing|unexplained|to be|need to (?:know|check|find))\b|\bneeds an owner\b"
    r"|\bremains to be\b"
    r"|\bto be (?:confirmed|clarified|determined|checked|answered)\b|\bnobody (?:has )?(?:explained"
    r"|checked|looked)\b"
    r"|^\W*who (?:owns|has|can|knows|pays|is|decides|approves)\b|\bwould like to know\b|\bunexplained\b",
    r"\bunklar\b|\boffene? fragen?\b|\bnoch (?:offen|zu kl[aä]ren)\b|\b(?:wissen|weiss"
    r"|weiß) (?:wir )?(?:noch )?nicht\b"
    r"|\bkeine ahnung (?:warum|wer|ob|wie|was)\b|\bon ne sait pas\b|\breste [aà] (?:savoir|voir"
    r"|comprendre)\b|\bpas clair\b"
    r"|\bno sabemos\b|\bno est[aá] claro\b|\bfalta (?:saber|averiguar)\b|\bpor aclarar\b",
)
_CLEARED = Cue(
    r"\b(?:can'?t|cannot|can not|couldn'?t|could not|won'?t) be\b|\b(?:is|was|are|were|it'?s|that'?s|so) not "
    r"(?:the|a|an|it|our|ours|my|them|that|this|because|due|related|involved|caused|from|dns|us)\b"
    r"|\b(?:is|was|are|were)n'?t (?:the|it|our|ours|them|that|this|because|due|related|involved"
    r"|caused|from|us)\b"
    r"|\brul(?:e|es|ed|ing) (?:\w+ ){0,3}out\b|\bexclud(?:e|es|ed)\b|\b(?:is|are|was"
    r"|were) (?:all )?out\b|\bcleared\b|\bexonerat"
    r"|\binnocent\b|\bred herring\b|\bunrelated to\b|\b(?:not|un)related\b|\bnothing to do with\b"
    r"|\bno part in\b|\bno role\b"
    r"|\bchanged nothing\b|\bno difference\b|\bno (?:effect|change|impact)\b|\b(?:did not|didn'?t"
    r"|does not|doesn'?t) (?:help|change|explain)\b"
    r"|\bnot (?:the|a) (?:cause|culprit|reason|problem|trigger)\b|\bnot to blame\b|\bdisproved?\b"
    r"|\bdead end\b",
    r"\b(?:is|are|was|were|look|looks|looked|seem|seems|all) (?:\w+ ){0,2}?(?:flat|clean|healthy"
    r"|normal|fine|good|ok|okay|equal|identical|"
    r"balanced|idle|quiet|unaffected|unchanged|in order|within limits|the same|green|valid|active|empty)\b"
    r"|\bjust as \w+\b|\bexactly as (?!planned)\w+|\b(?:the )?same \w+(?: \w+)? (?:on|as|since|in|at"
    r"|with|without|for|before|after)\b"
    r"|\b(?:runs?|have|has|had|with|see|sees|at) (?:\w+ )?the same\b|\bsame (?:time|rate|ratio|result"
    r"|error|picture) without\b"
    r"|\b(?:does|do|did|has|have)(?: not|n'?t) (?:\w+ ){1,5}?(?:at all|differ\w*|anything"
    r"|in the window|either|it)\b"
    r"|\b(?:does|did) not (?:scale|happen|flap|fail|behave|appear|show|move|touch|reach|match|fire|run)\b"
    r"|\b(?:has|have|had|shows?|with|there is|there are|there was|there were|see|sees|found"
    r"|sends?) (?:no|zero|0)\b"
    r"|\bzero (?:drops|errors|crc|packet|retr|evict|restart|loss|fail)\w*|\bplanned (?:restart"
    r"|maintenance|drain|reboot|failover|work)\b"
    r"|\bonly den(?:y|ies)\b|\bso (?:\w+ ){1,4}(?:is|are) (?:fine|good|clean|out|innocent)\b"
    r"|\bfail(?:s|ed)? (?:just as|on \w+ \w+ as well)\b"
    r"|\b(?:by design|known flake|as expected|false (?:alarm|positive))\b",
    r"\bausgeschlossen\b|\bliegt nicht an\b|\bunauff[aä]llig\b|\bnichts (?:damit )?zu tun\b"
    r"|\bnicht (?:schuld|die ursache|der grund)\b"
    r"|\bkann es nicht sein\b|\bwar es nicht\b|\bohne (?:wirkung|effekt)\b|\brien [aà] voir\b"
    r"|\b[eé]cart[eé]\b|\bpas en cause\b"
    r"|\bce n'est pas\b|\bnada que ver\b|\bdescartad[oa]\b|\bno (?:es|fue) (?:el|la)\b",
)
_DECIDED = Cue(
    r"\b(?:we|i|they|all)(?:'ll| will| are going to|'re going to)? (?:have "
    r"|had )?(?:all )?(?:decided?|agreed?|settled?|keep|stop|go with"
    r"|stick (?:with|to)|leave|hold off|accept|take the|freeze|postpone|park|roll back|drop|defer|move)\b"
    r"|\b(?:we|i)(?:'re| are|'m| am) (?:going with|sticking|keeping|leaving|holding|postponing"
    r"|parking|dropping|not going)\b"
    r"|\b(?:we|i) (?:won'?t|will not|shall not|are not going to)\b|\blet'?s (?:go|stick|keep|leave"
    r"|hold|wait|stop|not|use|roll|park|postpone|"
    r"freeze|drop|call|do|move)\b|\bgoing forward\b|\bfrom (?:now|here|today) on\b|\bfurther notice\b"
    r"|\bas of (?:today|now|monday|tomorrow)\b"
    r"|\beffective (?:immediately|now)\b|\bfor the time being\b|\bdecision\b|\bdecided\b|\bagreed\b"
    r"|\bconsensus\b|\bapproved\b"
    r"|\bsign(?:s|ed)? (?:\w+ )?off\b|\bgreen light\b|\bgo-?ahead\b|\bthe (?:plan|call) is\b"
    r"|\bplan\s*:|\bsev[- ]?[0-5]\b|\bcounts as\b",
    r"\b(?:nobody|no one|no-one) (?!knows|noticed|saw|cares|answers|remembers|reads?\b|is\b|was\b"
    r"|has\b|else)\w+"
    r"|^\W*no (?:\w+ ){1,3}?(?:while|until|till|before|today|tonight|without|during|for now|unless)\b"
    r"|\b(?:is|are|stays?|remains?|was|were|gets?|be) (?:now )?(?:postponed|paused|frozen|on hold"
    r"|cancell?ed|not allowed|allowed|accepted"
    r"|parked|blocked until|switched off|off limits|stopped|suspended|required|scheduled"
    r"|reverted until|locked)\b"
    r"|\b(?:stays?|remains?) (?:on|off|with|in|at|as|where|open|closed|disabled|enabled|pinned|frozen"
    r"|up|down)\b"
    r"|\bkeeps? (?:its|their|the|his|her|our|using|running)\b|\bmust(?: not)?\b|\bshall\b"
    r"|\bneeds? \w+ .{1,60}\bbefore\b"
    r"|\bmay (?:only|not|no longer|reach|over\w+|use|run|stay|continue|go|keep)\b|\bonly (?:at|on"
    r"|after|by|in this|if|with|during) \b"
    r"|\b(?:this|one) thread only\b|\bdo(?: not|n'?t) (?:touch|deploy|merge|restart|page|drain|scale"
    r"|roll|delete|change)\b"
    rf"|\b(?:goes|go|moves?|moving|ships?|switch(?:es)?|rolls?|happens?|starts?|ends?"
    rf"|due) (?:\w+ ){{0,4}}?(?:to|in|on|out|back|for|at|by|{_WHEN})\b.*\b{_WHEN}"
    r"|\b(?:goes|go|moves?|switch(?:es)?|falls?) back to\b|\bgets? (?:a|an|its|their|his|her) \w+"
    r"|\bpost-?mortem (?:on|is|at)\b"
    r"|\b(?:writes|signs|takes|leads|drives|joins?) (?:the|it|from|over|this)\b|\b(?:until|till"
    r"|before) (?:\w+ ){1,6}?(?:is|are|ends?|says?|signs?|has|have|exists?)\b"
    rf"|\buntil (?:\w+ )?{_WHEN}\b|\bwhat we (?:do|agreed)\b|\bwithout (?:a|an|my|our|their) (?:ok"
    rf"|review|approval|sign-?off|go)\b",
    r"\bab (?:sofort|jetzt|morgen|heute)\b|\bbis auf weiteres\b|\b(?:niemand|keiner) (?!weiss|weiß"
    r"|da)\w+t\b|\b(?:beschlossen|entschieden|vereinbart|abgemacht)\b"
    r"|\bwir (?:bleiben|machen|nehmen|lassen|warten|behalten|stoppen|gehen)\b|\bbleib(?:t|en) (?:aus"
    r"|an|bei|so|pausiert)\b|\bwird (?:verschoben|pausiert|gestoppt)\b"
    r"|\b(?:dor[eé]navant|d[eé]sormais|convenu|d[eé]cid[eé])\b|\bjusqu'[aà] nouvel ordre\b"
    r"|\bpersonne ne\b|\bon (?:garde|arr[eê]te|reste|laisse|attend)\b"
    r"|\b(?:decidimos|acordamos|acordado|decidido)\b|\bhasta nuevo aviso\b|\bnadie \w+"
    r"|\ba partir de ahora\b|\bnos quedamos\b",
)
_KINDS = (
    (_OPEN, FactKind.QUESTION),
    (_REFUSED, FactKind.DENIAL),
    (_CLEARED, FactKind.RULED_OUT),
    (_DECIDED, FactKind.DECISION),
)


@lru_cache(maxsize=16_384)
def telling_kind(sentence: str) -> FactKind | None:
    """Return what a sentence or a pasted line tells that no fold may lose; None for anything else."""
    words = sentence[-_READ_CHARS:].replace("\u2019", "'")
    if word_count(words) < _FEWEST_WORDS:
        return None
    return next((kind for cue, kind in _KINDS if cue.search(words)), None)


@lru_cache(maxsize=16_384)
def sentences_told(text: str) -> tuple[tuple[FactKind, str], ...]:
    """Return each sentence or line that decides, clears, refuses or asks, with its kind; exact substrings."""
    told = ((telling_kind(words), words) for words in _sentences(text))
    return tuple((kind, words) for kind, words in told if kind is not None)[:_MOST]


def _sentences(text: str) -> Iterator[str]:
    for words in _END.split(text):
        bare = words.strip(_AROUND)
        if bare:
            yield bare[:_LONGEST_CHARS]
