"""The commands beside the service itself: tokens, retention, counts, the backfill of old files."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import batched
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import Engine

from home_model.load import load_home
from measurements.backfill import FORMS, RowError, form_of, parse_mapping, parse_rows, read_rows
from measurements.counts import select_day_counts
from measurements.parse import NDJSON, device_id_problem
from measurements.retention import old_days, remove_day
from measurements.settings import DatabaseSettings, FileSettings
from measurements.tokens import TokenError, create_token, revoke_token, select_tokens
from measurements.wiring import MIGRATIONS
from service_kit.clock import utc_now
from service_kit.database import open_database
from service_kit.settings import load_settings

MIN_KEPT_DAYS = 31
TOKEN_VARIABLE = "MEASUREMENTS_TOKEN"  # noqa: S105 - the name of a variable
BATCH_LINES = 500
TIMEOUT_SECONDS = 60.0


def run_token(arguments: Sequence[str]) -> int:
    """`token add DEVICE | token add --read | token revoke ID | token list`.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m measurements token")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="make a token and print it, this once")
    whose = add.add_mutually_exclusive_group(required=True)
    whose.add_argument("device", nargs="?", help="the board that it writes for")
    whose.add_argument("--read", action="store_true", help="a token that only reads")
    revoke = actions.add_parser("revoke", help="make a token invalid")
    revoke.add_argument("id", help="as `list` prints it")
    actions.add_parser("list", help="print the valid tokens, without their secrets")
    parsed = parser.parse_args(arguments)
    if parsed.action == "add" and parsed.device and (why := device_id_problem(parsed.device)):
        parser.error(why)
    return _run(parsed)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(DatabaseSettings)
    engine = open_database(settings.database_url.get_secret_value(), MIGRATIONS)
    try:
        with engine.begin() as connection:
            match parsed.action:
                case "add":
                    sys.stdout.write(create_token(connection, parsed.device, utc_now()) + "\n")
                case "revoke":
                    revoke_token(connection, parsed.id, utc_now())
                case _:
                    for row in select_tokens(connection):
                        whose = row.device_id or "reads"
                        sys.stdout.write(f"{row.id}  {whose}  {row.created_at.isoformat()}\n")
    except TokenError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        engine.dispose()
    return 0


def run_retain(arguments: Sequence[str]) -> int:
    """`retain --keep-days 400 --archive DIR [--dry-run]`.

    Returns:
        The exit code: 1 where a day waits for the archive.
    """
    parser = argparse.ArgumentParser(prog="python -m measurements retain")
    parser.add_argument("--keep-days", type=int, required=True)
    parser.add_argument("--archive", type=Path, required=True, help="its PARQUET_BASE_DIR")
    parser.add_argument("--dry-run", action="store_true")
    parsed = parser.parse_args(arguments)
    if parsed.keep_days < MIN_KEPT_DAYS:
        parser.error(f"--keep-days is at least {MIN_KEPT_DAYS}: boards send again what is unknown")
    zone = load_home(load_settings(FileSettings).config_file).zone
    settings = load_settings(DatabaseSettings)
    engine = open_database(settings.database_url.get_secret_value(), MIGRATIONS)
    try:
        return _retain(engine, zone, parsed)
    finally:
        engine.dispose()


def _retain(engine: Engine, zone: ZoneInfo, parsed: argparse.Namespace) -> int:
    today, waiting = utc_now().astimezone(zone).date(), list[date]()
    with engine.connect() as connection:
        days = list(old_days(connection, zone, today, parsed.keep_days, parsed.archive))
    for each in days:
        if not each.is_archived:
            archived = "none" if each.archived_rows is None else each.archived_rows
            sys.stdout.write(f"{each.day}: {each.rows} rows stay, the archive has {archived}\n")
            waiting.append(each.day)
            continue
        if not parsed.dry_run:
            with engine.begin() as connection:
                remove_day(connection, zone, each.day)
        verb = "would be removed" if parsed.dry_run else "are removed"
        sys.stdout.write(f"{each.day}: {each.rows} rows {verb}\n")
    return 1 if waiting else 0


