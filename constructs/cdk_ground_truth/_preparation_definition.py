"""The state machine that prepares a dataset."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_ground_truth._state_machines import ListedObjects, Results, at, call, write_results_in_maps
from ground_truth.images.dataset import BATCH_PARTS, COMPLETE, UPLOADS

MAP_LABEL = "Files"


def preparation_states(
    scope: Construct,
    *,
    raw_bucket: s3.IBucket,
    prepare_function: lambda_.IFunction,
    assemble_function: lambda_.IFunction,
    batch_size: int,
    max_concurrency: int,
    tolerated_failure_percentage: int,
) -> sfn.IChainable:
    """Defines the states; they take ``{"key": "uploads/<dataset>/_COMPLETE"}``.

    The service itself lists the dataset's objects and counts the batches that fail.
    """
    states = Construct(scope, "States")
    write_results_in_maps(states)
    name_the_run = sfn.Pass(
        states,
        "Name the run",
        parameters={
            "dataset": at("States.ArrayGetItem(States.StringSplit($.key, '/'), 1)"),
            "run": at("$$.Execution.Name"),
            "started": at("$$.Execution.StartTime"),
        },
    )
    prepare = sfn.DistributedMap(
        states,
        "Prepare every file",
        label=MAP_LABEL,
        item_reader=ListedObjects(
            bucket=raw_bucket, prefix=f"States.Format('{UPLOADS}/{{}}/', $.dataset)", folder=UPLOADS
        ),
        item_selector={"key": at("$$.Map.Item.Value.Key"), "dataset": at("$.dataset"), "run": at("$.run")},
        item_batcher=sfn.ItemBatcher(max_items_per_batch=batch_size),
        max_concurrency=max_concurrency,
        tolerated_failure_percentage=tolerated_failure_percentage,
        result_writer_v2=Results(
            bucket=raw_bucket,
            prefix=at(f"States.Format('{BATCH_PARTS}/{{}}/results', $.dataset)"),
            writable=f"{BATCH_PARTS}/*",
        ),
        result_path="$.results",
    )
    prepare.item_processor(call(states, "Prepare a batch", prepare_function, output_path="$.Payload"))
    forget = sfn.Pass(
        states,
        "Forget the results",
        parameters={"dataset": at("$.dataset"), "run": at("$.run"), "started": at("$.started")},
    )
    assemble = call(states, "Assemble", assemble_function, output_path="$.Payload")
    assembled = sfn.Choice(states, "Assembled?")
    assembled.when(sfn.Condition.boolean_equals("$.done", True), sfn.Succeed(states, "Prepared"))
    assembled.otherwise(assemble)
    whole = sfn.Choice(states, "Whole dataset?")
    whole.when(
        sfn.Condition.string_matches("$.key", f"{UPLOADS}/*/*/{COMPLETE}"),
        sfn.Succeed(states, "Part of a dataset", comment="only a marker right below the dataset starts a run"),
    )
    whole.otherwise(name_the_run.next(prepare).next(forget).next(assemble).next(assembled))
    return whole
