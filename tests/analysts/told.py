"""Incidents of other trades than those the rules were first tried on."""

SESSION_CACHE = """
15:00 ci* web 2031.5.6 released to production
15:40 rosa lowered maxmemory on session-cache-2 from 12gb to 4gb to make room for the queue instance
16:10 Datadog* Triggered: login rate above normal\\nlogins 3x baseline env:prod service:accounts
16:14 finn users say they get logged out every few minutes
16:16 gus the 15:00 web release touched cookies, suspect that. rolling back
16:25 gus rollback finished, logins still 3x
16:27 hana could be clock skew on the token servers
16:29 gus ntp offsets below 2 ms everywhere, not clock skew
16:33 finn sessions vanish from session-cache-2: evicted_keys 1,204,881 and climbing, used_memory 3.99gb
16:36 rosa that matches, I cut maxmemory there at 15:40
16:40 rosa raised maxmemory on session-cache-2 back to 12gb
16:52 Datadog* Recovered: login rate above normal\\nlogins at baseline
"""

EGRESS = """
17:42 Terraform* Run Applied: corp/net-base | tighten egress of sg-0ab12cd34ef567890
18:20 ArgoCD* app report-worker synced to revision 77ab12f\\nimage report-worker:1.9.4
18:31 Opsgenie* report generation failing\\nPriority: P2
18:34 wim log: `dial tcp 10.2.3.4:5432: i/o timeout` from every report-worker pod
18:36 wim 1.9.4 just went live, going back to 1.9.3
18:44 wim same timeout on 1.9.3
18:46 xena db up? 5432 answers from the bastion in 2 ms, db is healthy
18:52 yuri VPC flow logs: REJECT from the worker ENI, group sg-0ab12cd34ef567890, dst port 5432
18:55 yuri egress rule for 5432 is gone. destroyed in the run at 17:42, open ones lived on
19:01 Terraform* Run Applied: corp/net-base | restore egress 5432
19:04 wim reports are generated again
"""

TAX_TABLES = """
09:00 Datadog* Triggered: price mismatch checks failing\\n212 mismatches
09:03 abe shop shows prices without VAT for swiss customers
09:05 bea did anyone deploy? pricing-api last deploy was monday
09:08 abe no deploys today in pricing or checkout
09:12 cem maybe the fx feed is stale
09:14 bea fx feed fresh, updated 09:00. not that
09:25 cem tax table rows for CH: valid_to = 2031-05-05. so they expired at midnight
09:29 bea why does it end there?
09:34 GitHub* #2290 tax tables: load yearly file\\nPull request merged by dan\\nmerged 2 May 16:12
09:36 dan my change, the loader sets valid_to to the date of the file, I missed that
09:45 abe updated valid_to to 2031-12-31 for CH
09:50 Datadog* Recovered: price mismatch checks failing
"""

MIGRATION = """
22:15 bot-migrate* migration 20310506_add_index_orders started on orders-primary
22:20 Spinnaker* orders-api v77 deployed in prod
22:26 Datadog* Triggered: orders-api latency p99 > 8s\\nservice:orders-api
22:28 ed v77 went out six minutes ago, rollback?
22:30 ed rolled back to v76
22:37 ed no improvement with v76
22:39 flo show processlist: 212 threads waiting for table metadata lock on orders
22:41 flo holder is the ALTER of migration 20310506_add_index_orders, everyone queues behind it
22:42 ed decision: kill the ALTER
22:43 flo killed it
22:45 Datadog* Recovered: orders-api latency p99 > 8s
"""

PARTITIONS = """
03:00 noor increased partitions of topic user-events from 24 to 96
03:30 deploy* feed-builder 0.9.31 rolled out to 20 of 20
04:02 OpsGenie* #771 feed freshness breached\\npriority P1
04:04 omid feed shows posts from an hour ago for everybody
04:09 pia consumer lag on user-events 4.1 M and rising, but only partitions 24-95
04:13 omid 0.9.31 bug? revert it?
04:20 omid reverted to 0.9.30, lag still rising
04:26 pia consumer group has a static assignment of partitions 0-23 in its config. new ones have no consumer
04:28 noor right, the topic got 96 from me at 03:00, I did not know about the static list
04:35 pia assignment set to auto
04:50 OpsGenie* #771 feed freshness breached\\nAlert closed
"""

ARCHIVE_KEYS = """
10:00 ArgoCD* archive-writer synced\\nImages: archive-writer:4.2.0
10:30 ursula cleanup: scheduled deletion for 14 KMS keys, disabled them as of now
11:10 CloudWatch* ALARM: archive-read-errors\\nState: ALARM\\nThreshold crossed: 55 errors
11:12 vik archive reads failing for all tenants, writes ok
11:14 wren 4.2.0 is from this morning, going back to 4.1.8
11:22 wren back on 4.1.8, still failing
11:25 vik `KMS.DisabledException: key/7d0c1f52 is disabled` on every GetObject of the cold bucket
11:29 ursula 7d0c1f52 was on my list. the usage report only looked at 30 days, cold objects rest longer
11:31 ursula re-enabled 7d0c1f52
11:36 CloudWatch* OK: archive-read-errors\\nState: OK
"""

OPEN_SHARE = """
11:00 gwen a researcher mailed us: invoices of ours are exposed in a search engine, creating this channel
11:12 hal maybe an api key was leaked
11:30 hal no, all keys unused from outside this month. not that
11:41 ilse web log of the share service: crawler fetched /s/ links, 14,220 files, no session
12:02 ilse found: share links default to public and the listing rule allows anyone to walk them
12:20 jun reproduced: without a session the listing of share links returns every file
12:40 hal containing: listing rule closed, share links revoked
"""

RUSH_HOUR = """
20:00 NewRelic* Alert: checkout Apdex below 0.7\\npriority critical
20:02 yara checkout takes 9 s for most people
20:05 zed deploy freeze since friday, nobody shipped anything
20:07 yara payment provider slow?
20:10 zed provider at 120 ms, normal
20:12 yara maybe the campaign mail, it was planned for tonight
20:20 dora anybody up for ramen?
"""
