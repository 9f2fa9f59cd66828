"""Simulated workers with accounts: they sign in, and work through the deployed worker API as a page does."""

import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from examples.street.crowd import CROWD, SimulatedWorker, answer
from examples.street.deploy import Deployment
from examples.street.photos import Photo
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.parameters import engine_parameter
from ground_truth.engine.description import EngineDescription

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# The file name in the signed address of an image.
_IMAGE = re.compile(r"https?://[^\"'\s?]+/([^/\"'\s?]+)\?[^\"'\s]*X-Amz-Signature")


class WorkRefused(RuntimeError):
    """The worker API refused a request; the message is its own."""


@dataclass(frozen=True, kw_only=True)
class PortalWorker:
    """Somebody who has signed in; ``habits`` are how they err."""

    habits: SimulatedWorker
    api_url: str
    token: str

    def call(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject | None:
        """What the API answers; None where there is nothing."""
        request = urllib.request.Request(
            f"{self.api_url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise WorkRefused(f"{method} {path} gave {error.code}: {error.read().decode(errors='replace')}") from error
        content: JsonObject | None = json.loads(text) if text else None
        return content

    def work(self, job: str, photos: Mapping[str, Photo], *, most: int | None = None) -> int:
        """Takes and answers objects until there is none for them, or ``most``; returns how many.

        ``photos`` are what they see, by file name.
        """
        done = 0
        while most is None or done < most:
            task = self.call("POST", f"/jobs/{job}/claim")
            if task is None:
                break
            photo = photos[_image_in(str(task["html"]))]
            content = answer(self.habits, photo.objects, photo.size, photo.taken_as)
            self.call("POST", f"/tasks/{task['taskId']}/answer", {"answerContent": content, "timeSpentInSeconds": 0.1})
            done += 1
        return done


def find_engine(deployment: Deployment) -> EngineDescription:
    """What the parameter of the local environment's engine says."""
    response = deployment.emulator.session().client("ssm").get_parameter(Name=engine_parameter("local"))
    return EngineDescription.read(response["Parameter"]["Value"])


def invite(deployment: Deployment, habits: Sequence[SimulatedWorker] = CROWD) -> list[PortalWorker]:
    """Invites workers into the pool and signs each of them in."""
    engine = find_engine(deployment)
    cognito = deployment.emulator.session().client("cognito-idp")
    api_url = local_api_url(deployment, engine)
    # Whoever is invited a second time is somebody else.
    names = [f"worker-{number}-{secrets.token_hex(4)}@example.com" for number in range(len(habits))]
    return [
        PortalWorker(habits=worker, api_url=api_url, token=_sign_in(cognito, engine, name))
        for worker, name in zip(habits, names, strict=True)
    ]


def local_api_url(deployment: Deployment, engine: EngineDescription) -> str:
    """Where the emulator answers for the API's own address."""
    address = urlsplit(engine.api_url)
    api = (address.hostname or "").partition(".")[0]
    return f"{deployment.emulator.endpoint}/_aws/execute-api/{api}{address.path}"


def label_all(
    workers: Sequence[PortalWorker], job: str, photos: Iterable[Photo], on_answers: Callable[[int], object]
) -> None:
    """Has every worker answer what there is for them, one object after the other, and calls back after each."""
    photos_by_name = {photo.name: photo for photo in photos}
    busy = list(workers)
    while busy:
        for worker in list(busy):
            if worker.work(job, photos_by_name, most=1):
                on_answers(1)
            else:
                busy.remove(worker)


def _sign_in(cognito: "CognitoIdentityProviderClient", engine: EngineDescription, name: str) -> str:
    password = f"Aa1!{secrets.token_urlsafe(18)}"
    cognito.admin_create_user(UserPoolId=engine.user_pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=engine.user_pool, Username=name, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=engine.user_pool, Username=name, GroupName=engine.group)
    signed_in = cognito.initiate_auth(
        ClientId=engine.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return signed_in["AuthenticationResult"]["IdToken"]


def _image_in(page: str) -> str:
    match = _IMAGE.search(page)
    if match is None:
        raise WorkRefused("the page shows no image of the training bucket")
    return match[1]
