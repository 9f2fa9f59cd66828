"""A labeling from its task and manifest to its report: what the workflow's function does between the services.

What starts it is ``{"task", "manifest"}`` and, as wanted, ``"name"``, ``"backend"``, ``"request"`` with changes of
the CreateLabelingJob request, ``"after"`` (a finished job, whose output is the manifest: how reviews are chained)
and ``"split"``, the tasks that ``split_by_label`` made of the task.
"""
