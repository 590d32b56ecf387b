"""``iamproof diff``, run as people run it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.backends import client
from simulator.backends.serve import Server
from simulator.catalogue.managed import managed_policy
from tests.e2e import commands
from tests.unit.backends.faulty import apart_from_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.commands import Done

ROOT = Path(__file__).parents[2]
POLICY = "policies/IAMUsersMFAManagement.json"

pytestmark = pytest.mark.timeout(120)


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


def run(folder: Path, *arguments: str) -> Done:
    return commands.run(folder, "diff", *arguments)


def data(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, *arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["clean"] is (done.returncode == 0)
    return found


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits: the shipped policy and suites, and the policy without its last Deny; a work tree with a new Allow."""
    folder = tmp_path_factory.mktemp("history")
    for name in ("policies", "scenarios"):
        shutil.copytree(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    path = folder / POLICY
    policy = json.loads(path.read_text("utf-8"))
    del policy["Statement"][-1]
    path.write_text(json.dumps(policy, indent=2), "utf-8")
    git(folder, "commit", "-q", "-a", "-m", "second")
    policy["Statement"][0]["Action"].append("iam:ListRoles")
    path.write_text(json.dumps(policy, indent=2), "utf-8")
    return folder


def test_how_it_was_denied_and_is_now_is_told(history: Path) -> None:
    gained = [row for one in data(history, "HEAD~1", "HEAD")["access"] for row in one["gained"]]
    assert {word for row in gained for word in row["denied"]} == {"explicitDeny"}
    text = run(history, "HEAD", "HEAD~1").stdout
    assert " explicitly denied now\n" in text
    assert "is explicitDeny" in text


def test_a_dropped_deny_shows_as_gained(history: Path) -> None:
    found = data(history, "HEAD~1", "HEAD")
    assert found["changed"] == [f"{POLICY} (changed)"]
    assert any(flip["before"] == "explicitDeny" and flip["after"] == "allowed" for flip in found["cells"]["flips"])
    alone = next(one for one in found["access"] if one["alone"])
    assert alone["gained"] == []
    assert "iam:GetUser" in {row["action"] for row in alone["lifted"]}
    admin = next(one for one in found["access"] if "adminuser" in one["who"])
    assert {"iam:ChangePassword", "iam:GetUser"} <= {row["action"] for row in admin["gained"]}
    outcomes = {proof["claim"]: proof["outcome"] for proof in alone["proofs"]}
    assert outcomes["NEW allows nothing that OLD does not"] == "proved"
    assert outcomes["NEW lifts no explicit denial of OLD"] == "counterexample"


def test_cells_that_open_come_first(history: Path) -> None:
    opened = [flip["after"] == "allowed" for flip in data(history, "HEAD~1", "HEAD")["cells"]["flips"]]
    assert opened == sorted(opened, reverse=True)
    assert any(opened)
    assert not all(opened)


def test_swapped_revisions_open_nothing_but_cells_flip(history: Path) -> None:
    found = data(history, "HEAD", "HEAD~1")
    assert not any(one["gained"] or one["lifted"] for one in found["access"])
    assert found["cells"]["flips"]
    assert not found["clean"]


@pytest.mark.parametrize(
    ("old", "new"), [("HEAD", POLICY), ("HEAD", "policies"), (f"HEAD:{POLICY}", POLICY), ("HEAD:policies", "policies")]
)
def test_a_revision_beside_a_path_is_that_path_as_it_was(history: Path, old: str, new: str) -> None:
    found = data(history, old, new)
    assert len(found["changed"]) == 1
    (alone,) = (one for one in found["access"] if one["alone"])
    assert {row["action"] for row in alone["gained"]} == {"iam:ListRoles"}
    assert {row["action"] for one in found["access"] for row in (*one["lost"], *one["lifted"])} == set()


@pytest.mark.parametrize("side", ["HEAD", POLICY, "policies", "scenarios/account.yaml", "AmazonEC2FullAccess"])
def test_a_version_compared_with_itself_says_nothing(history: Path, side: str) -> None:
    done = run(history, side, side)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing differs" in done.stdout.splitlines()[0]


def test_narrower_is_clean_and_both_directions_are_told(tmp_path: Path) -> None:
    done = run(tmp_path, "AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess")
    assert done.returncode == 0
    assert "✓ proved for all requests: NEW allows nothing that OLD does not" in done.stdout
    assert "✗ not so: OLD allows nothing that NEW does not; for one, " in done.stdout


def test_what_lies_beyond_the_lists_is_found_by_the_proof(history: Path) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    for name, address in (("a", "192.0.2.0/25"), ("b", "192.0.2.0/24")):
        condition = {"IpAddress": {"aws:SourceIp": address}}
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
        (history / f"{name}.json").write_text(json.dumps(policy))
    (one,) = data(history, "a.json", "b.json")["access"]
    assert one["gained"] == []
    proof = one["proofs"][0]
    assert proof["outcome"] == "counterexample"
    assert proof["context"]["aws:SourceIp"].startswith("192.0.2.")
    assert one["unstated"] == ["aws:sourceip"]


def test_an_account_whose_group_gets_another_policy_shows_whom_it_concerns(history: Path) -> None:
    text = (history / "scenarios/account.yaml").read_text("utf-8")
    (history / "scenarios/_other.yaml").write_text(text.replace("AmazonEC2FullAccess", "AmazonS3FullAccess"), "utf-8")
    found = data(history, "scenarios/account.yaml", "scenarios/_other.yaml")
    (one,) = found["access"]
    assert set(one["who"]) == {"ec2webuser", "otheruser", "pathuser"}
    assert {"s3:GetObject"} <= {row["action"] for row in one["gained"]}
    assert {"ec2:RunInstances"} <= {row["action"] for row in one["lost"]}
    assert found["cells"]["flips"]


BOUNDED = """\
id: "123456789012"
policies:
  all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
  few: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}
users:
  ann: {policies: [all], boundary: few}
"""


def test_a_boundary_that_goes_opens_what_no_statement_of_it_names(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BOUNDED, "utf-8")
    (tmp_path / "b.yaml").write_text(BOUNDED.replace(", boundary: few", ""), "utf-8")
    (one,) = data(tmp_path, "a.yaml", "b.yaml")["access"]
    gained = {row["action"] for row in one["gained"]}
    assert "iam:CreateUser" in gained
    assert "s3:GetObject" not in gained
    (other,) = data(tmp_path, "b.yaml", "a.yaml")["access"]
    assert {row["action"] for row in other["lost"]} == gained


def test_a_user_who_comes_gains_all_that_they_may(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BOUNDED, "utf-8")
    (tmp_path / "b.yaml").write_text(BOUNDED + "  bob: {policies: [few]}\n", "utf-8")
    (one,) = data(tmp_path, "a.yaml", "b.yaml")["access"]
    assert one["who"] == ["bob, not in OLD"]
    assert {row["action"] for row in one["gained"]} == {"s3:GetObject"}


def test_a_version_as_the_aws_cli_prints_it_is_the_policy_inside(history: Path) -> None:
    policy = json.loads((history / POLICY).read_text("utf-8"))
    printed = {"PolicyVersion": {"Document": policy, "VersionId": "v2", "IsDefaultVersion": True}}
    (history / "IAMUsersMFAManagement.json").write_text(json.dumps(printed), "utf-8")
    found = data(history, f"HEAD:{POLICY}", "IAMUsersMFAManagement.json")
    (alone,) = (one for one in found["access"] if one["alone"])
    assert {row["action"] for row in alone["gained"]} == {"iam:ListRoles"}
    assert data(history, POLICY, "IAMUsersMFAManagement.json")["clean"]


def test_a_policy_of_a_resource_is_never_called_clean(history: Path) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    for name, actions in (("r", "s3:GetObject"), ("s", "s3:*")):
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Action": actions}]}
        (history / f"{name}.json").write_text(json.dumps(policy))
    done = run(history, "r.json", "s.json")
    assert done.returncode == 1
    assert "neither proved nor refuted" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("HEAD", "--output=x", "error"),
        ("HEAD", "nope", "`nope` (NEW) is no file, no folder, no AWS managed policy and no revision"),
        ("HEAD:nope", "HEAD", "there is no `nope` in"),
        ("AmazonEC2FullAcces", POLICY, "did you mean `arn:aws:iam::aws:policy/AmazonEC2FullAccess`?"),
        ("policies", POLICY, "`policies` is a folder and"),
        ("AmazonEC2FullAccess", "HEAD", "name the policy in the revision as REV:PATH"),
        ("scenarios/common.yaml", "scenarios/account.yaml", "error"),
        ("", POLICY, "`` (OLD) is no file"),
        ("a\x01b", POLICY, "`a\\x01b` (OLD) is no file"),
    ],
)
def test_what_can_not_be_compared_is_bad_input(history: Path, old: str, new: str, says: str) -> None:
    done = run(history, old, new)
    assert done.returncode == 2
    assert says.lower() in done.stderr.lower().replace("\\u0001", "\\x01")
    assert done.stdout == ""


