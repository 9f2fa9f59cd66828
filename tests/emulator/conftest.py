import pytest

from emulator import Emulator
from examples.street.deploy import Deployment, deploy


@pytest.fixture(scope="session")
def deployment():
    """The local stack on an emulator that enforces IAM, deployed once by the CDK command line."""
    with Emulator.start() as emulator:
        deployed: Deployment = deploy(emulator)
        yield deployed
