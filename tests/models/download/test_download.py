"""A model comes whole or not at all, from the last byte on, and only with the right contents."""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from loguru import logger

from oelala.errors import Cancelled, OelalaError
from oelala.models.catalog import Row, installation, locate
from oelala.models.catalog.installed import missing_bytes
from oelala.models.download import download_model
from oelala.settings import Settings
from tests.jobs.tiny_work import wait_until
from tests.library.conftest import SmallDisk
from tests.models.download.conftest import LARGE, SMALL, Client
from tests.models.download.hub import COMMIT, TOKEN, Hub

SHARD = "transformer/diffusion_pytorch_model-00001-of-00002.safetensors"
NEEDED = {
    "model_index.json",
    "scheduler/scheduler_config.json",
    "tokenizer/spiece.model",
    "tokenizer/tokenizer_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "transformer/config.json",
    "transformer/diffusion_pytorch_model.safetensors.index.json",
    SHARD,
    "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
}


def check_whole(client: Client, hub: Hub, row: Row = SMALL) -> None:
    """Every file is there with the hub's contents, under the name of its hash, and nothing is left over."""
    folder = locate(row, client.settings.models)
    assert folder is not None
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name, path in files.items():
        assert path.read_bytes() == hub.repos[row.repo][name]
        assert path.is_symlink()
        if len(path.resolve().name) == 64:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.resolve().name
    assert [path for path in client.cache(row).rglob("*") if "incomplete" in path.name] == []


def fault_of(client: Client, row: Row = SMALL) -> OelalaError:
    with pytest.raises(OelalaError) as fault:
        download_model(client.request(row))
    assert locate(row, client.settings.models) is None
    assert "{" not in str(fault.value)
    return fault.value


def test_exactly_the_files_a_model_needs_in_the_cache_s_layout(hub: Hub, client: Client) -> None:
    done = download_model(client.request())
    check_whole(client, hub)
    root = client.cache()
    assert done.folder == root / "snapshots" / COMMIT
    assert (root / "refs" / "main").read_text() == COMMIT
    found = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*") if path.is_file()}
    assert found == NEEDED
    total = sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)
    assert done.fetched == total
    assert client.reports[-1] == (total, total)
    steps = [done for done, _ in client.reports]
    assert steps == sorted(steps)


def test_huggingface_s_own_library_finds_it(client: Client) -> None:
    from huggingface_hub import scan_cache_dir, try_to_load_from_cache

    done = download_model(client.request())
    found = try_to_load_from_cache(SMALL.repo, SHARD, cache_dir=client.settings.models)
    assert found == str(done.folder / SHARD)
    report = scan_cache_dir(client.settings.models)
    assert report.warnings == []
    (repo,) = report.repos
    assert (repo.repo_id, repo.nb_files) == (SMALL.repo, len(NEEDED))


def test_what_is_here_is_not_fetched_again(hub: Hub, client: Client) -> None:
    download_model(client.request())
    hub.requests.clear()
    assert download_model(client.request()).fetched == 0
    assert hub.requests == []


def test_files_that_another_program_fetched_are_used(hub: Hub, client: Client) -> None:
    download_model(client.request())
    (client.cache() / "snapshots" / COMMIT / SHARD).unlink()
    hub.requests.clear()
    assert download_model(client.request()).fetched == 0
    assert hub.asked_for("resolve") == []
    check_whole(client, hub)


def test_a_file_that_was_cut_off_comes_again(hub: Hub, client: Client) -> None:
    done = download_model(client.request())
    blob = (done.folder / SHARD).resolve()
    blob.write_bytes(blob.read_bytes()[:-100])
    hub.requests.clear()
    again = download_model(client.request())
    assert again.fetched == blob.stat().st_size
    assert len(hub.asked_for("/resolve/")) == 1
    check_whole(client, hub)


def test_parts_that_a_sibling_brought_are_not_fetched(hub: Hub, client: Client) -> None:
    download_model(client.request(SMALL))
    hub.requests.clear()
    download_model(client.request(LARGE))
    assert locate(LARGE, client.settings.models) is not None
    asked = {request.path.split("/")[5] for request in hub.asked_for("/resolve/")}
    assert asked == {"transformer", "scheduler", "model_index.json"}
    check_whole(client, hub, LARGE)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_goes_on_from_the_last_byte(hub: Hub, client: Client, share: float) -> None:
    hub.faults.cuts = [share] * 3
    download_model(client.request())
    check_whole(client, hub)
    total = sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)
    assert hub.sent == total, "not one byte came twice"
    if share:
        assert [request.range for request in hub.asked_for("/cdn/") if request.range]


