"""What a bot's post is about, and whom it concerns, where nothing marks it as such."""

import pytest

from bot.slack.reading import read_messages
from bot.slack.services import ending_service, spelt_service, told_service


def posted(**fields: object):
    raw = {"ts": "1742593500.000001", "bot_id": "B1", "username": "Prober Watch", "text": "", **fields}
    return read_messages(
        [raw], numbers={raw["ts"]: 1}, names={}, bot_user_id="", bot_id="", permalink=lambda ts, root: ts
    ).messages[0]


def section(text: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def header(text: str) -> dict:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


@pytest.mark.parametrize(
    ("post", "title"),
    [
        ({"text": ":fire: *Resolved <https://p.example|#7>*\n*Queue is deep*"}, "Queue is deep"),
        ({"text": "New alert", "attachments": [{"title": "disk of orders-db"}]}, "disk of orders-db"),
        ({"text": "x\n[cart] 503", "blocks": [header("Prober Watch Alert")]}, "[cart] 503"),
        ({"text": "Build failed.", "blocks": [header("Job Failed")]}, "Job Failed"),
        ({"attachments": [{"title": "INC-7", "text": "VPN drops sessions"}]}, "VPN drops sessions"),
        ({"blocks": [section("`Firing`\n*<https://p.example|Lag of the cart>* now")]}, "Lag of the cart now"),
        ({"text": "*Severity:* high\n*Summary:* Lag of the cart"}, "Lag of the cart"),
        ({"text": "```\nboom\n```\n> quoted\nLag of the cart"}, "Lag of the cart"),
        ({"text": "```boom```"}, "```boom```"),
        ({"attachments": [{"fields": [{"title": "Summary", "value": "Lag"}]}]}, "Lag"),
        ({"attachments": [{"fields": [{"title": "pods", "value": "3 restarts"}]}]}, "pods: 3 restarts"),
        ({"attachments": [{"fallback": "Lag here", "fields": [{"title": "a", "value": "b"}]}]}, "Lag here"),
        ({"text": "決済API 応答なし"}, "決済API 応答なし"),
        ({"text": "<!here> alert\ndeploy-prod stuck"}, "deploy-prod stuck"),
    ],
)  # fmt: skip
def test_the_first_line_that_tells_something_is_the_title(post: dict, title: str) -> None:
    assert posted(**post).title == title


def test_what_people_write_has_no_title_of_its_own() -> None:
    raw = {"ts": "1.000001", "user": "U1", "text": "the cart is slow"}
    [message] = read_messages(
        [raw], numbers={"1.000001": 1}, names={}, bot_user_id="", bot_id="", permalink=lambda ts, root: ts
    ).messages

    assert message.title == ""


@pytest.mark.parametrize(
    ("head", "service"),
    [
        ("[cart] 503", "cart"),
        ("[FIRING:1] [prod] [eu-west-1] [cart-api] 503", "cart-api"),
        ("[RESOLVED] DiskFull | orders-db", "orders-db"),
        ("CloudWatch Alarm | cart-5xx | eu-west-1", "cart-5xx"),
        ("stock-ledger: replication lag", "stock-ledger"),
        ("Apdex < 0.7 - mail-sender", "mail-sender"),
        ("Resolved: api.acme.example", "api.acme.example"),
        ("label-printer » release/4 - #342 Back to normal", "label-printer"),
        ("labels » release/4 - #342 Back to normal", "labels"),
        ("nightly-hil #412: Bump", ""),
        ("error in handler.py: boom", ""),
        ("deploy.sh: boom", ""),
        ("[P1] Lag | v1.2", ""),
        ("Lag of all carts", ""),
    ],
)
def test_a_name_that_is_set_apart_is_the_service(head: str, service: str) -> None:
    assert spelt_service([head]) == service


def test_a_name_that_a_field_explains_is_no_service() -> None:
    assert spelt_service(["Source: eu-cluster"], but_not=["eu-cluster"]) == ""


@pytest.mark.parametrize(
    ("head", "service"),
    [
        ("shop.acme.example is down.", "shop.acme.example"),
        ("“nightly backup” is DOWN", "nightly backup"),
        ("PROBLEM: disk_root on mail-relay3 is CRITICAL", "disk_root"),
        ("Rule `cart-lag` has recovered", ""),
        ("Failed to deploy docs to prod", "docs"),
        ("Deploying `cart-api` v212 → v213 to production", "cart-api"),
        ("Deploy invoices release 4.2.1 to prod", "invoices"),
        ("Successfully deployed main to production", ""),
        ("re-opened is good", ""),
        ("Everything is down", ""),
    ],
)
def test_what_a_headline_tells_about_is_the_service(head: str, service: str) -> None:
    assert told_service([head]) == service


@pytest.mark.parametrize(
    ("title", "service"),
    [
        ("Queue is deep on parcel-events", "parcel-events"),
        ("Errors in eu-west-1 for cart-api (P1)", "cart-api"),
        ("Certificate for login.acme.example expires in 6 days", "login.acme.example"),
        ('ALARM: "orders-dlq-depth" in EU (Ireland)', "orders-dlq-depth"),
        ("A long time for high-priority jobs", ""),
    ],
)
def test_the_name_that_ends_a_headline_is_the_service(title: str, service: str) -> None:
    assert ending_service(title) == service


@pytest.mark.parametrize(
    ("post", "service"),
    [
        ({"title": "p95 is high on service:cart,env:prod"}, "cart"),
        ({"title": "Out of memory on kube_deployment:tiles"}, "tiles"),
        ({"title": "x", "text": "Revision labels {service_name=cart, location=eu}"}, "cart"),
        ({"title": "x", "fields": [{"title": "DBInstanceIdentifier", "value": "orders"}]}, "orders"),
        ({"title": "x", "fields": [{"title": "LoadBalancer", "value": "app/cart/50dc6c495c0c9188"}]}, "cart"),
        ({"title": "x", "fields": [{"title": "Host", "value": "db2 [10.0.0.7]"}]}, "db2"),
        ({"title": "x", "fields": [{"title": "Instance", "value": "db2:9100"}]}, "db2"),
        ({"title": "x", "fields": [{"title": "Monitor", "value": "the long name of a rule"}]}, ""),
        ({"title": "x | cart-api", "fields": [{"title": "Host", "value": "db2"}]}, "cart-api"),
        ({"title": "x | cart-api", "fields": [{"title": "Service", "value": "cart"}]}, "cart"),
        ({"title": "Queue is deep on parcel-events"}, "parcel-events"),
    ],
)
def test_a_service_is_read_from_tags_dimensions_and_places(post: dict, service: str) -> None:
    assert posted(attachments=[post]).alert.service == service


@pytest.mark.parametrize(
    ("post", "state"),
    [
        ({"text": "kim commented on *PAY-12 Card form hangs*", "fields": "Open"}, "opened"),
        ({"text": "kim commented on *PAY-12 Card form hangs*", "fields": "Done"}, "opened"),
        ({"text": "*kim* created a *Bug*", "fields": "Open"}, "opened"),
        ({"text": "Review of a pull request", "fields": "Open"}, "opened"),
        ({"text": "The backlog of the queue grows", "fields": "Open"}, "firing"),
        ({"text": "A ticket is raised", "fields": "Critical"}, "firing"),
    ],
)
def test_the_status_of_a_ticket_or_a_comment_is_no_trouble(post: dict, state: str) -> None:
    fields = [{"title": "Status", "value": post["fields"]}]

    assert posted(text=post["text"], attachments=[{"fields": fields}]).alert.state == state


@pytest.mark.parametrize(
    ("text", "state", "severity"),
    [
        ("The alarm cart-5xx changed state to ALARM", "firing", ""),
        ("The alarm cart-5xx changed state to OK", "resolved", ""),
        ("kim turned on the flag fast-refunds", "changed", ""),
        ("Rule 'errors of cart' is active for group 'a'", "firing", ""),
        ("`Alert` `High` cart", "", "High"),
        ("Lag (kafka cart critical)", "", "critical"),
        ("Lag of the cart\n`Severity: High`", "", "High"),
    ],
)
def test_state_and_severity_are_read_in_sentences_and_code(text: str, state: str, severity: str) -> None:
    alert = posted(text=text).alert

    assert (alert.state, alert.severity) == (state, severity)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("x\n2025-03-21T21:38:02Z", [("", "2025-03-21T21:38:02+00:00")]),
        ("x\n2025-02-31T21:38:02Z", []),
        ("State changed at 2025-03-21T21:38:02Z", [("changed", "2025-03-21T21:38:02+00:00")]),
        ("*Event time:* 2025.03.21 21:38:02", [("Event time", "2025-03-21T21:38:02+00:00")]),
        ("the build failed in 12:01", []),
        (
            "Opened <!date^1742593082^{time_secs}|21:38> · Resolved <!date^1742593085^{time_secs}|21:39>",
            [("Opened", "2025-03-21T21:38:02+00:00"), ("Resolved", "2025-03-21T21:38:05+00:00")],
        ),
    ],
)
def test_times_are_told_in_sentences_and_alone(text: str, times: list) -> None:
    assert [(name, at.isoformat()) for name, at in posted(text=text).alert.times] == times


