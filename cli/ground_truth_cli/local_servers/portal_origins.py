"""Where the API, the sign-in and the files of an environment's workers' page lie."""

from urllib.parse import urlsplit

from botocore.config import Config

from ground_truth.engine.description import EngineDescription
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.local_servers.portal import PortalOrigins


def portal_origins(deployment: Deployment, engine: EngineDescription) -> PortalOrigins:
    """What the page of an environment needs from this machine."""
    # Signed as the worker API signs.
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    )
    s3 = deployment.aws.session.client("s3", config=config)

    def address(bucket: str) -> str:
        return s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "any"}).partition("/any?")[0]

    tasks = deployment.tasks.values()
    media = {task.instruction_media: address(_bucket_of(task.instruction_media)) for task in tasks}
    buckets = {address(task.training_bucket) for task in tasks} | set(media.values())
    return PortalOrigins(
        api_url=engine.api_url,
        cognito_url=deployment.aws.cognito.meta.endpoint_url,
        client=engine.client,
        files=tuple(sorted({"{0.scheme}://{0.netloc}".format(urlsplit(bucket)) for bucket in buckets})),
        renamed={public: here for public, here in media.items() if public.startswith("https://") and public != here},
    )


def _bucket_of(media: str) -> str:
    """The bucket of instruction media, given as S3 URI or by its public address."""
    place = urlsplit(media)
    return place.netloc if place.scheme == "s3" else place.netloc.partition(".s3")[0]