def test_suites_that_are_named_are_those_of_the_revision(history: Path) -> None:
    assert data(history, "HEAD~1", "HEAD", str(history / "scenarios"))["cells"]["flips"]
    done = run(history, "HEAD~1", "HEAD", str(history.parent))
    assert done.returncode == 2
    assert "lies outside of the folder you are in" in done.stderr


def test_nothing_of_the_work_tree_is_touched(history: Path) -> None:
    def state() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in history.rglob("*") if path.is_file()}

    before = state()
    data(history, "HEAD~1", "HEAD")
    assert state() == before


def test_markdown_is_bounded_and_bears_no_markup_of_others(history: Path) -> None:
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": f"arn:aws:s3:::b{number}/<img src=x>@team|`#1{'x' * 100}"}
        for number in range(200)
    ]
    (history / "wide.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    (history / "narrow.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements[:1]}))
    done = run(history, "narrow.json", "wide.json", "--format", "md")
    assert done.returncode == 1
    assert len(done.stdout.encode()) < 65_536
    assert done.stdout.startswith("### IAM: narrow.json → wide.json\n\n✗ **new access to ")
    assert "<img" not in done.stdout.replace("`", "")
    assert "@team" not in done.stdout


def test_suites_of_a_revision_that_can_not_be_used_are_told_and_not_clean(history: Path, tmp_path: Path) -> None:
    for name in ("policies", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name)
    good = (tmp_path / "scenarios/china.yaml").read_text("utf-8")
    (tmp_path / "scenarios/china.yaml").write_text("suite: [", "utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "broken")
    (tmp_path / "scenarios/china.yaml").write_text(good, "utf-8")
    done = run(tmp_path, "HEAD", "policies")
    assert done.returncode == 1
    assert "cells: the suites of `HEAD` can't be used: " in done.stdout
    assert "not everything could be compared" in done.stdout


def test_files_without_an_ending_are_policies_too(tmp_path: Path) -> None:
    """As in histories of AWS's own policies: whole answers of `get-policy-version`, named like the policy."""
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}
    for number, action in enumerate(("s3:GetObject", "s3:PutObject"), 1):
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Action": action}]}
        printed = {"PolicyVersion": {"VersionId": f"v{number}", "Document": document}}
        folder = tmp_path / f"v{number}"
        folder.mkdir()
        (folder / "Reader").write_text(json.dumps(printed), "utf-8")
        (folder / "LICENSE").write_bytes(b"\xff\xfe no text")
        (folder / "Makefile").write_text(f'run{number}: # "Statement"\n', "utf-8")
    found = data(tmp_path, "v1", "v2")
    assert found["changed"] == ["Reader (changed)"]
    (one,) = found["access"]
    assert [row["action"] for row in one["gained"]] == ["s3:PutObject"]
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "v1")
    git(tmp_path, "commit", "-q", "-m", "first")
    assert data(tmp_path, "HEAD:v1", "v2")["access"] == found["access"]


