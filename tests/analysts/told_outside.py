"""Incidents that began outside, or with a post that no list of tools and verbs foresees."""

TEXT_MESSAGES = """
09:05 Drone* login-service 7.4 deployed by rhea
09:31 Datadog* Triggered: login codes not confirmed above 20%\\nratio 61%
09:33 saul people wait for their login code and never get it
09:35 rhea 7.4 is from 09:05, rolling back
09:38 Feed* Delayed delivery of text messages\\nInvestigating - Messages to carrier Norn are delayed \
since 09:26 UTC. 6 May, 09:37 UTC
09:41 Drone* login-service 7.3 deployed by rhea (rollback)
09:50 rhea rollback did nothing, 63%
09:52 tove first code without confirmation at 09:26, 7.4 ran from 09:05 without errors in between
09:58 saul codes to carrier Norn: 2 % confirmed, all other carriers 97 %
10:03 uma our sister brand sees the same delays for Norn
10:20 uma spoke to their support: a link to carrier Norn is down since 09:26, messages queue up there
10:52 Feed* Delayed delivery of text messages\\nResolved - The link to carrier Norn is up again. 6 May, \
10:50 UTC
10:58 Datadog* Recovered: login codes not confirmed above 20%\\nratio 4%
"""

QUOTA = """
00:10 Feed* News for developers\\nThe route matrix moves to 40 elements per request from 6 May 00:15 UTC \
(so far 100). New colours for night maps.
05:40 Harness* planner-api 3.11 deployed by odd
06:02 Datadog* Triggered: tours without a plan > 50\\ntours 412
06:05 pim drivers stand at the gate, their tours have no plan
06:08 odd 3.11 is 20 minutes old, back to 3.10
06:12 Harness* planner-api 3.10 deployed by odd (rollback)
06:30 pim still 410 tours without a plan
06:41 odd log of the planner: `HTTP 400 matrix too large: 64 elements, limit 40`
06:45 rut that was in their news: the matrix goes to 40 elements per request, so far it was 100
07:10 Harness* planner-api 3.12 deployed by odd\\nsplits the matrix into blocks of 40
07:20 Datadog* Recovered: tours without a plan > 50\\ntours 0
"""

HOST_IMAGE = """
06:10 Tekton* image-bake #77 succeeded\\nall 30 runners on image `rb-31.2`
09:14 Tekton* scanner-app build #511 failed\\nStage: sign
09:20 vera all release builds are red at the signing step
09:24 wout runners got rb-31.2 this morning, I would look there
09:29 vera build #509 at 08:20 was green and already on rb-31.2
09:40 wout who knows where the signing step gets its licence from?
"""

CLOCK_HOSTS = """
13:10 ana tickets printed at the gates are refused by the turnstiles since about 13:00
13:20 OpsBoard* Triggered: refused tickets above 5%\\nrefused 48%
13:31 ben print-agent got 2.9 last night?
13:34 ana 2.9 is on all gates, and those at the west side print tickets that open. same build there
13:50 cyd the printers at the east side all run on host hv-east-3
13:58 cyd hv-east-3 is 31 min ahead, so every ticket starts in the future
14:05 DeskBot* CHG0099317 · Closed complete\\nReinstall hv-east-1 to hv-east-4, guests moved back 12:41 \
to 12:50. State: Closed
14:08 cyd that explains it: the reinstalled hv-east hosts have no time server
14:15 cyd time server set on hv-east-3
14:20 OpsBoard* Recovered: refused tickets above 5%\\nrefused 0%
"""

TOKEN_EVENT = """
08:12 Tekton* nightly-toolchain #12 succeeded\\nruntime 3.9 on all agents
10:05 Tekton* docs-site build #88 failed\\nStage: fetch themes
10:11 eli publishing is blocked, themes cannot be fetched
10:30 fay `403 token is not valid` for the themes repository
10:44 forge* access_token_auto_expired\\ntoken `themes-read` of robot-docs deactivated 2031-05-06 \
09:58:10 UTC by inactivity rule
10:49 fay so: the inactivity rule deactivated themes-read at 09:58, builds after that get no themes
10:58 eli new token themes-read-2 stored
11:06 Tekton* docs-site build #90 success
"""

REPARTITION = """
02:15 db-jobs* rebuild of idx_meter_day on meter_readings, window 02:00-05:00
02:30 Harness* meter-api 5.0.2 deployed by gil
02:41 Datadog* Triggered: meter-api latency p95 > 4s\\nservice:meter-api
02:44 hanne dashboards time out for every utility
02:46 gil 5.0.2 just went out, reverting
02:50 Harness* meter-api 5.0.1 deployed by gil (rollback)
03:02 hanne no change with 5.0.1
03:10 ivo 140 sessions wait for a lock on meter_readings, the blocker is idx_meter_day
03:12 jo oh, it is my rebuild. since the new index type it takes an exclusive lock
03:14 jo cancelled the rebuild of idx_meter_day
03:18 Datadog* Recovered: meter-api latency p95 > 4s
"""

UNMARKED = """
07:00 plantbus* press-line firmware train K44 · torque table T-918 · lines L2, L5
07:05 kay morning all
11:20 Datadog* Triggered: rejected parts above 3%\\nrejected 9%
11:24 lou parts rejected at L2 and L5 only
11:40 kay torque at L2 is 14 % low against the drawing
11:52 mo that explains it: K44 came with torque table T-918, it is meant for the small press
12:10 mo table T-917 in use at L2 and L5
12:20 Datadog* Recovered: rejected parts above 3%\\nrejected 1%
"""
