"""Shared by all tests; must not import aws_cdk, so that pure tests start at once."""

import os
import sys
from pathlib import Path

NODE = Path(sys.prefix, "bin", "node")
if NODE.exists():
    os.environ.setdefault("JSII_NODE", str(NODE))
# Tests that reach for AWS by accident find no account.
os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="eu-west-1")