def run_counts(arguments: Sequence[str]) -> int:
    """`counts [--days 7]`: what arrived parsed and raw, by board and day.

    Returns:
        The exit code: 1 where measurements arrived raw alone.
    """
    parser = argparse.ArgumentParser(prog="python -m measurements counts")
    parser.add_argument("--days", type=int, default=7, help="of the home, today included")
    parsed = parser.parse_args(arguments)
    zone = load_home(load_settings(FileSettings).config_file).zone
    last = utc_now().astimezone(zone).date()
    first = last - timedelta(days=max(1, parsed.days) - 1)
    settings = load_settings(DatabaseSettings)
    engine = open_database(settings.database_url.get_secret_value(), MIGRATIONS)
    try:
        with engine.connect() as connection:
            days = list(select_day_counts(connection, zone, first, last))
    finally:
        engine.dispose()
    for each in days:
        sys.stdout.write(
            f"{each.day} {each.device_id}: {each.parsed} parsed, {each.raw} raw,"
            f" {each.conflicts} conflicts, {each.unplaced} unplaced, {each.missing} missing\n"
        )
    return 1 if any(each.missing for each in days) else 0


def run_backfill(arguments: Sequence[str]) -> int:
    """`backfill FILE --device ID --url URL`; the token is in MEASUREMENTS_TOKEN.

    Sent again, a file adds nothing; after an interruption it goes on where it was.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m measurements backfill")
    parser.add_argument("file", type=Path, help="temp.csv or elect.csv, or any file with --map")
    parser.add_argument("--device", required=True, help="the board's deviceId")
    parser.add_argument("--url", default="http://127.0.0.1:8020")
    parser.add_argument("--form", choices=FORMS, help="by default by the file's name")
    parser.add_argument("--map", default="", help="recordedAt=time,power_mw=watts:W")
    parser.add_argument("--zone", type=ZoneInfo, help="of instants without an offset")
    parser.add_argument("--dry-run", action="store_true", help="only parse the file")
    parsed = parser.parse_args(arguments)
    kind = parsed.form or parsed.file.stem.partition(".")[0]
    try:
        mapping = parse_mapping(parsed.map) if parsed.map else {}
        if not mapping and kind not in FORMS:
            parser.error("give --form or --map: the file's name is neither temp nor elect")
        with parsed.file.open(encoding="utf-8", newline="") as file:
            rows = read_rows(file)
        form = form_of(rows, kind, mapping, parsed.zone)
        measurements = list(parse_rows(rows, form, parsed.device))
        sys.stdout.write(f"{len(measurements)} measurements in {parsed.file}\n")
        return 0 if parsed.dry_run else _send(measurements, parsed.url, parsed.file)
    except (RowError, ValueError, OSError, httpx.HTTPError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _send(measurements: Sequence[tuple[int, dict]], url: str, file: Path) -> int:
    headers = {
        "Authorization": f"Bearer {os.environ.get(TOKEN_VARIABLE, '')}",
        "Content-Type": NDJSON,
    }
    # How many are acknowledged; what is sent twice is a duplicate, so it may be lost.
    progress = file.with_name(f"{file.name}.sent")
    done = int(progress.read_text("ascii")) if progress.exists() else 0
    with httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        for some in batched(measurements[done:], BATCH_LINES, strict=False):
            content = "".join(json.dumps(document) + "\n" for _, document in some)
            answer = client.post(f"{url.rstrip('/')}/api/measurements", content=content)
            if not answer.is_success:
                sys.stderr.write(f"{_refusal(answer, some)}\n")
                return 1
            done += len(some)
            progress.write_text(str(done), "ascii")
            sys.stdout.write(f"{done} of {len(measurements)}: {answer.json()['new']} new\n")
    progress.unlink(missing_ok=True)
    return 0


def _refusal(answer: httpx.Response, some: Sequence[tuple[int, dict]]) -> str:
    try:
        problem = answer.json()
        detail, line = problem["detail"], problem.get("line")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
    return f"line {some[line - 1][0]} of the file: {detail}" if line else detail
