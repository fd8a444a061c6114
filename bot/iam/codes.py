"""Error codes of AWS: which refuse an identity that is known, and which do not know the identity."""

import re

_REFUSALS = frozenset(
    {
        "403",
        "AccessDenied",
        "AllAccessDisabled",
        "AuthorizationError",
        "Forbidden",
        "KMSAccessDenied",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
    }
)

_NEXT = "bucket and IAM policies are not the next place to look"
_AUTHENTICATION = {
    "AuthFailure": f"the credentials could not be validated; {_NEXT}",
    "CredentialsProviderError": "no credentials reached the program; look at how the workload gets them",
    "ExpiredToken": f"the temporary credentials have expired; {_NEXT}, but what renews them",
    "IncompleteSignature": f"the request's signature is malformed; {_NEXT}",
    "InvalidAccessKeyId": f"the key is unknown; {_NEXT}",
    "InvalidClientTokenId": f"the key or token is unknown; {_NEXT}",
    "InvalidIdentityToken": "the provider's token was not accepted; look at its issuer, audience and keys",
    "InvalidSignature": f"the signature does not fit the request; {_NEXT}",
    "InvalidToken": f"the session token is malformed or of another key; {_NEXT}",
    "MissingAuthenticationToken": "the request carried no credentials, or its path or method does not exist",
    "NoCredentialProviders": "no credentials reached the program; look at how the workload gets them",
    "NoCredentialsError": "no credentials reached the program; look at how the workload gets them",
    "OptInRequired": "the account has not subscribed to the service or enabled the region",
    "RequestExpired": "the request was signed too long ago; look at the clock and at pre-signed URLs",
    "RequestTimeTooSkewed": "the caller's clock is off by more than the service allows; look at the clock",
    "SignatureDoesNotMatch": f"the secret or the signed request is not what the service expects; {_NEXT}",
    "TokenRefreshRequired": f"the session token must be renewed; {_NEXT}",
    "UnrecognizedClient": f"the key or token is unknown; {_NEXT}",
}
_PHRASES = {
    "security token included in the request is expired": "ExpiredToken",
    "security token included in the request is invalid": "InvalidClientTokenId",
    "Unable to locate credentials": "NoCredentialsError",
    "no valid providers in chain": "NoCredentialProviders",
    "AWS Access Key Id you provided does not exist": "InvalidAccessKeyId",
    "request signature we calculated does not match": "SignatureDoesNotMatch",
}
_CODE = re.compile(
    r"\b(" + "|".join(sorted(_AUTHENTICATION, key=len, reverse=True)) + r")(?:Exception|Error)?\b"
    "|" + "|".join(re.escape(phrase) for phrase in _PHRASES)
)


def is_refusal(code: str) -> bool:
    """Say whether an error code means that a known identity may not do something."""
    return code.removeprefix("Client.").removesuffix("Exception").removesuffix("Fault") in _REFUSALS


def authentication_errors(text: str) -> tuple[str, ...]:
    """Return the codes in a text that say who the caller is was not accepted; each once, in their order.

    They are no denials: no policy was looked at yet. `explain` says what each means.
    """
    found = (match[1] or _PHRASES[match[0]] for match in _CODE.finditer(text))
    return tuple(dict.fromkeys(found))


def explain(code: str) -> str:
    """Return what an authentication error means, without a full stop; empty if it is unknown."""
    return _AUTHENTICATION.get(code, "")
