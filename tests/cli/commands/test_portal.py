"""The workers' page served from this machine: its headers, what it passes on, and whom it refuses."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from ground_truth.contract.parameters import engine_parameter
from ground_truth_cli.commands import portal as command
from ground_truth_cli.local_servers.portal import PortalOrigins, serve_portal
from ground_truth_cli.main import main
from tests.cli.conftest import ENGINE

PUBLIC = "https://media.s3.us-east-1.amazonaws.com"


class Cloud(BaseHTTPRequestHandler):
    """Tells what it was asked."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        reply = {"method": self.command, "path": self.path, "body": body, "picture": f"{PUBLIC}/tight.svg"}
        reply |= {name: self.headers.get(name) for name in ("Authorization", "X-Amz-Target", "Host", "Cookie")}
        content = json.dumps(reply).encode()
        self.send_response(418)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    cloud = ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    here = f"127.0.0.1:{cloud.server_port}"
    wrapped = PortalOrigins(
        api_url=f"http://abc.execute-api.localhost:{cloud.server_port}/api",
        cognito_url=f"http://{here}",
        client="page",
        files=("http://files.example.org",),
        renamed={PUBLIC: "http://files.example.org/media"},
    )
    with cloud, serve_portal(wrapped) as server:
        for entry in (cloud, server):
            threading.Thread(target=entry.serve_forever, daemon=True).start()
        yield server.server_port
        for entry in (cloud, server):
            entry.shutdown()


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def test_the_page_comes_with_the_policy_of_its_deployment(port: int) -> None:
    status, headers, content = ask(port, "GET", "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"/page/main.js" in content
    assert "connect-src 'self'" in headers["Content-Security-Policy"]
    assert "http://files.example.org" in headers["Content-Security-Policy"]
    assert "{" not in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"] is None


def test_the_frame_has_its_own_policy_and_the_elements_are_for_every_origin(port: int) -> None:
    assert "sandbox" in ask(port, "GET", "/frame.html")[1]["Content-Security-Policy"]
    assert ask(port, "GET", "/crowd/index.js")[1]["Access-Control-Allow-Origin"] == "*"


def test_the_frame_s_scripts_come_from_the_address_by_which_the_page_was_opened(port: int) -> None:
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        policy = ask(port, "GET", "/frame.html", Host=host)[1]["Content-Security-Policy"]
        assert f"script-src http://{host} 'unsafe-inline'; " in policy
    for host in (f"127.0.0.1:{port} 'unsafe-eval'", "localhost:*", "example.org:80", "localhost"):
        assert ask(port, "GET", "/frame.html", Host=host)[0] == 403


def test_the_page_is_told_where_things_are_on_its_own_address(port: int) -> None:
    config = json.loads(ask(port, "GET", "/config.json")[2])
    assert config == {"apiUrl": "/api", "signIn": {"cognitoUrl": "/cognito", "clientId": "page", "password": True}}


def test_requests_of_the_api_are_passed_on_as_they_are(port: int) -> None:
    status, headers, content = ask(
        port, "PUT", "/api/tasks/a.1/draft?x=1", '{"draft": {}}', Authorization="Bearer t", Cookie="secret=1"
    )
    output = json.loads(content)
    assert (status, headers["Cache-Control"]) == (418, "no-store")
    assert (output["method"], output["path"], output["body"]) == ("PUT", "/api/tasks/a.1/draft?x=1", '{"draft": {}}')
    assert output["Authorization"] == "Bearer t"
    assert output["Host"].startswith("abc.execute-api.localhost:")
    assert output["Cookie"] is None


def test_signing_in_goes_to_cognito(port: int) -> None:
    output = json.loads(ask(port, "POST", "/cognito", "{}", X_Amz_Target="AWSCognitoIdentityProviderService.X")[2])
    assert (output["path"], output["X-Amz-Target"]) == ("/", "AWSCognitoIdentityProviderService.X")


def test_addresses_that_only_aws_answers_to_are_renamed(port: int) -> None:
    assert json.loads(ask(port, "GET", "/api/jobs")[2])["picture"] == "http://files.example.org/media/tight.svg"


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/page/none.js", "//etc/passwd"])
def test_nothing_but_the_page_s_files_is_served(port: int, path: str) -> None:
    assert ask(port, "GET", path)[0] == 404


def test_another_name_for_this_machine_is_refused(port: int) -> None:
    assert ask(port, "GET", "/", Host=f"evil.example.org:{port}")[0] == 403
    assert ask(port, "POST", "/cognito", "{}", Host="evil.example.org")[0] == 403


def test_a_request_longer_than_the_api_takes_is_refused_before_it_is_sent(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.putrequest("POST", "/api/tasks/a.1/answer")
    connection.putheader("Content-Length", str(6 * 1024 * 1024 + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_hosted_page_is_named_instead(account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_deployment", lambda name: account.deployment)
    account.session.client("ssm").put_parameter(
        Name=engine_parameter("dev"), Value=json.dumps(ENGINE.as_json()), Type="String"
    )
    done = CliRunner().invoke(main, ["portal", "--env", "dev", "--no-browser", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"url": ENGINE.portal_url}
