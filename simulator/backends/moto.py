"""The moto engine: moto's IAM with the simulator's calls, in this process.

`install` makes moto answer them wherever it answers at all: inside ``mock_aws`` and in its server.
`connect` gives a stock boto3 client that moto answers without ``mock_aws``, so that no other client of
the process is touched.  moto serves as it stands; the calls are registered under its own URL.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.accounts.model import Account

__all__ = ["connect", "install"]

_NO_CONFIGURATION = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def install() -> None:
    """Let moto answer the simulator's calls; calling it again changes nothing."""
    from moto.iam import urls  # noqa: PLC0415  # moto is dear: only who wants it pays

    from simulator.backends.moto_iam import SimulatingIamResponse  # noqa: PLC0415  # as above

    for path in urls.url_paths:
        urls.url_paths[path] = SimulatingIamResponse.dispatch


def connect(account: Account | None = None, *, region: str | None = None) -> Any:
    """Return a boto3 client for IAM that moto answers; *account* is put into moto first."""
    from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415  # moto is dear

    install()
    partition = "aws" if account is None else account.partition
    client = _client(region or _REGIONS.get(partition, "us-east-1"))
    stubber = BotocoreStubber()
    stubber.enabled = True
    client.meta.events.register("before-send.iam", stubber)
    if account is not None:
        from simulator.backends.moto_directory import load_account  # noqa: PLC0415  # as above

        load_account(account)
        client.meta.events.register("before-call.iam", _as_account(account.id))
    return client


def _client(region: str) -> Any:
    """Return a client that heeds nobody's profile, and no endpoint but AWS's own, which moto stands for."""
    import boto3  # noqa: PLC0415  # dear: only who wants it pays
    import botocore.session  # noqa: PLC0415  # as above
    from botocore.config import Config  # noqa: PLC0415  # as above

    nothing: Any = {name: (None, None, default, None) for name, default in _NO_CONFIGURATION.items()}
    session = boto3.Session(botocore_session=botocore.session.Session(session_vars=nothing))
    # The stubs know neither the option nor a client without its long list of overloads.
    make: Any = session.client
    configured: Any = Config
    return make(
        "iam",
        region_name=region,
        aws_access_key_id="moto",
        aws_secret_access_key="moto",  # noqa: S106  # moto checks none
        config=configured(ignore_configured_endpoint_urls=True),
    )


def _as_account(account: str) -> Any:
    def set_account(params: dict[str, Any], **_: object) -> None:
        params["headers"]["x-moto-account-id"] = account

    return set_account