def test_a_later_process_goes_on_from_the_last_byte(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5, *[0.0] * 10]  # the spiece model, then half a file, then nothing any more
    fault = fault_of(client)
    assert fault.code == "no-connection"
    assert installation(SMALL, client.settings.models) is None
    (partial,) = client.cache().glob("blobs/*.incomplete")
    assert partial.stat().st_size > 90_000
    hub.faults.cuts = []
    download_model(client.request())
    check_whole(client, hub)
    total = sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)
    assert hub.sent == total
    # the progress of the second process begins with what the first one brought
    assert client.reports[-1] == (total, total)


def test_a_spoilt_beginning_is_noticed_by_the_hash(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5, *[0.0] * 10]
    fault_of(client)
    (partial,) = client.cache().glob("blobs/*.incomplete")
    partial.write_bytes(b"x" * partial.stat().st_size)
    hub.faults.cuts = []
    download_model(client.request())
    check_whole(client, hub)


def test_too_long_a_beginning_is_thrown_away(hub: Hub, client: Client) -> None:
    digest = hashlib.sha256(hub.repos[SMALL.repo][SHARD]).hexdigest()
    (client.cache() / "blobs").mkdir(parents=True)
    (client.cache() / "blobs" / f"{digest}.oelala.incomplete").write_bytes(b"x" * 900_000)
    (client.cache() / "blobs" / digest).write_bytes(b"cut off by another program")
    download_model(client.request())
    check_whole(client, hub)


def test_a_wrong_file_is_fetched_again_once(hub: Hub, client: Client) -> None:
    hub.faults.spoil = 1
    download_model(client.request())
    check_whole(client, hub)


def test_a_file_wrong_twice_is_named_and_leaves_nothing(hub: Hub, client: Client) -> None:
    hub.faults.spoil = 100
    fault = fault_of(client)
    assert (fault.code, fault.values["file"]) == ("wrong-hash", "tokenizer/spiece.model")
    assert [path.name for path in client.cache().glob("blobs/*") if len(path.name) != 40] == []


@pytest.mark.parametrize("fault", ["no_ranges", "wrong_ranges", "refuse_ranges", "new_etags"])
def test_a_server_that_knows_no_ranges(hub: Hub, client: Client, fault: str) -> None:
    hub.faults.cuts = [0.3, 0.6, 0.9]
    setattr(hub.faults, fault, True)
    download_model(client.request())
    check_whole(client, hub)


def test_if_range_guards_what_came_in_this_process(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5]
    download_model(client.request())
    asked = [request for request in hub.asked_for("/cdn/") if request.range]
    assert asked
    assert all(request.if_range for request in asked)


@pytest.mark.parametrize("where", ["statuses", "api_statuses", "cdn_statuses"])
def test_a_few_bad_answers_are_got_over(hub: Hub, client: Client, where: str) -> None:
    setattr(hub.faults, where, [500, 503, 429])
    download_model(client.request())
    check_whole(client, hub)


def test_an_address_that_ran_out_is_asked_for_again(hub: Hub, client: Client) -> None:
    hub.faults.cdn_statuses = [403, 400]
    download_model(client.request())
    check_whole(client, hub)


def test_bad_answers_for_ever_are_a_fault_with_the_bytes_kept(hub: Hub, client: Client) -> None:
    hub.faults.statuses = [502] * 100
    fault = fault_of(client)
    assert fault.code == "no-connection"
    assert "502" in fault.values["reason"]


def test_a_server_that_drips_is_given_up_for_a_new_connection(hub: Hub, client: Client) -> None:
    hub.faults.drip = 0.05
    started = time.monotonic()
    download_model(client.request())
    check_whole(client, hub)
    assert 0.3 < time.monotonic() - started < 3


def test_nobody_listens(hub: Hub, tmp_path: Path) -> None:
    nobody = Client(
        Settings(models=tmp_path, hub_endpoint="http://127.0.0.1:9", hub_token_file=tmp_path / "t")
    )
    assert fault_of(nobody).code == "no-connection"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/secret", "http://example.org/file", "file:///etc/passwd", "ftp://127.0.0.1/x"],
)
def test_redirects_lead_to_safe_places_only(hub: Hub, client: Client, target: str) -> None:
    hub.faults.redirect_to = target
    fault = fault_of(client)
    assert fault.code == "hub-fault"
    assert "secret" not in str(fault)


def test_redirects_in_a_circle_end(hub: Hub, client: Client) -> None:
    hub.faults.redirect_to = f"/{SMALL.repo}/resolve/{COMMIT}/{SHARD}"
    assert fault_of(client).code == "no-connection"


def test_another_commit_s_file_is_not_taken(hub: Hub, client: Client) -> None:
    hub.faults.other_commit = True
    assert fault_of(client).code == "no-connection"
    assert [path for path in client.cache().glob("blobs/*") if path.stat().st_size] == []


