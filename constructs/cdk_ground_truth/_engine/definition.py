"""The state machine of a labeling job on the self-hosted engine."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk_ground_truth._state_machines import (
    ListedBatches,
    Results,
    again,
    at,
    call,
    write_results_in_maps,
)
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from ground_truth.contract.job_paths import BATCH_RESULTS, BATCHES

READABLE = f"{OUTPUT_PREFIX}/*/{BATCHES}"
WRITABLE = f"{OUTPUT_PREFIX}/*/{BATCH_RESULTS}/*"
LABELS = ("Opened", "Consolidated")
# What is wrong with a request stays wrong.
_FINAL = ("ContractError", "ManifestError", "JobExists")


def engine_states(
    scope: Construct, *, run_function: lambda_.IFunction, bucket: s3.IBucket, max_concurrency: int
) -> sfn.IChainable:
    """Defines the states of a job; they take ``{"request": {...}}``, a CreateLabelingJob request.

    They end with the job's name, its status and the address of its output manifest.
    """
    states = Construct(scope, "States")
    write_results_in_maps(states)
    failed = sfn.Fail(states, "Failed", error_path="$.error.Error", cause_path="$.error.Cause")
    mark = call(
        states,
        "Mark as failed",
        run_function,
        {"step": "fail", "job": at("$.job"), "error": at("$.error")},
        result_path="$.told",
    )
    mark.next(failed)
    refuse = call(
        states,
        "Refuse",
        run_function,
        {"step": "refuse", "request": at("$.request"), "error": at("$.error")},
        result_path="$.told",
    )
    refuse.next(failed)

    plan = call(
        states,
        "Plan",
        run_function,
        {"step": "plan", "request": at("$.request")},
        output_path="$.Payload",
        final_errors=_FINAL,
    )
    plan.add_catch(refuse, errors=["States.ALL"], result_path="$.error")
    opened = _for_every_batch(
        states, "Open every object", "Open a batch", "open", "Opened", run_function, bucket, max_concurrency
    )
    wait = tasks.LambdaInvoke(
        states,
        "Wait for the workers",
        lambda_function=run_function,
        integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        payload=sfn.TaskInput.from_object({"step": "wait", "job": at("$.job"), "token": sfn.JsonPath.task_token}),
        task_timeout=sfn.Timeout.at("$.seconds"),
        result_path="$.woken",
        retry_on_service_exceptions=False,
    )
    again(wait, final_errors=["States.Timeout"])
    consolidated = _for_every_batch(
        states,
        "Consolidate",
        "Consolidate a batch",
        "consolidate",
        "Consolidated",
        run_function,
        bucket,
        max_concurrency,
    )
    # Time that ran out is no mistake: what was answered until then is consolidated.
    wait.add_catch(consolidated, errors=["States.Timeout"], result_path="$.expired")
    assemble = call(states, "Assemble", run_function, {"step": "assemble", "state": at("$")}, output_path="$.Payload")
    for state in (opened, wait, consolidated, assemble):
        state.add_catch(mark, errors=["States.ALL"], result_path="$.error")
    assembled = sfn.Choice(states, "Assembled?")
    assembled.when(sfn.Condition.boolean_equals("$.done", True), sfn.Succeed(states, "Ended"))
    assembled.otherwise(assemble)
    return sfn.Chain.start(plan).next(opened).next(wait).next(consolidated).next(assemble).next(assembled)


def _for_every_batch(
    scope: Construct,
    name: str,
    batch_name: str,
    step: str,
    label: str,
    run_function: lambda_.IFunction,
    bucket: s3.IBucket,
    max_concurrency: int,
) -> sfn.DistributedMap:
    """A Distributed Map over the list of batches that the plan wrote."""
    every = sfn.DistributedMap(
        scope,
        name,
        label=label,
        item_reader=ListedBatches(bucket=bucket, key="$.batches", readable=READABLE),
        item_selector={"job": at("$.job"), "batch": at("$$.Map.Item.Value")},
        max_concurrency=max_concurrency,
        result_writer_v2=Results(bucket=bucket, prefix=at("$.results"), writable=WRITABLE),
        result_path=f"$.{step}",
    )
    payload = {"step": step, "job": at("$.job"), "batch": at("$.batch")}
    every.item_processor(call(scope, batch_name, run_function, payload, output_path="$.Payload"))
    return every
