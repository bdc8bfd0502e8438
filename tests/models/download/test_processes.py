"""Downloads survive kill -9, and two processes share one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

from oelala.models.catalog import installation
from oelala.settings import PROJECT
from tests.models.download.conftest import SMALL, Client
from tests.models.download.hub import Hub
from tests.models.download.test_download import NEEDED, check_whole

KILLS = 3


def start(hub: Hub, client: Client) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.models.download.child", hub.address, str(client.settings.models)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def wait_until_started(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"


def kept(client: Client) -> int:
    return sum(path.stat().st_size for path in client.cache().glob("blobs/*"))


def test_killed_again_and_again(hub: Hub, client: Client) -> None:
    chance = random.Random(7)
    hub.faults.rate = 1_000_000
    before = 0
    for _ in range(KILLS):
        process = start(hub, client)
        wait_until_started(process)
        time.sleep(chance.uniform(0.05, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert kept(client) >= before, "no byte is ever lost"
        before = kept(client)
        if before < total_of(hub):
            assert installation(SMALL, client.settings.models) is None, "half a model is no model"
    hub.faults.rate = 0
    last = start(hub, client)
    assert last.wait(30) == 0
    check_whole(client, hub)


def total_of(hub: Hub) -> int:
    return sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)


def test_two_at_once_fetch_every_byte_once(hub: Hub, client: Client) -> None:
    hub.faults.rate = 2_000_000
    both = [start(hub, client) for _ in range(2)]
    for process in both:
        assert process.wait(30) == 0
    check_whole(client, hub)
    assert hub.sent == total_of(hub)


def test_one_goes_on_where_the_other_was_killed(hub: Hub, client: Client) -> None:
    hub.faults.rate = 600_000
    first, second = start(hub, client), start(hub, client)
    wait_until_started(first)
    wait_until_started(second)
    time.sleep(0.3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    hub.faults.rate = 0
    assert second.wait(30) == 0
    check_whole(client, hub)
    assert hub.sent <= total_of(hub) + 100_000
