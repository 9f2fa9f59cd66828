"""How our Lambda functions run."""

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """Runtime, memory and logs of our functions: Python 3.14 on ARM, 1,024 MiB, logs kept for six months.

    ``host_wheels`` fills the layer with wheels for the machine at hand, for an emulator that runs on it.
    """

    runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_14
    architecture: lambda_.Architecture = lambda_.Architecture.ARM_64
    memory_size: int = 1_024
    log_retention: logs.RetentionDays = logs.RetentionDays.SIX_MONTHS
    host_wheels: bool = False
