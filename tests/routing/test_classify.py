"""Texts of policy and others are told apart, also where the same words are another vendor's."""

import pytest

from bot.routing import score

POLICY = [
    ("aws_iam", "Lambda gets AccessDeniedException calling GetParameter after the move to the new account"),
    ("aws_iam", "EKS nodes do not join: Unauthorized, somebody changed the aws-auth configmap"),
    ("aws_iam", "The pod uses the node's role although the IRSA annotation is there"),
    ("aws_iam", "Could the boundary on our CI role block CreateRole?"),
    ("aws_iam", "KMS key policy does not let the backup role decrypt snapshots shared from prod"),
    ("aws_iam", "GitHub OIDC: Could not assume role with OIDC: No OpenIDConnect provider found"),
    ("aws_iam", "unable to assume role across accounts from Jenkins agent on EC2"),
    ("aws_iam", "an SCP on the root blocks eu-south-2"),
    ("aws_iam", "Instance has no credentials: IMDS hop limit 1 in containers"),
    ("aws_iam", "botocore.exceptions.NoCredentialsError: Unable to locate credentials"),
    ("aws_s3", "CloudFront returns 403 for every object since we switched the bucket to OAC"),
    ("aws_s3", "Why can the data team still read the payroll bucket after we removed the policy?"),
    ("aws_s3", "IllegalLocationConstraintException when creating a bucket in eu-south-2"),
    ("aws_s3", "can't delete s3://acme-logs: BucketNotEmpty although versioning is suspended"),
    ("aws_s3", "bucket ACLs were disabled and the log delivery stopped"),
]

GENERAL = [
    ("kubernetes", "Pods stuck in ContainerCreating, CNI failed to assign an address in the namespace"),
    ("kubernetes", 'secrets is forbidden: User "ci" cannot get resource "secrets" in API group ""'),
    ("azure_identity", "Azure Function gets 403 from Key Vault with its managed identity"),
    ("azure_storage", "azcopy: 403 AuthorizationPermissionMismatch on the blob container"),
    (
        "gcp_storage",
        "gsutil cp: AccessDenied, 403 does not have storage.objects.get access to the GCS bucket",
    ),
    ("gcp_identity", "workload identity: missing roles/storage.objectViewer on the service account"),
    ("other", "MinIO: AccessDenied when mc mirror writes to bucket backups"),
    ("other", "Cloudflare R2 PutObject returns InvalidAccessKeyId after the token roll"),
    ("other", "Vault: permission denied on secret/data/app with the approle"),
    ("other", "I assume the disk is full, can somebody check?"),
    ("other", "ESP32-S3 exits deep sleep at once"),
    ("other", "histogram buckets cause too much cardinality"),
    ("other", "customers get 401 since the signing key was rotated"),
    ("aws_network", "NAT gateway ErrorPortAllocation rising"),
    ("aws_compute", "Lambda throttled, concurrency limit of 1000 reached"),
    ("other", ""),
]


@pytest.mark.parametrize(("domain", "text"), POLICY)
def test_a_matter_of_aws_policy_is_seen_with_the_words_that_say_so(domain, text):
    scored = score(text)

    assert scored.score >= 0.5
    assert scored.domain == domain
    assert scored.matches
    assert all(words in text for words in scored.matches)


@pytest.mark.parametrize(("domain", "text"), GENERAL)
def test_another_matter_is_not_taken_for_aws_policy(domain, text):
    scored = score(text)

    assert scored.score < 0.5
    assert (scored.domain, scored.matches) == (domain, ())


def test_what_redaction_left_is_no_word_of_the_author():
    assert score("it says [aws_secret_key:1] and [aws_access_key_id:2]").score == score("it says and").score


def test_the_strongest_words_come_first():
    assert (
        score("403 AccessDenied, is not authorized to perform that").matches[0]
        == "is not authorized to perform"
    )
