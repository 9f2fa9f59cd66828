"""The functions that AWS publishes for its built-in task types (contract section 7.1)."""

# The account that owns the functions of a region, the same for PRE and ACS.
ACCOUNTS = {
    "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483",
    "ap-south-1": "565803892007",
    "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
    "ca-central-1": "918755190332",
    "eu-central-1": "203001061592",
    "eu-west-1": "568282634449",
    "eu-west-2": "487402164563",
    "us-east-1": "432418664414",
    "us-east-2": "266458841044",
    "us-west-2": "081040173940",
}

# The account that owns the public work team, in every region (contract section 11).
PUBLIC_WORK_TEAM_ACCOUNT = "394669845002"
