"""What the engine keeps in its DynamoDB table: jobs, objects, answers, and what is known of workers.

Nothing is scanned, and whatever runs twice changes nothing more. An object's item decides: it is only ever replaced in
the version that was read, so that of two who want its last place one gets it. An answer, the object it belongs to and
the counter change in one transaction. No key, condition or item is known outside this package.
"""
