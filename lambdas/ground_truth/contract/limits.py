"""Limits and patterns of the CreateLabelingJob contract, each stated once (contract section 4)."""

import re

NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
JOB_NAME_LENGTH = 63
LABEL_ATTRIBUTE_NAME_LENGTH = 127
RESERVED_ATTRIBUTE_NAMES = ("source", "source-ref")

LABEL_LENGTH = 256
LABEL_CATEGORY_VERSION = "2018-11-28"

TITLE = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd]*")
TITLE_LENGTH = 128
# The service's pattern is ".+", in which a dot is anything but what ends a line.
DESCRIPTION = re.compile("[^\n\r\x85\u2028\u2029]+")
DESCRIPTION_LENGTH = 255
KEYWORD = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
KEYWORD_LENGTH = 30
KEYWORD_COUNT = 5

WORKERS_PER_OBJECT = range(1, 10)
TIME_LIMIT_SECONDS = range(30, 28_800 + 1)
AVAILABILITY_SECONDS = range(60, 2_592_000 + 1)
PUBLIC_AVAILABILITY_SECONDS = range(60, 43_200 + 1)
CONCURRENT_OBJECTS = range(1, 5_000 + 1)
CONCURRENT_OBJECTS_WITHOUT_QUOTA = 1_000
LABELED_PERCENTAGE = range(1, 101)

TAG_COUNT = 50
TAG_KEY_LENGTH = 128
TAG_VALUE_LENGTH = 256
TAG = re.compile(r"[\w \u00a0.:/=+\-@]*")

TEMPLATE_CHARACTERS = 128_000
TASK_INPUT_CHARACTERS = 128_000

# Public crowd prices in tenths of a US cent; nothing between two of them is accepted (contract 4.5).
PRICES = (12, 24, 36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1_080, 1_200)

# Input manifest (contract section 2); S3 itself limits keys to 1,024 bytes.
MANIFEST_LINE_CHARACTERS = 100_000
MANIFEST_ATTRIBUTE_CHARACTERS = 20_000
OBJECT_KEY_BYTES = 1_024