def test_folders_without_a_policy_are_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").write_text("no policy", "utf-8")
    done = run(tmp_path, "a", "a")
    assert (done.returncode, done.stdout) == (5, "")
    assert "there is no policy in `a` and none in `a`" in done.stderr


def test_a_partial_clone_is_told_and_not_taken_for_an_empty_revision(history: Path, tmp_path: Path) -> None:
    git(history, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", history.as_uri(), "partial")
    for sides in (("HEAD~1", "HEAD"), ("HEAD~1", "policies"), (f"HEAD~1:{POLICY}", POLICY)):
        done = run(tmp_path / "partial", *sides)
        assert (done.returncode, done.stdout) == (2, "")
        assert "a partial clone (`--filter`) has not all contents" in done.stderr
    git(tmp_path / "partial", "checkout", "-q", "HEAD~1")
    git(tmp_path / "partial", "checkout", "-q", "-")
    assert run(tmp_path / "partial", "HEAD~1", "HEAD").returncode == 1


# --- versions of managed policies ---------------------------------------------------------------

READER = "arn:aws:iam::123456789012:policy/team/Reader"


@pytest.mark.parametrize("side", ["AmazonEC2FullAccess@v5", "arn:aws:iam::aws:policy/AmazonEC2FullAccess@v5"])
def test_the_version_that_the_catalogue_has_needs_nobody(tmp_path: Path, side: str) -> None:
    done = run(tmp_path, side, "AmazonEC2FullAccess")
    assert done.returncode == 0
    assert "nothing differs" in done.stdout


@pytest.mark.parametrize(
    ("given", "says", "advice"),
    [
        ("AmazonEC2FullAccess@v4", "is not at hand: the catalogue has v5 of `AmazonEC2FullAccess`", "--ask-aws"),
        ("AmazonEC2FullAccess@default", "is not at hand", "--ask-aws"),
        ("AmazonEC2FullAccess@5", "names no version", "did you mean `AmazonEC2FullAccess@v5`?"),
        ("AmazonEC2FullAcces@v4", "is no file", "did you mean `arn:aws:iam::aws:policy/AmazonEC2FullAccess@v4`?"),
        ("arn:aws:iam::aws:policy/AmazonEC2FullAcces@v4", "is not in the catalogue", "/AmazonEC2FullAccess@v4`?"),
        ("arn:aws-cn:iam::aws:policy/AmazonEC2FullAccess@v5", "as commercial AWS has it", "--ask-aws"),
        (READER, "the catalogue has AWS managed policies only", "get-policy-version"),
        (f"{READER}@v1", "the catalogue has AWS managed policies only", "--ask-aws"),
    ],
)
def test_a_version_that_is_not_at_hand_is_said_and_nobody_asked(
    tmp_path: Path, given: str, says: str, advice: str
) -> None:
    done = run(tmp_path, given, "AmazonEC2FullAccess")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert advice in done.stderr


def test_whom_to_ask_without_asking_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "AmazonEC2FullAccess", "AmazonS3FullAccess", "--profile", "p", "--region", "eu-west-1")
    assert done.returncode == 2
    assert "`--profile`, `--region` says whom to ask, and nobody is asked" in done.stderr


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Serve moto with a policy in two versions; the second is the default one."""
    with Server(0) as server:
        iam = client("moto")
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
        }
        iam.create_policy(PolicyName="Reader", Path="/team/", PolicyDocument=json.dumps(document))
        document["Statement"][0]["Action"] = "s3:PutObject"  # type: ignore[index]  # a list of mappings
        iam.create_policy_version(PolicyArn=READER, PolicyDocument=json.dumps(document), SetAsDefault=True)
        yield server.url
        iam.delete_policy_version(PolicyArn=READER, VersionId="v1")
        iam.delete_policy(PolicyArn=READER)


@pytest.mark.parametrize("new", [f"{READER}@v2", READER, f"{READER}@default"])
def test_versions_are_asked_of_aws_when_it_is_said(
    tmp_path: Path, served: str, monkeypatch: pytest.MonkeyPatch, new: str
) -> None:
    apart_from_this_machine(monkeypatch, tmp_path)
    found = data(tmp_path, f"{READER}@v1", new, "--ask-aws", "--endpoint-url", served)
    assert found["changed"] == [f"{READER}@v1 → {READER}@v2 (changed)"]
    (one,) = found["access"]
    assert [[row["action"] for row in one[kind]] for kind in ("gained", "lost")] == [["s3:PutObject"], ["s3:GetObject"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((f"{READER}@v7", READER), (2, f"AWS has no `{READER}@v7`\n  help: it keeps v1, v2")),
        ((f"{READER}@v1", READER, "--profile", "nobody"), (3, "The config profile (nobody) could not be found")),
        ((f"{READER}@v1", READER, "--endpoint-url", "nowhere"), (3, "Invalid endpoint: nowhere")),
        ((f"{READER}@v1", READER, "--endpoint-url", "http://127.0.0.1:9"), (3, "EndpointConnectionError")),
    ],
)
def test_what_aws_does_not_answer_is_an_error_in_words(
    tmp_path: Path, served: str, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: tuple[int, str]
) -> None:
    apart_from_this_machine(monkeypatch, tmp_path)
    done = run(tmp_path, "--endpoint-url", served, "--ask-aws", *arguments)
    assert (done.returncode, done.stdout) == (told[0], "")
    assert told[1] in done.stderr
    assert "Traceback" not in done.stderr


def test_another_version_of_an_attached_policy_flips_cells_and_moves_its_users(history: Path) -> None:
    text = managed_policy("AmazonEC2FullAccess")
    assert text is not None
    document = json.loads(text.text)
    document["Statement"][0]["Action"] = "ec2:Describe*"
    printed = {"PolicyVersion": {"VersionId": "v4", "Document": document}}
    (history / "v4.json").write_text(json.dumps(printed), "utf-8")
    found = data(history, "v4.json", "AmazonEC2FullAccess@v5")
    assert any("ec2:RunInstances" in flip["id"] and flip["after"] == "allowed" for flip in found["cells"]["flips"])
    assert {"any", "ec2webuser"} <= {"any" if one["alone"] else one["who"][0] for one in found["access"]}


def test_a_pin_does_not_stand_against_the_version_that_is_compared(tmp_path: Path) -> None:
    pinned = '{arn: "arn:aws:iam::aws:policy/AmazonEC2FullAccess", version: v5}'
    account = f'id: "123456789012"\npolicies: {{ec2: {pinned}}}\nusers: {{ann: {{policies: [ec2]}}}}\n'
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/account.yaml").write_text(account, "utf-8")
    scenario = "{name: runs, as: ann, actions: ec2:RunInstances, on: '*', session: with MFA, expect: allow}"
    suite = f"suite: EC2\naccount: account.yaml\nscenarios:\n  - {scenario}\n"
    (tmp_path / "scenarios/ec2.yaml").write_text(suite, "utf-8")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}
    (tmp_path / "v4.json").write_text(json.dumps({"PolicyVersion": {"Document": document}}), "utf-8")
    assert [flip["after"] for flip in data(tmp_path, "v4.json", "AmazonEC2FullAccess")["cells"]["flips"]] == ["allowed"]


# --- sessions of suites -------------------------------------------------------------------------

TEAM = """\
id: "123456789012"
policies: {web: ../policies/web.json}
users:
  ann: {policies: [web]}
