"""The commands beside the service itself: tokens."""

import argparse
import sys
from collections.abc import Sequence

from measurements.parse import device_id_problem
from measurements.settings import DatabaseSettings
from measurements.tokens import TokenError, create_token, revoke_token, select_tokens
from measurements.wiring import MIGRATIONS
from service_kit.clock import utc_now
from service_kit.database import open_database
from service_kit.settings import load_settings


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
