"""An unknown caller is told apart from a refused one."""

import pytest

from bot.iam.denials import authentication_errors, explain


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("storage auth failed: 403 InvalidAccessKeyId op=put", ("InvalidAccessKeyId",)),
        ("An error occurred (SignatureDoesNotMatch) when calling", ("SignatureDoesNotMatch",)),
        ("ExpiredTokenException: again, ExpiredToken", ("ExpiredToken",)),
        ("The security token included in the request is invalid", ("InvalidClientTokenId",)),
        ("Unable to locate credentials. Run aws configure", ("NoCredentialsError",)),
        ("UnrecognizedClientException, RequestTimeTooSkewed", ("UnrecognizedClient", "RequestTimeTooSkewed")),
        ("AccessDenied: Access Denied", ()),
    ],
)
def test_codes_of_authentication_are_found_each_once(text, codes):
    assert authentication_errors(text) == codes


def test_every_code_is_explained_and_an_unknown_one_is_not():
    assert explain("InvalidAccessKeyId") == (
        "the key is unknown; bucket and IAM policies are not the next place to look"
    )
    assert explain("SlowDown") == ""