def test_gated_models_need_a_token_that_is_never_logged(hub: Hub, client: Client) -> None:
    hub.faults.gated = True
    fault = fault_of(client)
    assert (fault.code, fault.values["page"]) == ("gated-model", f"{hub.address}/{SMALL.repo}")
    lines: list[str] = []
    sink = logger.add(lines.append, level="DEBUG")
    try:
        hub.faults.cuts = [0.5]
        download_model(client.with_token(TOKEN).request())
    finally:
        logger.remove(sink)
    check_whole(client, hub)
    assert lines
    assert TOKEN not in "".join(lines) + repr(client.with_token(TOKEN).settings)


def test_the_token_of_a_login_counts_at_once(hub: Hub, client: Client) -> None:
    hub.faults.gated = True
    fault_of(client)
    client.settings.hub_token_file.write_text(f"{TOKEN}\n")
    download_model(client.request())
    check_whole(client, hub)


def test_other_refusals(hub: Hub, client: Client) -> None:
    hub.faults.statuses = [403]
    assert fault_of(client.with_token("wrong")).code == "token-refused"
    assert fault_of(client.with_token("two words")).code == "token-refused"
    hub.faults.statuses = [418]
    assert fault_of(client).code == "hub-fault"
    del hub.repos[SMALL.repo]
    assert fault_of(client).code == "not-on-hub"


def test_a_repository_that_lacks_a_file(hub: Hub, client: Client) -> None:
    del hub.repos[SMALL.repo]["vae/config.json"]
    fault = fault_of(client)
    assert fault.code == "repo-incomplete"
    assert "vae/config.json" in fault.values["reason"]


@pytest.mark.parametrize(
    "name", ["../../evil.json", "vae/../../evil.json", "/etc/evil.json", "vae/a\\b.json"]
)
def test_strange_names_are_left_alone(hub: Hub, client: Client, name: str) -> None:
    hub.repos[SMALL.repo][name] = b"{}"
    download_model(client.request())
    check_whole(client, hub)
    assert not list(client.settings.models.parent.rglob("*evil*"))


def test_long_listings_come_in_pages(hub: Hub, client: Client) -> None:
    hub.faults.page = 5
    download_model(client.request())
    check_whole(client, hub)
    assert len(hub.asked_for("/tree/")) == 4


def test_room_is_looked_for_before_the_first_byte(hub: Hub, client: Client) -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 10**16

    hub.repos[SMALL.repo][SHARD] = Huge(b"x")
    fault = fault_of(client)
    assert fault.code == "no-room"
    assert fault.values["need"] == "10000.0 TB"
    assert hub.asked_for("/resolve/") == []


def test_a_cancel_is_a_pause(hub: Hub, client: Client) -> None:
    hub.faults.rate = 300_000
    client.so_far, client.then = 120_000, client.cancel.cancel
    with pytest.raises(Cancelled):
        download_model(client.request())
    kept = sum(path.stat().st_size for path in client.cache().glob("blobs/*"))
    assert 100_000 < kept < 300_000
    assert installation(SMALL, client.settings.models) is None
    hub.faults.rate = 0
    before = hub.sent
    again = Client(client.settings)
    whole = missing_bytes(SMALL, client.settings.models.with_name("nothing is here"))[0]
    told = missing_bytes(SMALL, client.settings.models)[0]
    assert whole - kept - 2000 < told <= whole - kept + 10_000, "but for small files that are in no part"
    done = download_model(again.request())
    check_whole(again, hub)
    assert missing_bytes(SMALL, client.settings.models) == (0, True)
    total = sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)
    assert done.fetched == total - kept
    assert hub.sent - before <= done.fetched + 2 * 16384, "but for what was under way"
    assert again.reports[0][0] >= kept


def test_a_cancel_ends_waiting_for_a_silent_server(hub: Hub, client: Client) -> None:
    hub.faults.drip = 0.2
    threading.Timer(0.2, client.cancel.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        download_model(client.request())
    assert time.monotonic() - started < 0.7


def test_a_disk_that_fills_up_in_between(hub: Hub, small_disk: SmallDisk) -> None:
    small_disk.mount("size=110m")
    folder, filler = small_disk.folder, small_disk.folder / "filler"

    def fill() -> None:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 1_000_000):
                pass

    client = Client(Settings(models=folder / "hub", hub_endpoint=hub.address, hub_token_file=folder / "t"))
    client.so_far, client.then = 300_000, fill
    fault = fault_of(client)
    assert fault.code == "out-of-disk"
    assert str(folder) in fault.values["path"]
    filler.unlink()
    before = hub.sent
    done = download_model(client.request())
    check_whole(client, hub)
    # the server counts what it has sent a moment after the client has it
    wait_until(lambda: hub.sent - before >= done.fetched)
    assert hub.sent - before == done.fetched < 600_000, "what had come was kept"
