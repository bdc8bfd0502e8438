"""The feed's two ends: what is written by several processes is read once each, in order, from a cursor on."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from oelala import log_feed
from oelala.log_feed import FILE_BYTES, FILES, FeedWriter, LogFeed


def record(t: float, message: str = "x") -> dict[str, Any]:
    return {"t": t, "level": "INFO", "process": "p", "job": None, "name": "n", "message": message}


def messages(feed: LogFeed, cursor: str | None, limit: int = 500) -> tuple[list[str], str]:
    page = feed.since(cursor, limit)
    return [entry["message"] for entry in page.records], page.cursor


def test_two_processes_are_one_stream(tmp_path: Path) -> None:
    studio, gpu = FeedWriter(tmp_path, "studio"), FeedWriter(tmp_path, "gpu")
    feed = LogFeed(tmp_path)
    studio.write(record(1, "a"))
    found, cursor = messages(feed, None)
    assert found == ["a"]
    gpu.write(record(2, "b"))
    studio.write(record(3, "c"))
    gpu.write(record(4, "d"))
    found, cursor = messages(feed, cursor)
    assert found == ["b", "c", "d"]
    assert messages(feed, cursor)[0] == []


def test_an_empty_folder_and_one_that_is_not_there(tmp_path: Path) -> None:
    assert messages(LogFeed(tmp_path), None)[0] == []
    found, cursor = messages(LogFeed(tmp_path / "none"), None)
    assert found == []
    FeedWriter(tmp_path, "studio").write(record(1, "first"))
    assert messages(LogFeed(tmp_path), cursor)[0] == ["first"]


def test_without_a_cursor_the_newest_come(tmp_path: Path) -> None:
    studio, gpu = FeedWriter(tmp_path, "studio"), FeedWriter(tmp_path, "gpu")
    for number in range(1000):
        (studio if number % 2 else gpu).write(record(number, str(number)))
    assert messages(LogFeed(tmp_path), None, 10)[0] == [str(number) for number in range(990, 1000)]


def test_a_limit_loses_nothing(tmp_path: Path) -> None:
    studio, gpu = FeedWriter(tmp_path, "studio"), FeedWriter(tmp_path, "gpu")
    feed = LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    for number in range(300):
        # The studio's clock is set back half-way: its own order must hold all the same.
        (studio if number % 3 else gpu).write(record(number if number < 150 else number - 100, str(number)))
    seen: list[str] = []
    while True:
        found, cursor = messages(feed, cursor, 7)
        if not found:
            break
        seen += found
    assert sorted(seen, key=int) == [str(number) for number in range(300)]
    assert [name for name in seen if int(name) % 3] == [str(number) for number in range(300) if number % 3]


def test_rotation_is_not_noticed_by_a_reader_and_bounds_the_disk(tmp_path: Path) -> None:
    writer, feed = FeedWriter(tmp_path, "gpu"), LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    seen: list[str] = []
    line = "y" * 19_000
    for number in range(FILES * (FILE_BYTES // 19_000) + 100):
        writer.write(record(number, f"{number} {line}"))
        found, cursor = messages(feed, cursor)
        seen += [message.split()[0] for message in found]
    assert seen == [str(number) for number in range(len(seen))]
    files = list(tmp_path.iterdir())
    assert len(files) == FILES
    assert sum(file.stat().st_size for file in files) <= FILES * FILE_BYTES
    assert len(cursor) < 1000


def test_a_new_process_of_the_same_name_has_its_own_file(tmp_path: Path) -> None:
    feed = LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    for number in range(3):
        FeedWriter(tmp_path, "gpu").write(record(number, str(number)))
    assert messages(feed, cursor)[0] == ["0", "1", "2"]
    assert len(list(tmp_path.glob("feed-gpu-*.jsonl"))) == 3


def test_a_line_cut_by_a_full_disk_costs_itself_alone(tmp_path: Path) -> None:
    FeedWriter(tmp_path, "gpu").write(record(1, "whole"))
    feed, [file] = LogFeed(tmp_path), list(tmp_path.iterdir())
    with open(file, "ab") as cut:
        cut.write(b'{"t": 2, "mess')
    found, cursor = messages(feed, None)
    assert found == ["whole"]
    with open(file, "ab") as more:
        more.write(b"\n" + json.dumps(record(3, "next")).encode() + b"\n")
    assert messages(feed, cursor)[0] == ["next"]


def test_a_line_in_the_making_waits(tmp_path: Path) -> None:
    FeedWriter(tmp_path, "gpu").write(record(1))
    feed, [file] = LogFeed(tmp_path), list(tmp_path.iterdir())
    cursor = feed.since(None).cursor
    line = json.dumps(record(2, "late")).encode() + b"\n"
    with open(file, "ab", buffering=0) as half:
        half.write(line[:20])
        found, cursor = messages(feed, cursor)
        assert found == []
        half.write(line[20:])
    assert messages(feed, cursor)[0] == ["late"]


def test_a_reader_far_behind_catches_up_in_pieces(tmp_path: Path) -> None:
    writer, feed = FeedWriter(tmp_path, "gpu"), LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    for number in range(100):
        writer.write(record(number, f"{number} " + "z" * 9_000))
    total = 0
    while found := (page := feed.since(cursor, 10_000)).records:
        assert sum(len(entry["message"]) for entry in found) <= log_feed.READ_AT_ONCE
        total, cursor = total + len(found), page.cursor
    assert total == 100


def test_a_file_of_something_else_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "feed-odd-1.jsonl").write_bytes(b"\xff\x00" * log_feed.READ_AT_ONCE)
    (tmp_path / "feed-odd-2.jsonl").write_bytes(b'[1]\n"text"\n{"t": "now"}\n\n')
    feed, cursor = LogFeed(tmp_path), "{}"
    FeedWriter(tmp_path, "gpu").write(record(1, "mine"))
    assert messages(feed, None)[0] == ["mine"]
    seen: list[str] = []
    for _ in range(4):
        found, cursor = messages(feed, cursor)
        seen += found
    assert seen == ["mine"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "[1]",
        "null",
        '{"a": -1}',
        '{"a": true}',
        '{"a": "b"}',
        "[" * 8000,
        '{"a":' * 1600,
        "9" * 5000,
    ],
)
def test_a_cursor_that_makes_no_sense_starts_anew(tmp_path: Path, cursor: str) -> None:
    FeedWriter(tmp_path, "gpu").write(record(1, "here"))
    assert messages(LogFeed(tmp_path), cursor)[0] == ["here"]


def test_a_cursor_opens_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(json.dumps(record(1, "secret")) + "\n")
    logs = tmp_path / "logs"
    FeedWriter(logs, "gpu")
    logs.mkdir()
    assert messages(LogFeed(logs), '{"../secret": 0}') == ([], "{}")


def test_odd_characters_survive(tmp_path: Path) -> None:
    text = "één 🙂 \u2028 \x00 \x1b[31m <b> \"'\\ \udcff end"
    FeedWriter(tmp_path, "gpu").write(record(1, text))
    assert messages(LogFeed(tmp_path), None)[0] == [text.replace("\udcff", "?")]


def test_a_record_is_there_within_50_ms(tmp_path: Path) -> None:
    writer, feed = FeedWriter(tmp_path, "gpu"), LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    written: dict[str, float] = {}

    def write() -> None:
        for number in range(50):
            written[str(number)] = time.monotonic()
            writer.write(record(time.time(), str(number)))
            time.sleep(0.002)

    thread = threading.Thread(target=write)
    thread.start()
    delays: list[float] = []
    while len(delays) < 50:
        found, cursor = messages(feed, cursor)
        delays += [time.monotonic() - written[message] for message in found]
    thread.join()
    assert sorted(delays)[47] < 0.05


def test_nothing_new_costs_next_to_nothing(tmp_path: Path) -> None:
    for process in ("studio", "gpu", "light"):
        for _ in range(FILES):
            FeedWriter(tmp_path, process).write(record(1))
    feed = LogFeed(tmp_path)
    cursor = feed.since(None).cursor
    start = time.perf_counter()
    for _ in range(20):
        assert feed.since(cursor).records == []
    assert (time.perf_counter() - start) / 20 < 0.01