roles:
  job: {policies: [web]}
"""
FIRST = """\
suite: First
account: account.yaml
sessions:
  office: {"aws:SourceIp": 203.0.113.7}
  branch: {"aws:SourceIp": 203.0.113.9}
  home: {"aws:SourceIp": 192.0.2.1}
  "a|b `c` <i>\\u202e": {"aws:SourceIp": 203.0.113.10}
scenarios:
  - {name: puts, as: ann, session: office, actions: s3:PutObject, on: "arn:aws:s3:::b/x", expect: implicitDeny}
"""
SECOND = """\
suite: Second
account: account.yaml
context: {"aws:SourceIp": 203.0.113.8}
sessions:
  office: {"aws:SourceIp": 198.51.100.1}
scenarios:
  - {name: gets, as: ann, session: with MFA, actions: s3:GetObject, on: "arn:aws:s3:::b/x", expect: allow}
"""


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy for one network that gets an action more, and suites with sessions in it and out of it."""
    folder = tmp_path_factory.mktemp("sessions")
    (folder / "policies").mkdir()
    (folder / "scenarios").mkdir()
    for name, text in (("account", TEAM), ("first", FIRST), ("second", SECOND)):
        (folder / f"scenarios/{name}.yaml").write_text(text, "utf-8")
    for name, actions in (("policies/web", ["s3:GetObject"]), ("new", ["s3:GetObject", "s3:PutObject"])):
        condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
        statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::b/*", "Condition": condition}
        (folder / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "utf-8")
    return folder


def gained_in(found: dict[str, Any], who: str) -> set[str]:
    (one,) = (one for one in found["access"] if one["who"][0].startswith(who))
    (row,) = one["gained"]
    assert row["action"] == "s3:PutObject"
    return set(row["on"])


def test_what_moves_in_a_session_of_a_suite_alone_is_told_of_it(sessions: Path) -> None:
    found = data(sessions, "policies/web.json", "new.json")
    own = {"office", "branch", "a|b `c` <i>\u202e"}
    of_suite = {f"{name} (scenarios/second.yaml)" for name in ("with MFA", "console without MFA")}
    assert gained_in(found, "policies/web.json") == own | of_suite | {"access key (scenarios/second.yaml)"}
    assert gained_in(found, "ann") == own | of_suite | {"access key (scenarios/second.yaml)"}
    assert gained_in(found, "job") == own | of_suite
    assert all(one["unstated"] == ["aws:sourceip"] for one in found["access"])


def test_sessions_that_no_policy_tells_apart_are_told_together(sessions: Path, tmp_path: Path) -> None:
    shutil.copytree(sessions, tmp_path / "plain")
    for name, actions in (("policies/web", ["s3:GetObject"]), ("new", ["s3:GetObject", "s3:PutObject"])):
        statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::b/*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        (tmp_path / f"plain/{name}.json").write_text(json.dumps(policy), "utf-8")
    found = data(tmp_path / "plain", "policies/web.json", "new.json")
    states = {"with MFA", "console without MFA", "access key"}
    assert gained_in(found, "ann") == states | {"office", "branch", "home", "a|b `c` <i>\u202e"}
    text = run(tmp_path / "plain", "policies/web.json", "new.json").stdout
    assert "[with MFA, console without MFA, access key, office, branch, home and 1 more]" in text


def test_names_of_sessions_are_no_markup(sessions: Path) -> None:
    text = run(sessions, "policies/web.json", "new.json", "--format", "md").stdout
    (row,) = {line for line in text.splitlines() if line.startswith("| `s3:PutObject`") and "access key" in line}
    assert r"a\|b \`c\` &lt;i&gt;\\u202e" in row
    assert "\u202e" not in text


def test_sessions_beyond_the_most_are_counted_and_the_change_is_not_clean(sessions: Path, tmp_path: Path) -> None:
    shutil.copytree(sessions, tmp_path / "many")
    names = [f"  s{number}: {{'aws:SourceIp': 10.0.{number // 250}.{number % 250}}}\n" for number in range(300)]
    (tmp_path / "many/scenarios/first.yaml").write_text(
        FIRST.replace("sessions:\n", f"sessions:\n{''.join(names)}"), "utf-8"
    )
    done = run(tmp_path / "many", "new.json", "policies/web.json", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert "not everything could be compared" in found["verdict"]
    assert all(one["sessions_left_out"] > 200 for one in found["access"])
    assert "more sessions of the suites: not compared" in run(tmp_path / "many", "new.json", "policies/web.json").stdout


# --- names and links ----------------------------------------------------------------------------


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """Two commits: a link that leads to the first of two policies, then to the second; and links to nothing."""
    for number, action in enumerate(("s3:GetObject", "s3:PutObject"), 1):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        (tmp_path / f"v{number}.json").write_text(
            json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "utf-8"
        )
    (tmp_path / "policies").mkdir()
    git(tmp_path, "init", "-q")
    for name, place in (("nothing", "nowhere"), ("itself", "itself.json"), ("outside", "../../x.json")):
        (tmp_path / f"policies/{name}.json").symlink_to(place)
    for number in (1, 2):
        link = tmp_path / "policies/current.json"
        link.unlink(missing_ok=True)
        link.symlink_to(f"../v{number}.json")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", f"v{number}")
    return tmp_path


@pytest.mark.parametrize("sides", [("HEAD~1", "HEAD"), ("HEAD~1", "policies"), ("HEAD~1", "policies/current.json")])
def test_a_link_is_the_policy_that_it_leads_to(linked: Path, sides: tuple[str, str]) -> None:
    (one,) = data(linked, *sides)["access"]
    assert [row["action"] for row in one["gained"]] == ["s3:PutObject"]


def test_links_that_lead_nowhere_differ_from_nothing(linked: Path) -> None:
    assert "nothing differs" in run(linked, "HEAD", "policies").stdout


def test_a_policy_under_another_name_is_told_and_changes_nothing(history: Path, tmp_path: Path) -> None:
    for folder, name in (("old", "a"), ("new", "b")):
        (tmp_path / folder).mkdir()
        shutil.copy(history / POLICY, tmp_path / folder / f"{name}.json")
    found = data(tmp_path, "old", "new")
    assert (found["changed"], found["access"], found["clean"]) == (["a.json → b.json (renamed)"], [], True)


def test_an_expectation_that_was_edited_is_told_as_that(sessions: Path, tmp_path: Path) -> None:
    shutil.copytree(sessions, tmp_path / "edited")
    git(tmp_path / "edited", "init", "-q")
    git(tmp_path / "edited", "add", ".")
    git(tmp_path / "edited", "commit", "-q", "-m", "first")
    suite = tmp_path / "edited/scenarios/second.yaml"
    suite.write_text(SECOND.replace("expect: allow", "expect: {verdict: explicitDeny, by: '1'}"), "utf-8")
    done = run(tmp_path / "edited", "HEAD", "policies")
    assert "✗ allowed as before (expected explicitDeny; allow was expected before): " in done.stdout
    (flip,) = data(tmp_path / "edited", "HEAD", "policies")["cells"]["flips"]
    assert (flip["was_expected"], flip["expected"]) == ("allow", "explicitDeny")


def test_a_policy_that_says_the_same_is_told_and_compared_by_the_cells_alone(tmp_path: Path) -> None:
    """A Sid decides nothing, but an expectation may name it."""
    for name in ("policies", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name)
    policy = json.loads((tmp_path / POLICY).read_text("utf-8"))
    policy["Statement"][-2]["Sid"] = "Renamed"
    policy["Statement"].reverse()
    (tmp_path / "new.json").write_text(json.dumps(policy), "utf-8")
    found = data(tmp_path, POLICY, "new.json")
    assert (found["changed"], found["access"]) == ([f"{POLICY} → new.json (changed, but not what it says)"], [])
    assert found["cells"]["flips"]


# --- who somebody is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("aws:PrincipalTag/team", "tags: {team: web}", "tags: {team: right}"),
        ("aws:PrincipalOrgID", "aws:PrincipalOrgID: o-1", "aws:PrincipalOrgID: right"),
        ("aws:userid", "id: AIDAA", "id: right"),
    ],
)
def test_a_principal_that_is_another_is_compared_and_not_proved(tmp_path: Path, key: str, old: str, new: str) -> None:
    """The policies stay, and what they ask for does not: no request is the same in both versions."""
    statement = (
        f'{{Effect: Allow, Action: "sqs:ListQueues", Resource: "*", Condition: {{StringEquals: {{"{key}": right}}}}}}'
    )
    text = (
        'id: "123456789012"\ncontext: {aws:PrincipalOrgID: o-1}\n'
        f'policies:\n  p: {{Version: "2012-10-17", Statement: [{statement}]}}\n'
        "users:\n  ann: {policies: [p], tags: {team: web}, id: AIDAA}\n"
    )
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(text.replace(old, new), "utf-8")
    (one,) = data(tmp_path, "a.yaml", "b.yaml")["access"]
    assert [row["action"] for row in one["gained"]] == ["sqs:ListQueues"]
    assert {proof["outcome"] for proof in one["proofs"]} == {"unknown"}
    assert key in one["proofs"][0]["reason"]


def test_a_tag_that_no_policy_asks_for_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BOUNDED, "utf-8")
    (tmp_path / "b.yaml").write_text(BOUNDED.replace("boundary: few", "boundary: few, tags: {team: web}"), "utf-8")
    assert data(tmp_path, "a.yaml", "b.yaml")["clean"]


@pytest.mark.parametrize("stated", ["aws:ViaAWSService: true", "aws:PrincipalTag/team: db"])
def test_what_a_session_says_of_a_principal_bears_on_the_proofs_too(tmp_path: Path, stated: str) -> None:
    key, _, value = stated.partition(": ")
    account = 'id: "123456789012"\npolicies: {web: ../web.json}\nusers:\n  ann: {policies: [web], tags: {team: web}}\n'
    scenario = "{name: gets, as: ann, session: other, actions: s3:GetObject, on: 'arn:aws:s3:::b/x', expect: allow}"
    suite = f"suite: A\naccount: _account.yaml\nsessions: {{other: {{{stated}}}}}\nscenarios:\n  - {scenario}\n"
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/_account.yaml").write_text(account, "utf-8")
    (tmp_path / "scenarios/a.yaml").write_text(suite, "utf-8")
    for name, actions in (("web", ["s3:GetObject"]), ("new", ["s3:GetObject", "s3:PutObject"])):
        condition = {"StringEquals": {key: value}}
        statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::b/*", "Condition": condition}
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "utf-8")
    (ann,) = (one for one in data(tmp_path, "web.json", "new.json")["access"] if one["who"] == ["ann"])
    assert {session for row in ann["gained"] for session in row["on"]} == {"other"}
    assert ann["proofs"][0]["outcome"] == "counterexample"