def test_when_an_attachment_was_made_is_no_time_that_it_states() -> None:
    assert posted(attachments=[{"title": "x", "ts": 1742593082}]).alert.times == ()


def test_links_come_in_the_order_in_which_a_reader_meets_them() -> None:
    attachment = {
        "author_name": "Acme",
        "author_link": "https://b.example",
        "title": "t",
        "title_link": "https://c.example",
    }

    message = posted(text="see <https://a.example|it>", attachments=[attachment])

    assert [link.url for link in message.links] == [
        "https://a.example",
        "https://b.example",
        "https://c.example",
    ]


def test_a_name_without_a_mark_is_one_beside_others() -> None:
    listed = posted(text="Broker lost quorum\nStatus: Acknowledged\nResponder: kim\n\nNote: words")

    assert listed.fields == (("Status", "Acknowledged"), ("Responder", "kim"))


def test_a_port_is_no_tag_and_a_lone_star_no_mark() -> None:
    body = "*Instance:* `db-1:9100`\n*Schedule:* 0 3 * * *"

    assert posted(attachments=[{"text": body}]).fields == (
        ("Instance", "db-1:9100"),
        ("Schedule", "0 3 * * *"),
    )


def test_a_call_is_its_name_and_where_to_join_it() -> None:
    call = {
        "type": "call",
        "call": {"v1": {"name": "Bridge of the outage", "join_url": "https://meet.example/7"}},
    }

    message = posted(blocks=[call, {"type": "call", "call": {"v1": {"name": "no link"}}}, {"type": "call"}])

    assert message.text == "Bridge of the outage\nno link"
    assert [link.url for link in message.links] == ["https://meet.example/7"]


def test_the_files_of_a_message_that_was_shared_are_read_too() -> None:
    message = posted(
        text="see", attachments=[{"text": "it broke", "files": [{"name": "a.log", "preview": "boom"}]}]
    )

    assert ([file.name for file in message.files], "boom" in message.text) == (["a.log"], True)
