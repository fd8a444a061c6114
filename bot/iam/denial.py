"""What an AWS authorization denial says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One denial; a field is None when the text does not say.

    Attributes:
        principal: The ARN after `User:`, or `anonymous`.
        action: As written, such as `s3:PutObject`.
        resource: As written.
        policy_type: `identity`, `resource`, `boundary`, `session`, `scp`, `rcp`, `vpc_endpoint` or `trust`.
        explicit: True for "explicit deny", False for "because no … allows", else None.
        source: The evidence id of the message it stands in; empty when read from bare text.
    """

    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    policy_type: str | None = None
    explicit: bool | None = None
    source: str = ""
