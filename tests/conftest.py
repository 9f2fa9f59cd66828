"""Shared by all tests; must not import aws_cdk, so that pure tests start at once."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

NODE = Path(sys.prefix, "bin", "node")
if NODE.exists():
    os.environ.setdefault("JSII_NODE", str(NODE))
# Tests that reach for AWS by accident find no account.
os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="eu-west-1")
# No example is too slow: that would be a statement about the machine. Where all rely on them, runs are alike.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("any-machine")
