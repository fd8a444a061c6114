"""Names that everybody in operations knows: which of them a statement may use unasked, and which not.

A product, a platform's service or a person exists in an incident only when the incident says so. General
terms of the trade, and where one would look on a platform that the incident speaks of, are no inventions.
"""

import re

from bot.incident.entities import listed

PRODUCTS = listed(
    """
    activemq airflow akamai alertmanager ansible apache argocd artifactory aurora azure bigquery bitbucket
    cassandra ceph cilium clickhouse cloudflare cockroachdb confluence consul containerd coredns couchbase
    couchdb databricks datadog debian django docker dynamodb dynatrace elasticache elasticsearch envoy etcd
    fastly flink fluentbit fluentd flux gitlab github grafana haproxy harbor helm heroku honeycomb influxdb
    istio jaeger jenkins jira kafka keycloak kibana kinesis kong kubernetes lambda launchdarkly linkerd
    logstash loki mariadb memcached minio mongodb mysql nagios netlify newrelic nginx nomad okta opensearch
    openstack opsgenie oracle pagerduty pgbouncer postgres postgresql prometheus pulsar puppet rabbitmq
    redis redshift route53 salesforce sentry snowflake solr spark splunk spinnaker squid sqlite statuspage
    stripe teamcity temporal terraform traefik travis twilio ubuntu varnish vault vercel vitess zabbix
    zookeeper
    """
)
"""Products, lower-case: never said of an incident that does not name them."""

GENERAL = listed(
    """
    acl ai am api apis asap bgp ca cd cdn ci cidr cli cors cpu cpus crl csr csv db dhcp dns eof etl fd fds gc
    gmt gpu grpc
    gui hsts html http https ic id ids imap io iops ip ipc ips ipv4 ipv6 jit json jvm jwt kb lan lb ldap lru
    mtls mtu mvp nat nfs nic ntp oauth oauth2 oidc ok oom oomkilled os pki pm pr qps raid ram rbac rest rfc
    rpc rps
    rst saml sdk sev sla sli slo smtp soap sql ssd ssh ssl sso sw syn tcp tls tmp ttl tx txt udp ui ulimit uri
    uris url urls usb utc utf-8 utf8 uuid vip vlan vm vms vpn wan waf www xml yaml l4 l7 x509 http/2 http/3
    http/1.1 24/7 p50 p90 p95 p99 p999 2fa mfa 2xx 3xx 4xx 5xx h1 h2 h3 h4 h5 h6 h7 h8 h9 read-only i/o
    json-rpc
    """
)
"""Terms of the trade and our own numbers of explanations, lower-case."""

PLATFORMS = (
    (
        re.compile(
            r"\b(?:aws|arn:|s3|iam|ec2|lambda|sts|ecs|eks|rds|kms|assumed-role|accessdenied|amazonaws)\b|"
            r"not authorized to perform|bucket policy",
            re.IGNORECASE,
        ),
        listed(
            """
            aws s3 iam ec2 ecs eks rds sqs sns kms sts vpc elb alb nlb scp scps rcp cloudtrail cloudwatch
            cloudfront cloudformation guardduty lambda route53 dynamodb ebs efs sso arn arns ecr acm asg
            guardrail organizations
            """
        ),
    ),
    (
        re.compile(
            r"\b(?:kubernetes|k8s|kubectl|pods?|namespace|deployment/|configmap|kubelet|helm|crashloop\w*)\b",
            re.IGNORECASE,
        ),
        listed(
            """
            kubernetes k8s kubectl configmap configmaps daemonset statefulset replicaset hpa crd pvc
            crashloopbackoff imagepullbackoff etcd kubelet coredns
            """
        ),
    ),
    (
        re.compile(r"\b(?:git|github|gitlab|pull request|commit|merge[ds]?|pr #?\d+)\b", re.IGNORECASE),
        listed("git github gitlab"),
    ),
    (
        re.compile(r"\b(?:gcp|gcloud|gke|googleapis|bigquery)\b", re.IGNORECASE),
        listed("gcp gke gcs gcloud iam vpc bigquery stackdriver"),
    ),
    (
        re.compile(r"\b(?:azure|aks|entra|blob storage)\b", re.IGNORECASE),
        listed("azure aks entra vnet nsg"),
    ),
)
"""What shows that an incident runs on a platform, and where one may look there though nobody named it."""

CAPITALISED = listed(
    """
    allow deny monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue
    wed thu fri sat sun utc block public access object ownership service control policy get put post patch
    head delete options european english unicode ethernet linux windows unix java python internet slack
    copilot not null none true false error warn info fatal warning critical
    """
)
"""Words that are written with a capital without naming one thing of an incident."""

FIRST_NAMES = listed(
    """
    adam adrian ahmed alan alex alexander ali alice alicia amanda amir amy ana anders andre andrea andrew
    anita anna anne anthony anton arjun arthur ben benjamin bob boris brandon brian bruno carla carlos
    carol caroline catherine charles charlie chen chloe chris christian christine claire clara daniel dana
    dave david deepak denis diana diego dmitri dmitry edward elena eli elena elizabeth emil emily emma eric
    erik eva fabian fatima felix fiona florian francesca francisco frank gabriel george giulia greg hannah
    hans harry hassan heather helen henry hiro hugo ian igor ines ingrid isabel ivan jack jacob jake james
    jan jane jason javier jean jeff jenny jens jessica jim joe johan john jonas jonathan jorge jose joseph
    josh juan julia julian julie karen karin karl kate katie kei kenji kevin kim kumar lars laura leah leo
    liam lina linda lisa louis lucas lucia luis luke maja manuel marc marco maria marie marina mario martin
    mary matt matteo matthew maya mehmet mei michael miguel mike mohammed monica nadia nancy natalie nathan
    neha nicholas nicole nikhil nina noah nora oleg oliver olivia omar oscar pablo patrick paul paula pedro
    peter petra philip pierre priya rachel rafael rahul raj ravi rebecca ricardo richard robert roberto roger
    roman ryan sam samantha samuel sandra sanjay sara sarah scott sean sergei simon sofia sophie stefan
    stephen steve steven susan sven tanya tara thomas tim tom tomas tony tyler victoria vijay viktor vincent
    vlad wei wendy william yan yuki yusuf zoe
    """
)
"""Common first names, lower-case: a person that a statement names and its incident does not."""
