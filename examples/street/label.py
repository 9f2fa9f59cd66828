"""Opens the workers' page in the browser, with a job of rendered scenes to label by hand. Run with `make label`.

It is the page, the sign-in and the engine that `cdk deploy` gives you, on the emulator.
"""

import secrets
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator import Emulator, EmulatorFailed
from examples.street.deploy import Deployment, DeploymentFailed, deploy
from examples.street.labeling import CommandFailed, fetch, prepare_and_start, summarize, wait_until_ended
from examples.street.outputs import SCENES_FOLDER, make_room
from examples.street.photos import write_scenes
from examples.street.portal_workers import find_engine
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.local_servers.portal import serve_portal
from ground_truth_cli.local_servers.portal_origins import portal_origins

OUTPUT = Path("demo-output", "label")
JOB = "street-by-hand"
SCENES = 3
WORKER = "you@example.com"


def main() -> int:
    """Runs until the job is done and returns the exit status."""
    make_room(OUTPUT)
    write_scenes(OUTPUT / SCENES_FOLDER, SCENES)
    try:
        print("Starting the emulated AWS and deploying the stack (half a minute) ...")
        with Emulator.start() as emulator:
            deployment = deploy(emulator)
            photos = prepare_and_start(deployment, OUTPUT / SCENES_FOLDER, OUTPUT, JOB, "--workers", "1")
            password = add_worker(deployment, WORKER)
            with open_page(deployment) as address:
                print(f"\nThe workers' page:  {address}\n  User name:  {WORKER}\n  Password:   {password}")
                print(f"Label the {SCENES} scenes there; this goes on when the last one is submitted. Ctrl-C ends it.")
                webbrowser.open(address)
                wait_until_ended(deployment, JOB)
            labeled = fetch(deployment, photos, OUTPUT, JOB)
        summarize(labeled, OUTPUT, "you")
    except KeyboardInterrupt:
        print("\nStopped; the emulator is gone too.", file=sys.stderr)
        return 130
    except (EmulatorFailed, DeploymentFailed, CommandFailed, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def add_worker(deployment: Deployment, name: str) -> str:
    """Makes somebody a worker; returns the password, which Cognito would send by e-mail."""
    engine = find_engine(deployment)
    cognito = deployment.emulator.session().client("cognito-idp")
    password = f"Aa1!{secrets.token_urlsafe(9)}"
    cognito.admin_create_user(UserPoolId=engine.user_pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=engine.user_pool, Username=name, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=engine.user_pool, Username=name, GroupName=engine.group)
    return password


@contextmanager
def open_page(deployment: Deployment) -> Iterator[str]:
    """Serves the workers' page while the block runs; yields its address."""
    environment = find_deployment("local", session=deployment.emulator.session())
    with serve_portal(portal_origins(environment, find_engine(deployment))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
