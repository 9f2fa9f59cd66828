"""``ground-truth request``: prints the exact CreateLabelingJob request of a job."""

import json

import click

from ground_truth.aws.s3 import split_uri
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.backends.names import checked_name


@click.command()
@click.argument("task_name", metavar="TASK")
@click.option("--env", "environment", required=True, help="The environment, such as dev.")
@click.option("--manifest", "manifest_uri", required=True, help="The input manifest, s3://bucket/key.")
@click.option("--name", "job_name", help="The job's name; by default the task's with the moment (UTC).")
@click.option("--json", "as_json", is_flag=True, help="Print on one line, for programs.")
def request(task_name: str, environment: str, manifest_uri: str, job_name: str | None, as_json: bool) -> None:
    r"""Print the request that starts a job of TASK, for boto3 or the AWS command line.

    \b
    ground-truth request street --env dev --manifest s3://bucket/input.manifest > job.json
    aws sagemaker create-labeling-job --cli-input-json file://job.json
    """
    split_uri(manifest_uri)
    name = checked_name(task_name, job_name)
    content = find_deployment(environment).request(task_name, name, manifest_uri)
    if "WorkteamArn" not in content["HumanTaskConfig"]:
        click.echo(
            "The task is for the self-hosted engine, so that WorkteamArn is open: to start the job on Ground Truth, "
            "add HumanTaskConfig.WorkteamArn.",
            err=True,
        )
    click.echo(json.dumps(content, indent=None if as_json else 2, ensure_ascii=False))
