# ruff: noqa: INP001  # a script beside its configuration, no package
"""The Slack CLI's hook behind `slack run`: the copilot in Socket Mode, as the app that the CLI installed.

The CLI hands over its app's tokens as SLACK_CLI_XOXB and SLACK_CLI_XAPP. They go before tokens that the shell
has set already, which may be those of production.
"""

import os
import runpy
import sys

TOKENS = {"SLACK_BOT_TOKEN": "SLACK_CLI_XOXB", "SLACK_APP_TOKEN": "SLACK_CLI_XAPP"}

sys.path.insert(0, os.getcwd())  # noqa: PTH109  # where the CLI stands: the project's folder
os.environ.update({ours: os.environ[theirs] for ours, theirs in TOKENS.items() if os.environ.get(theirs)})
os.environ.setdefault("LOG_FORMAT", "console")
sys.argv[1:] = ["socket"]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
