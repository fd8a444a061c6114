"""What a sentence proves about a suspect or about the trouble: a counter-example, an end, whose it was."""

from bot.incident.needs import Cue

CLAIMED = Cue(
    r"\b(?:it|that|this|which|one)(?:'s| is| was) (?:my|our) (?:\w+ )?(?P<mine>[\w-]+)",
    r"\b(?:that|the|this) (?P<ours>[\w-]+)(?: \w+)? (?:is|was) (?:mine|me|ours|us)\b",
)
"""Somebody says which of the things that were done is theirs."""

LAST_GOOD = Cue(
    r"\blast (?:(?:known|one|run|job|build|time|request|call|good|green|ok|clean|successful|working|"
    r"thing)\b(?: \w+){0,4}? )"
    r"?(?:good|green|ok|clean|successful|working|worked|started|succeeded|passed|ran|finished|completed|"
    r"went through|"
    r"200)\b",
)

PLAINLY_BACK = Cue(
    r"\b(?:recovered|recovering|works? again|working again|back to normal|back up|healthy again|fixed now|"
    r"resolved|"
    r"errors? (?:are )?gone|normal again|succeed(?:s|ed|ing)? again|subsided|baseline again|again)\b|"
    r"^back\b\.?$",
)
"""Words that speak of an end whatever else is said; `green` and `is back` are said of many things."""

ELSEWHERE_GREEN = Cue(r"\bstatus ?pages?\b", r"\ball systems operational\b")
"""A page that others keep says how they are, not how we are."""

UNRELATED = Cue(
    r"\b(?:not|un)[ -]?(?:\w+ )?(?:related|connected) to\b",
    r"\b(?:nothing|not anything) to do with\b",
    r"\b(?:separate|different|other) (?:issue|incident|problem|thing|topic)\b",
)
"""Somebody says that what he tells of is another trouble."""

GOES_ON = Cue(r"\b(?:still|again|keeps?|continues?|not (?:yet )?(?:back|fixed|over|gone))\b")
"""Trouble that is told as going on."""

COUNTER_EXAMPLE = Cue(
    r"\b(?:green|fine|ok|okay|passed|worked|works|clean|good|healthy|open(?:s|ed)?)\b.*\b(?:already|too|"
    r"as well|also|same|"
    r"in between|meanwhile)\b",
    r"\b(?:already|too|as well|also|same|all)\b.*\b(?:green|fine|ok|okay|passed|worked|works|clean|good|"
    r"healthy|"
    r"open(?:s|ed)?)\b",
    r"\b(?:no|0|zero|not one|without (?:a |one |any )?(?:single )?) ?(?:timeouts?|errors?|drops?|"
    r"failures?|problems?|trouble|"
    r"denials?|\d{3}s?)\b.*\b(?:there|then|in between|since|before|towards|with (?:it|that))\b",
    r"\bran (?:\w+ ){1,5}?(?:with|at|without)\b.*\b(?:normal|fine|ok|clean|no errors?)\b|\b(?:also|"
    r"same) there\b|"
    r"\b(?:there|here|elsewhere) (?:too|as well)\b",
    r"\b(?:not to blame|is clean|are clean|out of it|not involved|ran (?:for )?(?:\w+ )?(?:days|weeks|months)"
    r" (?:like this|fine)|"
    r"same (?:version|build|image|config\w*|code|release) (?:there|elsewhere|everywhere))\b",
)
"""What has the suspect and works, or lacks it and fails."""
