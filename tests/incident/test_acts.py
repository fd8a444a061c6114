"""A check that would change something, told from one that only reads: what on-call people write."""

import pytest

from bot.incident.acts import changes_state

CHANGES = """
kubectl delete pod checkout-7f9c -n prod
kubectl rollout restart deploy/api
kubectl rollout undo deployment/payments
kubectl scale deploy worker --replicas=0
kubectl -n prod cordon ip-10-0-3-4
k drain node-7 and see whether pods come back
aws s3api put-bucket-policy --bucket x
aws iam attach-role-policy --role-name upload
aws lambda update-function-configuration --timeout 30
aws ec2 terminate-instances
aws s3 rm s3://uploads/tmp
gcloud run services update api
gcloud sql instances restart main
az vm restart -n web
terraform apply -target=module.cdn
tofu destroy
helm rollback checkout 41
git revert HEAD and push
systemctl restart nginx on one host
sudo service postgresql reload
redis-cli FLUSHALL
redis-cli del session:42
ALTER TABLE orders DROP COLUMN note
psql -c "UPDATE users SET active = true"
UPDATE flags SET enabled = false WHERE name = 'x'
docker restart proxy
docker compose up -d --force-recreate
nomad job stop ingest
curl -X POST https://api/flags/new-checkout/off
curl -XDELETE localhost:9200/logs-2024
ansible-playbook deploy.yml
argocd app rollback checkout
Try restarting one pod to see if the errors stop
Try rolling back the 14:02 release
Roll back and see if errors drop
Roll vault-7
Try it without the old pair
See what happens with vault-7 offline
Verify that a restart of vault-7 helps
run the delete of pod X
Temporarily disable the new rate limiter
Turn off the feature flag for 5 % of users and compare
Flip the flag off for one tenant
Toggle maintenance mode in one region
Fail over to the replica and compare latency
Failing over to eu-west-2 would show it
Drain one node and watch the error rate
Bounce the gateway
Kick one of the workers and see
Recycle the app pool
Purge the CDN cache for /assets
Bust the cache and reload
Clear the queue's dead letters
Truncate the sessions table
Bump the pool size to 50 and watch
Bypass the proxy for one host by editing /etc/hosts
Revert the config change on a single host
Redeploy the previous image to the canary
Grant the role s3:PutObject and retry the upload
Remove the deny statement in staging and prod
Add a logging statement and deploy it
Increase the timeout to 30 s and retry
Deploy a build with debug logging
Canary the old version on one pod
As a test, revoke the old key
Could someone restart the ingest worker?
Ask SRE to restart the ingest worker
Have the DBA kill the long query
Compare after rolling back one pod
Check whether it recovers after you restart the pod
Does the error go away if you disable the WAF rule?
Verify by deleting the pod and watching it come back
Quarantine the bad node
Swap the DNS record back to the old load balancer
Repoint the CNAME to the old origin
Throttle the batch job to see if latency recovers
Shift 10 % of traffic to the other region
Kill the long-running query and watch locks
Set log level to debug on one pod
Re-run the failed migration
Retry the deployment with the old config
Trigger a new build
Rotate the key again and compare
Unset the env var on one worker
Exec into the pod and change the resolver
Open the firewall for port 5432
Whitelist the IP and retry
Pause the consumer group
Replay the dead-letter queue
Evict the pod
Pin the dependency to 1.4.2 and rebuild
Rename the index
Run VACUUM FULL on orders
Reindex the table
Reboot the host
Run terraform apply with only the policy change
Force a certificate renewal
Renew the certificate and see if the handshake passes
Mute the alert and see
Break the lease on the state lock
Uncordon node-7
Silence the monitor
Scale the workers down to one
Downscale to one replica
Take node-3 out of the load balancer
Put the host back into rotation
Pull db-2 out of the pool and compare
Hotfix the header on one host
Restart just one of the api pods and see if 502s stop
See if a rolling restart clears it
Manually invalidate /static on CloudFront
Put checkout behind the old flag for ten minutes
Take web-2 out of rotation, then compare error rates
Move one consumer to the old broker
Drop the connection pool to 10 and watch p99
Let's revert #4412 on staging first
Roll forward with the fix
Stop the cron on batch-1, check if lag falls
Deploy v41 to a canary and compare
If we roll back to v41, do 500s stop?
Confirm by rotating the key for a test user
Compare after draining one zone
helm upgrade --set image.tag=v41 checkout ./chart
kubectl set image deploy/api api=api:v41
kubectl patch cm settings -p '{}'
aws s3 cp policy.json s3://cfg/policy.json
aws ecs update-service --force-new-deployment
aws rds failover-db-cluster
gcloud compute instances reset web-1
terraform state rm module.a
git checkout v41 && make deploy
echo 1 > /proc/sys/net/ipv4/ip_forward
DELETE FROM jobs WHERE stuck
SELECT pg_terminate_backend(4312)
Kick off a new deployment
Have the platform team drain node 7
Get the DBA to fail over the primary
You could bump memory to 2Gi
Cordon the node, then watch rescheduling
Detach the SCP from the sandbox account and retry
Attach AdministratorAccess to the role for a minute
Add s3:PutObject to the role and retry
Swap the certificate on one load balancer
Raise the ulimit on one broker
Try it with the cache disabled on one host: set CACHE=off
Reset the circuit breaker
Clear DNS caches on the workers
Flush the DNS cache on one host
Disabling the sidecar on one pod will tell
Re-enable the old key and retry
Unpublish the banner
Shed 20 % of load
Point staging at the new endpoint
Create a test bucket with the same policy
Edit the ConfigMap and roll the pods
"""
READS = """
Rotate through the logs of vault-7
Check that the restart helped
Check whether the restart helped
When did the last deploy reach production?
When was the key last rotated?
Who removed the old key pair?
Was the 14:02 release rolled back everywhere?
Did anyone restart the gateway after 21:38?
Has the flag been disabled for all tenants?
kubectl get pods -n prod
kubectl describe pod checkout-7f9c
kubectl logs deploy/api --since=10m
kubectl rollout status deploy/api
kubectl rollout history deploy/api
kubectl get events --sort-by=.lastTimestamp
kubectl top pods
kubectl diff -f policy.yaml
aws s3api get-bucket-policy --bucket x
aws iam simulate-principal-policy
aws sts get-caller-identity
aws cloudtrail lookup-events for PutBucketPolicy
aws logs filter-log-events
terraform plan
terraform state list
helm history checkout
helm get values checkout
git log --since=yesterday
git diff v41 v42
git show on the commit that changed the timeout
systemctl status nginx
redis-cli INFO memory
SELECT count(*) FROM orders WHERE state = 'stuck'
EXPLAIN the slow query
dig api.example.com
curl -I https://api.example.com/health
openssl s_client -connect host:443
docker ps
Compare error rate before and after the rollback
Look at the deploy log for 14:02
Read the release notes of the update
Search the audit log for DeleteBucketPolicy
Look for DROP TABLE statements in the slow log
Ask the storage team which key id production uses
Is the scale-up still in progress?
Look at the autoscaler's events around 14:02
What does the change log say between 14:00 and 14:10?
List the set of hosts that run the new build
Open the dashboard for write availability
Count restarts of the pod in the last hour
Inspect the purge history of the CDN
See which policy denies the call
Check drain status of node-7
Check the failover time of the database
Check the clear-cache job's last run
Confirm the toggle state of new-checkout in the flag service
Ask who can see the key's last use
Find out whether the reset of the counter was planned
Start time of the first failing request
Update history of the package on web-3
Move along the timeline: which alert came first?
Look at the put latency of the bucket
Set of keys in the bucket policy: which principal do they name?
Does the error rate drop in regions where the flag is off?
Is the old pair still enabled?
Which hosts were rebooted after the patch?
Look up when the certificate was renewed
View the delete marker of the object
Compare a host that was restarted with one that was not
Read the rollback's output in the pipeline
Check if the kill switch is on
Check the disable date of the key in the console
Check the retry count and the queue depth
Trace one failing request through the proxy
Query the metrics for evictions per second
Which version does the canary run?
Ask the network team if the firewall rule was applied
Does `terraform plan` show a drift?
Show grants for the upload role
Show the lock holders
Describe the replication lag of the replica
Grep the gateway log for 403 since 21:30
Tail the log of one worker while somebody uploads
Was there a failover between 02:00 and 02:10?
Test with one order without an upload
Review the put-bucket-policy call in CloudTrail: who made it?
Filter by status 403 and group by host
Patch level of the kernel on the failing hosts
Release that added the header
Did 502s stop after the restart of api?
When did somebody last touch the bucket policy?
Is the release behind the flag, and for whom?
Which pods were restarted since 14:00?
Find the first 502 in the access log
Was the certificate rotated on every load balancer?
Ask the IC who approved the rollout
Ask on-call for the deploy times of the last hour
Check the deploy history for a change between 14:00 and 14:10
Look at update times of the flag
Does the role's policy still allow s3:PutObject?
Does any policy deny s3:PutObject?
Can the new pod resolve the database's name?
Which alerts fired before the failover?
Compare the two regions' cache hit rates
Check that the cache clear finished
See when the queue started to grow
Read the postmortem of the last failover
What did the migration change in the schema?
Look for restarts in the events of the namespace
Does the drop in traffic match the deploy?
Check the pool's size limit and how many connections are open
Check the lock wait events of the database
Compare requests that succeed and fail by host
Which key id is in the secret that production mounts?
Open the trace of one failing request
Check whether anyone has turned off the scheduler
Was there a config push, restart or scale event at 02:10?
Ask who put the host into maintenance
Count 403s by bucket and by principal
Look at memory before the pods were killed
Has the autoscaler added nodes since 02:00?
What is the rollout status of checkout?
Show the change set of the 14:02 deploy
Is the write latency also high on the replica?
Check if the patch is on every host
Start with the gateway log at 22:12
Run the slow query with EXPLAIN on a replica
Send one request with curl and read the response header
Ask support which customers reported it first
Check the certificate's expiry date
Release notes of 7.1: does it touch the uploader?
Does it fail without the new header?
Look at the flag: was it enabled for everyone?
Verify the time of the last successful backup
"""
_ROWS = [
    *((row, True) for row in CHANGES.strip().splitlines()),
    *((row, False) for row in READS.strip().splitlines()),
]


@pytest.mark.parametrize(("do", "is_change"), _ROWS, ids=[row for row, _ in _ROWS])
def test_what_changes_something_is_told_from_what_reads(do, is_change):
    assert changes_state(do) is is_change


def test_an_order_within_a_list_or_quotes_is_still_an_order():
    assert changes_state("1. Look at the log\n2. `kubectl delete pod x`")
    assert changes_state('"restart the gateway"')
    assert not changes_state("")
